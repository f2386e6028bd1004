// Sums, products and extremes as C text, over elements that other code makes. Several reductions
// may run in one loop.
#pragma once

#include <string>
#include <vector>

#include "c99/float/loops.h"
#include "kernels/reduce/reduce.h"

namespace weft::c99 {

// One reduction.
struct Reducing {
  kernels::Reduction reduction;
  DType dtype;         // of the elements that are reduced
  DType result;        // of the result, in which sums are added up
  std::string target;  // the C expression that is assigned at the end, such as y[i0]
};

// Writes the loops `nest` around `element`, which writes the lines of one element and gives the
// values to reduce, one for each reduction, in the elements' compute types. Floating sums first add
// up the innermost loop, or blocks of it, and then these parts: the rounding error grows with the
// length of a part and the number of parts, not with their product.
template <class Element>
void emit_reduction(Call& call, const LoopNest& nest, const std::vector<Reducing>& all,
                    const Element& element);

// ---- the pieces, in the order in which emit_reduction writes them
void begin_reduction(Call& call, const Reducing& r, size_t number);
void begin_parts(Call& call, const std::vector<Reducing>& all);
void add_to_reduction(Call& call, const Reducing& r, size_t number, const std::string& value,
                      const LoopNest& nest);
void end_parts(Call& call, const std::vector<Reducing>& all);
void end_reduction(Call& call, const Reducing& r, size_t number);
// Opens the innermost loop, as two loops over blocks if it is long. True: there is one more brace
// to close behind end_parts.
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
