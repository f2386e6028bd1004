// Sums, extremes and products while elements are made, as C text.
#pragma once

#include <string>
#include <vector>

#include "c99/float/loops.h"
#include "kernels/reduce/reduce.h"

namespace weft::c99 {

struct Reducing {
  kernels::Reduction reduction;
  DType dtype;         // of the elements
  DType result;        // of the result
  std::string target;  // what is assigned: y[i0]
};

// The loops `nest` around `element`, which writes the lines of one element and gives the values, of
// the elements' compute types, that are reduced. Floating sums add up parts of a loop's length, or
// of a block's, so that their error stays that of short sums.
template <class Element>
void emit_reduction(Call& call, const LoopNest& nest, const std::vector<Reducing>& all,
                    const Element& element);

// ---- parts of it
void begin_reduction(Call& call, const Reducing& r, size_t number);
void begin_parts(Call& call, const std::vector<Reducing>& all);
void add_to_reduction(Call& call, const Reducing& r, size_t number, const std::string& value,
                      const LoopNest& nest);
void end_parts(Call& call, const std::vector<Reducing>& all);
void end_reduction(Call& call, const Reducing& r, size_t number);
// Opens the innermost loop; in blocks where it is long. The number of braces to close behind parts.
bool open_innermost(Call& call, const LoopNest& nest, const std::vector<Reducing>& all);

template <class Element>
void emit_reduction(Call& call, const LoopNest& nest, const std::vector<Reducing>& all,
                    const Element& element) {
  for (size_t r = 0; r < all.size(); ++r) begin_reduction(call, all[r], r);
  for (size_t level = 0; level + 1 < nest.depth(); ++level) nest.open(call, level);
  bool is_blocked = false;
  if (nest.depth() > 0) is_blocked = open_innermost(call, nest, all);
  if (nest.depth() == 0) begin_parts(call, all);
  const std::vector<std::string> values = element();
  for (size_t r = 0; r < all.size(); ++r) add_to_reduction(call, all[r], r, values[r], nest);
  if (nest.depth() > 0) call.line("}");
  end_parts(call, all);
  if (is_blocked) call.line("}");
  for (size_t level = 0; level + 1 < nest.depth(); ++level) call.line("}");
  for (size_t r = 0; r < all.size(); ++r) end_reduction(call, all[r], r);
}

}  // namespace weft::c99
