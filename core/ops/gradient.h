// The bookkeeping around a gradient rule, shared by the tape and the graph's reverse sweep. Rules
// are only calculus; undoing broadcasts and casts happens here.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// Runs op's rule and brings each cotangent to its input's shape and dtype, unless it is a sum of
// rows (row_sum.h). The rule gets arrays for missing cotangents of outputs. For weak scalars and
// inputs outside `needed` the result is an absent value.
Values apply_gradient(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
                      const Values& inputs, const Values& outputs, const Values& cotangents,
                      uint32_t needed);

// Which inputs and outputs the rule reads the *values* of, as sets (set_bit), when it computes the
// cotangents of the inputs in `needed`: only these are kept for the backward pass. The rule is run
// on a probe to find out; answers are cached by operator, mask, types and attributes.
struct Saved {
  uint32_t inputs = 0;
  uint32_t outputs = 0;
};
Result<Saved> saved_by_gradient(const OpDef& op, std::span<const Argument> attributes,
                                std::span<const TensorType> inputs,
                                std::span<const TensorType> outputs, uint32_t needed);

}  // namespace weft::ops
