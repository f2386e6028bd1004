// Slots and inference of reductions over axes.
#pragma once

#include "kernels/reduce.h"
#include "ops/op.h"

namespace weft::ops {

Slot reduce_slot(kernels::Reduction reduction);  // reads the attribute `axis`

// Adds the attributes `axis` and `keepdims`.
void reduce_attributes(OpDef& op);

// Inference for `reduction`: dtype by kernels::result_dtype; refuses an empty axis where the
// reduction has no neutral element.
template <kernels::Reduction reduction>
Result<Types> infer_reduction(const InferContext& c);

Result<Types> infer_reduction_of(kernels::Reduction reduction, const InferContext& c);

template <kernels::Reduction reduction>
Result<Types> infer_reduction(const InferContext& c) {
  return infer_reduction_of(reduction, c);
}

// x's shape with the reduced axes as 1: what a cotangent is reshaped to before broadcasting.
Shape kept_shape(const GradContext& g);

}  // namespace weft::ops
