// What convolutions of plain arrays cost by the ways there are, in products of a kernel at full
// speed: measured with AVX-512 on two threads, each forced in turn for 49 kinds of layers (28 more
// shapes of depthwise ones), and for 672 of gradients with strides.
#pragma once

#include <algorithm>

#include "kernels/convolution/blocked/convolution_blocked.h"

namespace weft::ops {

// What is made of the other two: y of x and w, dx of dy and w, dw of x and dy.
enum class ConvolutionResult : uint8_t { kForward, kData, kWeight };

inline int64_t products(const kernels::Convolution& p) {
  return p.batch * p.out_channels * p.out_height * p.out_width * (p.in_channels / p.groups) *
         p.kernel_height * p.kernel_width;
}
// Of kernels for channel blocks, in elements of cheap arithmetic. A depthwise filter loads a vector
// for each product.
inline int64_t blocked_work(const kernels::Convolution& p) {
  return products(p) / (kernels::is_depthwise(p) ? 2 : 8);
}
inline int64_t weights_of(const kernels::Convolution& p) {
  return p.out_channels * (p.in_channels / p.groups) * p.kernel_height * p.kernel_width;
}
// Of an image.
inline int64_t elements_in(const kernels::Convolution& p) {
  return p.in_channels * p.in_height * p.in_width;
}
inline int64_t elements_out(const kernels::Convolution& p) {
  return p.out_channels * p.out_height * p.out_width;
}

double plain_cost(const kernels::Convolution& p, ConvolutionResult made);

// With Winograd's tiles of `winograd`, 0 without.
double blocked_cost(const kernels::Convolution& p, ConvolutionResult made, int64_t winograd);

}  // namespace weft::ops
