// Storage dtypes (float8 and 4-bit integers): arrays hold and move them, and operators compute with
// what they are cast to.
//
// No kernel has a form for them. Operators that move elements run the kernels of uint8 on their
// bytes; a cast becomes `widen` or `narrow` beside a cast between the dtypes that have kernels; all
// else is refused, with the cast to write. So a graph that stores its weights in few bits is a
// graph of float32 behind a `widen`.
#pragma once

#include <optional>
#include <span>

#include "ops/op.h"

namespace weft::ops {

// The results of a call that has to do with a storage dtype, by an input or by an attribute; none
// where the operator takes it as it is. An error is in the builder.
std::optional<Values> on_storage(const OpDef& op, std::span<const Value> inputs,
                                 std::span<const Argument> attributes, Builder& builder);

// Refuses an operator whose kernel computes, and elements of two dtypes that would be mixed.
Status check_moves_bytes(const OpDef& op, std::span<const TensorType> inputs, DType dtype,
                         std::span<const Argument> attributes);

// Does the operator's kernel only move elements?
bool moves_bytes(const OpDef& op);

}  // namespace weft::ops
