// The numbers that the kernels of unfold_depth and fold_depth need. Both turn a volume into images
// and back, so that a 3-D convolution runs as a 2-D one over slices along the depth.
#pragma once

#include "kernels/convolution/depth.h"
#include "ops/op.h"

namespace weft::ops {

// `volume` is the shape (N, C, D, H, W).
Result<kernels::Depth> depth_problem(const AttributeReader& a, DType dtype, const Shape& volume);

// Is the window one slice at every depth? Then the images are simply the slices, and nothing moves.
inline bool moves_nothing(const AttributeReader& a) {
  return a.integer("kernel") == 1 && a.integer("stride") == 1 && a.integer("pad") == 0;
}

// The operator fold_depth with the attributes of a window and the shape of the volume. Halves are
// summed in float32.
Value fold_depth(const Value& images, std::vector<Argument> window, const Shape& volume);

}  // namespace weft::ops
