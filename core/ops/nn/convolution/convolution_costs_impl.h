// The cost of a convolution of plain arrays for each method. The unit is the time of one product
// (multiply-add) of a kernel at full speed. The constants were measured with AVX-512 on two
// threads: every method was forced for 49 kinds of layers (and 28 more shapes of depthwise ones),
// and for 672 gradients with strides.
#pragma once

#include <algorithm>

#include "kernels/convolution/blocked/convolution_blocked.h"

namespace weft::ops {

// Which of the three arrays is computed from the other two: y from x and w, dx from dy and w, or dw
// from x and dy.
enum class ConvolutionResult : uint8_t { kForward, kData, kWeight };

// Multiply-adds of the whole batch, padding included.
inline int64_t products(const kernels::Convolution& p) {
  return p.batch * p.out_channels * p.out_height * p.out_width * (p.in_channels / p.groups) *
         p.kernel_height * p.kernel_width;
}
// Work of the kernels for channel blocks, in elements of cheap arithmetic: vectors do 8 products in
// the time of one. A depthwise filter loads a vector for each product, so it does 2.
inline int64_t blocked_work(const kernels::Convolution& p) {
  return products(p) / (kernels::is_depthwise(p) ? 2 : 8);
}
inline int64_t weights_of(const kernels::Convolution& p) {
  return p.out_channels * (p.in_channels / p.groups) * p.kernel_height * p.kernel_width;
}
// Elements of one image.
inline int64_t elements_in(const kernels::Convolution& p) {
  return p.in_channels * p.in_height * p.in_width;
}
inline int64_t elements_out(const kernels::Convolution& p) {
  return p.out_channels * p.out_height * p.out_width;
}

double plain_cost(const kernels::Convolution& p, ConvolutionResult made);

// `winograd` is the side of Winograd's tiles, or 0 for none.
double blocked_cost(const kernels::Convolution& p, ConvolutionResult made, int64_t winograd);

}  // namespace weft::ops
