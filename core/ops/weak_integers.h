// Python integers (weak scalars) that an integer dtype cannot hold: one rule for eager code and
// traces.
//
// The rule is NumPy 2's. Arithmetic, choices and writes refuse them. A comparison has an answer
// that is the same for every element; a bound of `clip` outside the dtype bounds nothing; a number
// other than 0 is true. This is decided once, at the beginning of a call, so nodes, tapes and plans
// only meet scalars that fit. An integer for uint64 of 2^63 or more is then the int64 with the same
// bits.
#pragma once

#include <optional>
#include <span>

#include "ops/op.h"

namespace weft::ops {

// Tags that only callers use, for integers that int64 cannot hold. kUnsigned: `integer` has the
// bits of an unsigned number. kBeyond: more than 64 bits; `real` is the nearest double, or
// infinite.
inline constexpr Tag kUnsigned{11};
inline constexpr Tag kBeyond{12};

// An integer given for an array, also one with the tags above. is_weak: any number given for an
// array.
inline bool is_weak_integer(const Argument& argument) {
  return argument.tag == Tag::kInt || argument.tag == kUnsigned || argument.tag == kBeyond;
}
inline bool is_weak(const Argument& argument) {
  return argument.is_scalar() || is_weak_integer(argument) || argument.tag == Tag::kComplex;
}

// Replaces weak integers that do not fit, and changes the operator or its attributes if the answer
// does not depend on them. Otherwise an overflow error names the input.
Status settle_integers(const OpDef*& op, Values& inputs, std::span<const Argument>& attributes);

// The result of comparing uint64 with signed integers. No integer dtype holds both, and their
// common dtype float64 is not exact; this result is. None for all other calls.
std::optional<Value> compared_exactly(const OpDef& op, const Values& inputs);

// The weak scalar in a form that an array of `dtype` can be filled with.
Result<Argument> settle_written(const Argument& scalar, DType dtype);

}  // namespace weft::ops
