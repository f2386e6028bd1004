// What the pooling operators read from their attributes.
#pragma once

#include "kernels/pooling/pooling.h"
#include "ops/op.h"

namespace weft::ops {

// The pooling of an array with shape (N, C, W) or (N, C, H, W).
Result<kernels::Pooling> pooling_problem(const AttributeReader& a, DType dtype, const Shape& x);

// True for `pool_type` avg, false for max.
Result<bool> is_average_pooling(const AttributeReader& a);

// The number of elements that all windows together read.
int64_t work_of(const kernels::Pooling& p);

}  // namespace weft::ops
