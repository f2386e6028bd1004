// The bookkeeping around a gradient rule, shared by the tape and by the graph's reverse sweep.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// Runs op's rule, which is given arrays, and brings each cotangent to its input's shape and dtype,
// unless it is a sum of rows (row_sum.h). Weak scalars and inputs outside `needed` get an absent
// value.
Values apply_gradient(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
                      const Values& inputs, const Values& outputs, const Values& cotangents,
                      uint32_t needed);

// Which inputs and outputs (as sets, see set_bit) the rule reads the *values* of, for cotangents of
// the inputs in `needed`. Found by running the rule on probes; kept per operator, mask, ranks
// and attributes.
struct Saved {
  uint32_t inputs = 0;
  uint32_t outputs = 0;
};
Result<Saved> saved_by_gradient(const OpDef& op, std::span<const Argument> attributes,
                                std::span<const TensorType> inputs,
                                std::span<const TensorType> outputs, uint32_t needed);

}  // namespace weft::ops
