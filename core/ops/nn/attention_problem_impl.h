// What attention's operators compute from their arrays: checks of shapes, and the kernels' problem.
#pragma once

#include "kernels/attention/attention.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {

// The leading axes of query, key and value, broadcast together; an error if they do not fit.
Result<Shape> attention_batch(const Shape& query, const Shape& key, const Shape& value);
Status check_attention_shapes(const Shape& query, const Shape& key, const Shape& value);

// `batch` with the axes rows and cols added; a negative `cols` adds rows only.
Shape attention_shape(Shape batch, int64_t rows, int64_t cols);

// The batch of the gradients of keys and values. If neither has the last batch axis (the heads of
// queries that share them), the kernel sums over that axis.
Shape shared_batch(const Shape& batch, const Shape& key, const Shape& value);

// The dtype of sums and logarithms: at least float32.
DType attention_lanes(DType dtype);

// Checks query, key, value and an optional mask, which are the inputs from `first` on.
Status check_attention(const InferContext& c, size_t first);
kernels::Attention attention_problem(const KernelCall& call, size_t first);
// The problem without addresses and strides: what shapes alone tell.
kernels::Attention attention_sizes(const SlotTypes& types, size_t first);

// Work in elements of cheap arithmetic.
int64_t attention_work(const kernels::Attention& problem);

}  // namespace weft::ops
