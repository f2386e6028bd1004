// What the kernels of unfold_depth and fold_depth are given, from the attributes of a call.
#pragma once

#include "kernels/convolution/depth.h"
#include "ops/op.h"

namespace weft::ops {

// `volume`: shape (N, C, D, H, W).
Result<kernels::Depth> depth_problem(const AttributeReader& a, DType dtype, const Shape& volume);

// Is the window one slice, each in its turn? Then images are the slices.
inline bool moves_nothing(const AttributeReader& a) {
  return a.integer("kernel") == 1 && a.integer("stride") == 1 && a.integer("pad") == 0;
}

// fold_depth with the attributes of a window and the shape of the volume; sums of halves are
// float32.
Value fold_depth(const Value& images, std::vector<Argument> window, const Shape& volume);

}  // namespace weft::ops
