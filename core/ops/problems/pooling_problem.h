// What the operators of pooling read from their attributes.
#pragma once

#include "kernels/pooling/pooling.h"
#include "ops/op.h"

namespace weft::ops {

// The pooling of an array of shape (N, C, W) or (N, C, H, W).
Result<kernels::Pooling> pooling_problem(const AttributeReader& a, DType dtype, const Shape& x);

// The attribute `pool_type`: avg, or max.
Result<bool> is_average_pooling(const AttributeReader& a);

// Elements that windows meet.
int64_t work_of(const kernels::Pooling& p);

}  // namespace weft::ops
