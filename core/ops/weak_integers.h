// Weak integers that an integer dtype cannot hold: one rule for eager code and for traces.
//
// It is NumPy 2's. Arithmetic, choices and writes refuse them; a comparison has an answer that is
// the same for every element; a bound of `clip` beyond the dtype bounds nothing; and what is not
// zero is true. A call is decided once, before anything else looks at it, so that nodes, tapes and
// plans know only scalars that fit. Those of uint64 from 2^63 on are then integers with these bits.
#pragma once

#include <optional>
#include <span>

#include "ops/op.h"

namespace weft::ops {

// What callers alone give: integers that int64 cannot hold. `integer` has the bits of an unsigned
// one; `real` is the double nearest to one of more than 64 bits, infinite beyond all doubles.
inline constexpr Tag kUnsigned{11};
inline constexpr Tag kBeyond{12};

// An integer in the place of an array, one of these included; and any number there.
inline bool is_weak_integer(const Argument& argument) {
  return argument.tag == Tag::kInt || argument.tag == kUnsigned || argument.tag == kBeyond;
}
inline bool is_weak(const Argument& argument) {
  return argument.is_scalar() || is_weak_integer(argument);
}

// Replaces weak integers that do not fit, and where the answer does not depend on them the operator
// or its attributes as well. An overflow that names the input where there is no answer.
Status settle_integers(const OpDef*& op, Values& inputs, std::span<const Argument>& attributes);

// The result of a comparison of uint64 with integers of a sign, which no integer dtype holds both:
// exact where their common dtype, float64, is not. Nothing of other calls.
std::optional<Value> compared_exactly(const OpDef& op, const Values& inputs);

// The weak scalar as one that an array of `dtype` can be filled with.
Result<Argument> settle_written(const Argument& scalar, DType dtype);

}  // namespace weft::ops
