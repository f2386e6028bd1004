// Slots and inference of reductions over axes. `axis` names the reduced axes; none means all.
#pragma once

#include "kernels/reduce/reduce.h"
#include "ops/op.h"

namespace weft::ops {

Slot reduce_slot(kernels::Reduction reduction);  // reads the attribute `axis`

// Adds the attributes `axis` and `keepdims`.
void reduce_attributes(OpDef& op);
// Adds the attribute `dtype`, in which a sum or product is computed and stored.
void accumulator_attribute(OpDef& op);

// Samples of a reduction of one array: all axes, some axes, keepdims, a scalar, and no elements.
OpDef& sample_reduction(OpDef& op);

// The mask of the attribute `axis`, for a call that inference has accepted.
uint32_t axes_of(const OpDef& op, const TensorType& type, std::span<const Argument> attributes);
// The dtype that the input is cast to first: the result's, or its own if the kernel widens by
// itself.
DType dtype_reduced_in(kernels::Reduction reduction, DType in, DType out);

// The mask of the attribute `axis`, for a composite over its first input.
Result<uint32_t> reduced_axes(const ComposeContext& c);
// The number of elements that each result is made of.
int64_t reduced_count(const Shape& shape, uint32_t mask);

// Inference for `reduction`. The dtype is the attribute `dtype` or kernels::result_dtype. An empty
// axis is refused if the reduction has no neutral element.
template <kernels::Reduction reduction>
Result<Types> infer_reduction(const InferContext& c);

Result<Types> infer_reduction_of(kernels::Reduction reduction, const InferContext& c);

template <kernels::Reduction reduction>
Result<Types> infer_reduction(const InferContext& c) {
  return infer_reduction_of(reduction, c);
}

// sqrt(s) for a sum of squares s, which is never negative. Its derivative at 0 is defined as 0
// instead of infinity: the length or deviation that s stands for has the subgradient 0 there.
Value root_from_zero(const Value& s);

// x's shape with the reduced axes as 1: a cotangent gets this shape before it is broadcast.
Shape kept_shape(const GradContext& g);

}  // namespace weft::ops
