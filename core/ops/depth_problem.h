// What the kernels of unfold_depth and fold_depth are given, from the attributes of a call.
#pragma once

#include "kernels/depth.h"
#include "ops/op.h"

namespace weft::ops {

// `volume`: shape (N, C, D, H, W).
Result<kernels::Depth> depth_problem(const AttributeReader& a, DType dtype, const Shape& volume);

}  // namespace weft::ops
