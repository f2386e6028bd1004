// The numbers that convolution kernels need, computed from the shapes and attributes of a call.
#pragma once

#include "kernels/convolution/convolution.h"
#include "ops/nn/convolution/window_impl.h"
#include "ops/op.h"

namespace weft::ops {

// The problem for the image `x`, (N, C, H, W) or (N, C, W), and the weight `w`, (filters, channels
// / groups, kernel…), with the attributes of convolution_attributes (window.h).
Result<kernels::Convolution> convolution_problem(const AttributeReader& a, DType dtype,
                                                 const Shape& x, const Shape& w);

// Copies stride, padding and dilation of the last two axes.
void set_window(kernels::Convolution& problem, const Window& window);

}  // namespace weft::ops
