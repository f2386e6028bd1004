// Turns a call's attributes into the numbers that pooling kernels read. A 1-D pooling becomes a 2-D
// one with height 1, and a global pooling a window of the image's size.

#include "ops/problems/pooling_problem.h"

#include <algorithm>

#include "base/errors.h"
#include "ops/nn/convolution/window_impl.h"

namespace weft::ops {
namespace {

// Output extent. "valid" drops a last window that does not fit; "full" keeps it if it starts inside
// the image or its left padding, so that every window has an element.
int64_t extent(int64_t in, int64_t kernel, int64_t stride, int64_t pad, int64_t pad_end,
               bool full) {
  const int64_t room = in + pad + pad_end - kernel;
  int64_t out = (full ? room + stride - 1 : room) / stride + 1;
  if (full && (out - 1) * stride >= in + pad) --out;
  return out;
}

}  // namespace

Result<kernels::Pooling> pooling_problem(const AttributeReader& a, DType dtype, const Shape& x) {
  const std::string_view op = layer_name(a);
  const int spatial = x.rank() - 2;
  if (spatial != 1 && spatial != 2)
    return errors::invalid_value(
        op, "`data` must have shape (N, C, W), (N, C, H, W) or (N, C, D, H, W); got ", x);
  WEFT_ASSIGN(Window window, read_window(a, op, spatial));
  const bool global = a.flag("global_pool");
  if (!global && !a.has("kernel"))
    return errors::invalid_value(op, "`kernel` must be given unless `global_pool` is true");
  const auto convention = a.text("pooling_convention");
  if (convention != "valid" && convention != "full")
    return errors::invalid_value(op, "`pooling_convention` must be valid or full; got ",
                                 convention);
  if (global) window = Window{.spatial = spatial, .kernel = {1, height_of(x), width_of(x)}};
  if (height_of(x) < 1 || width_of(x) < 1)
    return errors::invalid_value(op, "`data` must not be empty along spatial axes; got shape ", x);
  kernels::Pooling p{};
  p.dtype = dtype;
  p.planes = x[0] * x[1];
  p.in_height = height_of(x);
  p.in_width = width_of(x);
  p.kernel_height = window.kernel[1];
  p.kernel_width = window.kernel[2];
  p.stride_height = window.stride[1];
  p.stride_width = window.stride[2];
  p.pad_top = window.pad[1];
  p.pad_left = window.pad[2];
  p.pad_bottom = window.pad_end[1];
  p.pad_right = window.pad_end[2];
  p.dilation_height = p.dilation_width = 1;
  p.count_include_pad = a.flag("count_include_pad");
  if (2 * std::max(p.pad_top, p.pad_bottom) > p.kernel_height ||
      2 * std::max(p.pad_left, p.pad_right) > p.kernel_width)
    return errors::invalid_value(
        op, "`pad` must be at most half of `kernel`; got ",
        Shape{std::max(p.pad_top, p.pad_bottom), std::max(p.pad_left, p.pad_right)}, " and ",
        Shape{p.kernel_height, p.kernel_width});
  WEFT_TRY(require_room(window, op, x));
  const bool full = convention == "full";
  p.out_height =
      extent(p.in_height, p.kernel_height, p.stride_height, p.pad_top, p.pad_bottom, full);
  p.out_width = extent(p.in_width, p.kernel_width, p.stride_width, p.pad_left, p.pad_right, full);
  p.rows = {0, p.out_height};
  p.in_ring_rows = p.in_height;
  p.out_ring_rows = p.out_height;
  return p;
}

Result<bool> is_average_pooling(const AttributeReader& a) {
  const auto type = a.text("pool_type");
  if (type == "max" || type == "avg") return type == "avg";
  return errors::invalid_value("pooling", "`pool_type` must be max or avg; got ", type);
}

int64_t work_of(const kernels::Pooling& p) {
  return p.planes * p.out_height * p.out_width * p.kernel_height * p.kernel_width;
}

}  // namespace weft::ops
