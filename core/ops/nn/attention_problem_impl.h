// What attention's operators make of their arrays: shapes that fit, and the kernels' problem.
#pragma once

#include "kernels/attention/attention.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {

// The leading axes of query, key and value, which broadcast, as far as they fit.
Result<Shape> attention_batch(const Shape& query, const Shape& key, const Shape& value);
Status check_attention_shapes(const Shape& query, const Shape& key, const Shape& value);

// A batch's shape with positions and features behind; without the latter if cols is negative.
Shape attention_shape(Shape batch, int64_t rows, int64_t cols);

// The batch of the keys' and values' gradients. Where neither has the last axis of the batch,
// which is that of queries that share them, the kernel sums over it.
Shape shared_batch(const Shape& batch, const Shape& key, const Shape& value);

// Sums and logarithms are at least float32.
DType attention_lanes(DType dtype);

// Query, key, value and perhaps a mask from input `first` on.
Status check_attention(const InferContext& c, size_t first);
kernels::Attention attention_problem(const KernelCall& call, size_t first);
// The same as far as shapes tell.
kernels::Attention attention_sizes(const SlotTypes& types, size_t first);

// Work, in elements of cheap arithmetic.
int64_t attention_work(const kernels::Attention& problem);

}  // namespace weft::ops
