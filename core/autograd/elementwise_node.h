// The tape node of small programs: an elementwise call on dense arrays of one shape and dtype. It
// keeps one type where the general node keeps one an operand.
#pragma once

#include <span>

#include "ops/op.h"

namespace weft::autograd {

// Puts a call that the fast path made on the tape, if an input has a history. Falls back to
// `record` where an operand is a view with a history or its content must be copied to be kept.
Status record_elementwise(const ops::OpDef& op, std::span<const ops::Argument> arguments,
                          Tensor& result);

}  // namespace weft::autograd
