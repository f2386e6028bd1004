// Loops over the elements of strided arrays, as C text. A LoopNest walks several arrays at once and
// gives the C expression of each one's index.
#pragma once

#include <string>
#include <vector>

#include "c99/program/call.h"

namespace weft::c99 {

// The strides of an operand that is broadcast to a shape: 0 along axes that it repeats.
Shape broadcast_strides(const Operand& operand, const Shape& shape);

// 0, 1, ... up to the last axis.
std::vector<int> all_axes(const Shape& shape);

// Loops from the outermost to the innermost. Neighbouring axes become one loop if every array walks
// through both with one stride, so dense arrays give a single loop.
class LoopNest {
 public:
  // `axes` of `shape`, in this order; `strides[a]` are those of array a, one for each axis of the
  // shape. The loops' variables are `variable`0, `variable`1, ...
  LoopNest(const Shape& shape, const std::vector<int>& axes, const std::vector<Shape>& strides,
           char variable);

  // Write the loops' heads and their braces.
  void open(Call& call) const;
  void close(Call& call) const;
  // The index of array a's element as a sum: "" (which is 0), or "i0 * 3 + i1".
  std::string index(size_t array) const;
  // The number of the iteration, counted with the innermost loop first: the index into a dense
  // array.
  std::string number() const;
  size_t depth() const { return extents_.size(); }
  int64_t extent(size_t level) const { return extents_[level]; }
  std::string variable(size_t level) const { return variable_ + std::to_string(level); }
  // Writes the head of one loop.
  void open(Call& call, size_t level) const;

 private:
  std::vector<int64_t> extents_;
  std::vector<std::vector<int64_t>> strides_;  // by array, by level; in elements
  char variable_;
};

// `name + index`, or `name` alone for an empty index.
std::string at(const std::string& name, const std::string& index);
// a + b, where either may be empty; "0" if both are.
std::string sum_text(const std::string& a, const std::string& b);

}  // namespace weft::c99
