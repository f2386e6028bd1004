// Turns a call's attributes into the numbers that convolution kernels read, and refuses calls whose
// shapes do not fit each other. A 1-D convolution becomes a 2-D one with height 1.

#include "ops/problems/convolution_problem.h"

#include <algorithm>

#include "base/errors.h"

namespace weft::ops {

void set_window(kernels::Convolution& problem, const Window& window) {
  problem.stride_height = window.stride[1];
  problem.stride_width = window.stride[2];
  problem.pad_top = window.pad[1];
  problem.pad_left = window.pad[2];
  problem.dilation_height = window.dilate[1];
  problem.dilation_width = window.dilate[2];
}

Result<kernels::Convolution> convolution_problem(const AttributeReader& a, DType dtype,
                                                 const Shape& x, const Shape& w) {
  const std::string_view op = layer_name(a);
  const int spatial = x.rank() - 2;
  if (spatial != 1 && spatial != 2)
    return errors::invalid_value(
        op, "`data` must have shape (N, C, W), (N, C, H, W) or (N, C, D, H, W); got ", x);
  if (w.rank() != x.rank())
    return errors::invalid_value(op, "`weight` must have ", x.rank(),
                                 " axes (filters, channels / groups, kernel...); got shape ", w);
  WEFT_ASSIGN(const Window window, read_window_of(w, a, op));
  kernels::Convolution p{};
  p.dtype = dtype;
  p.batch = x[0];
  const auto& attributes = a.op().attributes;
  p.groups = std::ranges::find(attributes, "num_group", &AttributeDef::name) == attributes.end()
                 ? 1
                 : a.integer("num_group");
  p.in_channels = x[1];
  p.in_height = height_of(x);
  p.in_width = width_of(x);
  p.out_channels = w[0];
  p.kernel_height = height_of(w);
  p.kernel_width = width_of(w);
  set_window(p, window);
  if (p.groups < 1 || p.in_channels % p.groups != 0 || p.out_channels % p.groups != 0)
    return errors::invalid_value(op, "`num_group` must divide the ", p.in_channels,
                                 " channels and ", p.out_channels, " filters; got ", p.groups);
  if (w[1] * p.groups != p.in_channels)
    return errors::invalid_value(op, "`weight` of shape ", w, " needs ", w[1] * p.groups,
                                 " channels of `data`; got ", p.in_channels);
  WEFT_TRY(require_room(window, op, x));
  p.out_height = kernels::convolution_extent(p.in_height, p.kernel_height, p.stride_height,
                                             p.pad_top, window.pad_end[1], p.dilation_height);
  p.out_width = kernels::convolution_extent(p.in_width, p.kernel_width, p.stride_width, p.pad_left,
                                            window.pad_end[2], p.dilation_width);
  // With one output position the stride is never used. A stride larger than the image would only
  // create phases (the residues of positions modulo the stride) that no output reads.
  if (p.out_height == 1) p.stride_height = 1;
  if (p.out_width == 1) p.stride_width = 1;
  return p;
}

}  // namespace weft::ops
