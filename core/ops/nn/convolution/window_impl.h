// Windows that slide over the last one, two or three axes: what convolution and pooling share.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// The order is depth, height, width. A problem with fewer axes has depth 1, and height 1.
struct Window {
  int spatial = 2;  // 1, 2 or 3
  int64_t kernel[3] = {1, 1, 1};
  int64_t stride[3] = {1, 1, 1};
  int64_t pad[3] = {0, 0, 0};  // before the first element; `pad_end` is behind the last one
  int64_t pad_end[3] = {0, 0, 0};
  int64_t dilate[3] = {1, 1, 1};

  // The number of windows along the axis that lie inside the padded `in` elements; 0 if none fits.
  int64_t count(int axis, int64_t in) const {
    const int64_t room = in + pad[axis] + pad_end[axis] - dilate[axis] * (kernel[axis] - 1) - 1;
    return room < 0 ? 0 : room / stride[axis] + 1;
  }
};

// Reads the attributes kernel, stride, pad and (if the operator has it) dilate. One number stands
// for all axes, none for the default. `pad` may have twice as many: first those before each axis,
// then those behind.
Result<Window> read_window(const AttributeReader& a, std::string_view op, int spatial);
// The same, but the kernel has the last extents of `weight`; the attribute may only repeat them.
Result<Window> read_window_of(const Shape& weight, const AttributeReader& a, std::string_view op);
// Refuses a padding that differs on the two sides of an axis.
Status require_even_padding(const Window& window, std::string_view op);
// Refuses a kernel that fits nowhere in the padded `data`, whose last axes are the window's.
Status require_room(const Window& window, std::string_view op, const Shape& data);

// Add the attributes of all convolutions, of convolutions with one group, and of all poolings.
void convolution_attributes(OpDef& op);
void ungrouped_attributes(OpDef& op);
void pooling_attributes(OpDef& op);

// Height and width of an array (N, C, W) or (N, C, H, W).
inline int64_t height_of(const Shape& shape) { return shape.rank() == 4 ? shape[2] : 1; }
inline int64_t width_of(const Shape& shape) { return shape[shape.rank() - 1]; }

// The operator's name without `_image`: users know the composite with that name, so errors use it.
std::string_view layer_name(const AttributeReader& a);

// (batch, channels, width), or (batch, channels, height, width) if `spatial` is 2.
Shape image_shape(int64_t batch, int64_t channels, int spatial, int64_t height, int64_t width);

}  // namespace weft::ops
