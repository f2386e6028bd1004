// Arrays in channel blocks: shape (N, C / B, H, W, B) for an image (N, C, H, W). A block has B = 16
// channels, or 8 if only 8 divides C. For everything else it is an ordinary array with five axes.
#pragma once

#include "base/shape.h"
#include "kernels/convolution/blocked/convolution_blocked.h"

namespace weft::ops {

using kernels::channel_block;
using kernels::winograd_tile;
using kernels::winograd_weight_tile;
using ConvolutionShape = kernels::Convolution;

// Is there a blocked convolution for these channels? `in_block` is the block of its input, or 1 for
// a plain image.
inline bool has_blocked_convolution(int64_t channels, int64_t filters, int64_t groups,
                                    int64_t in_block) {
  ConvolutionShape p{};
  p.in_channels = channels;
  p.out_channels = filters;
  p.groups = groups;
  return kernels::blocks_fit(p, in_block);
}

// Five axes alone do not tell: a volume (N, C, D, H, W) has five, too.
inline bool is_blocked(const Shape& x) {
  return x.rank() == 5 && (x[4] == 8 || x[4] == 16) && x[4] == kernels::channel_block(x[1] * x[4]);
}

// The shape of the same image without blocks.
inline Shape plain_shape(const Shape& x) {
  return x.rank() == 5 ? Shape{x[0], x[1] * x[4], x[2], x[3]} : x;
}
// `plain` is (N, C, H, W), and `block` divides C.
inline Shape blocked_shape(const Shape& plain, int64_t block) {
  return {plain[0], plain[1] / block, plain[2], plain[3], block};
}

}  // namespace weft::ops
