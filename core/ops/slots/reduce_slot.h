// Slots and inference of reductions over axes.
#pragma once

#include "kernels/reduce/reduce.h"
#include "ops/op.h"

namespace weft::ops {

Slot reduce_slot(kernels::Reduction reduction);  // reads the attribute `axis`

// Adds the attributes `axis` and `keepdims`.
void reduce_attributes(OpDef& op);
// Adds `dtype`, which a sum or product is computed and stored in.
void accumulator_attribute(OpDef& op);

// Samples of a reduction of one array: all axes, some, kept, none, and no elements.
OpDef& sample_reduction(OpDef& op);

// The mask of the attribute `axis` of a call that inference accepted.
uint32_t axes_of(const OpDef& op, const TensorType& type, std::span<const Argument> attributes);
// What the input is cast to before: the result's dtype, unless the reduction widens as it goes.
DType dtype_reduced_in(kernels::Reduction reduction, DType in, DType out);

// The mask of the attribute `axis` of a composite over its first input.
Result<uint32_t> reduced_axes(const ComposeContext& c);
// The number of elements that each result is made of.
int64_t reduced_count(const Shape& shape, uint32_t mask);

// Inference for `reduction`: dtype by `dtype` or kernels::result_dtype; refuses an empty axis where
// the reduction has no neutral element.
template <kernels::Reduction reduction>
Result<Types> infer_reduction(const InferContext& c);

Result<Types> infer_reduction_of(kernels::Reduction reduction, const InferContext& c);

template <kernels::Reduction reduction>
Result<Types> infer_reduction(const InferContext& c) {
  return infer_reduction_of(reduction, c);
}

// sqrt(s) of sums of squares, which cannot pass 0: its derivative there is taken as 0, that of what
// is a length or a deviation, and not as infinity.
Value root_from_zero(const Value& s);

// x's shape with the reduced axes as 1: what a cotangent is reshaped to before broadcasting.
Shape kept_shape(const GradContext& g);

}  // namespace weft::ops
