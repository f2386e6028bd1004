// Loops over the elements of arrays that lie in strides, as C text.
#pragma once

#include <string>
#include <vector>

#include "c99/program/call.h"

namespace weft::c99 {

// The strides of an operand broadcast to a shape: 0 along axes that it repeats.
Shape broadcast_strides(const Operand& operand, const Shape& shape);

std::vector<int> all_axes(const Shape& shape);

// Axes from the outermost to the innermost, those merged that all arrays run through alike.
class LoopNest {
 public:
  // `axes` of `shape`; `strides[a]` of array a, by axis of the shape. The variables of the loops
  // are `variable`0, `variable`1, ...
  LoopNest(const Shape& shape, const std::vector<int>& axes, const std::vector<Shape>& strides,
           char variable);

  void open(Call& call) const;
  void close(Call& call) const;
  // The place of array a's element, as a sum: "", or "i0 * 3 + i1".
  std::string index(size_t array) const;
  // The same with the loops' variables in order, as numbers of elements.
  std::string number() const;
  size_t depth() const { return extents_.size(); }
  int64_t extent(size_t level) const { return extents_[level]; }
  std::string variable(size_t level) const { return variable_ + std::to_string(level); }
  void open(Call& call, size_t level) const;

 private:
  std::vector<int64_t> extents_;
  std::vector<std::vector<int64_t>> strides_;  // by array, by level
  char variable_;
};

// `name` + an index, or `name` alone.
std::string at(const std::string& name, const std::string& index);
// a + b, where either may be empty; "0" if both are.
std::string sum_text(const std::string& a, const std::string& b);

}  // namespace weft::c99
