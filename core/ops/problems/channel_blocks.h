// Arrays whose channels lie in blocks: (N, C / B, H, W, B) for an image (N, C, H, W). A block has
// 16 channels, or 8 where only that divides them. It is an ordinary array of five axes.
#pragma once

#include "base/shape.h"
#include "kernels/convolution/blocked/convolution_blocked.h"

namespace weft::ops {

using kernels::channel_block;
using kernels::winograd_tile;
using kernels::winograd_weight_tile;
using ConvolutionShape = kernels::Convolution;

// Is there a blocked convolution of so many channels? `in_block` is theirs, or 1 for a plain image.
inline bool has_blocked_convolution(int64_t channels, int64_t filters, int64_t groups,
                                    int64_t in_block) {
  ConvolutionShape p{};
  p.in_channels = channels;
  p.out_channels = filters;
  p.groups = groups;
  return kernels::blocks_fit(p, in_block);
}

inline bool is_blocked(const Shape& x) {
  return x.rank() == 5 && (x[4] == 8 || x[4] == 16) && x[4] == kernels::channel_block(x[1] * x[4]);
}

// What the image's shape would be: that of a plain one is its own.
inline Shape plain_shape(const Shape& x) {
  return x.rank() == 5 ? Shape{x[0], x[1] * x[4], x[2], x[3]} : x;
}
inline Shape blocked_shape(const Shape& plain, int64_t block) {
  return {plain[0], plain[1] / block, plain[2], plain[3], block};
}

}  // namespace weft::ops
