// Windows that slide over the last one or two axes: what convolution and pooling share.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// Two spatial axes; a one-dimensional problem has height 1.
struct Window {
  int spatial = 2;  // 1 or 2
  int64_t kernel[2] = {1, 1};
  int64_t stride[2] = {1, 1};
  int64_t pad[2] = {0, 0};
  int64_t dilate[2] = {1, 1};
};

// Reads the attributes kernel, stride, pad and (if the operator has it) dilate; one number stands
// for both axes, none for the default.
Result<Window> read_window(const AttributeReader& a, std::string_view op, int spatial);

// Height and width of an array (N, C, W) or (N, C, H, W).
inline int64_t height_of(const Shape& shape) { return shape.rank() == 4 ? shape[2] : 1; }
inline int64_t width_of(const Shape& shape) { return shape[shape.rank() - 1]; }

// Appends the spatial axes that `shape`'s kind has: width, or height and width.
Shape image_shape(int64_t batch, int64_t channels, int spatial, int64_t height, int64_t width);

}  // namespace weft::ops
