// Statistics and affine maps of the channels of an array x[outer][channel][inner] of float32,
// float64 or bfloat16, as batch normalisation needs them. The numbers of channels (mean, scale, …)
// are float32, or float64 for float64. Each function reads and writes memory once.
//
// Mean and variance are computed in blocks that stay in the cache for two passes. Blocks are joined
// as in Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
// variances" (1979), in double: as exact as two passes over everything. The blocks depend on the
// shape alone.
//
// Except for float64, channels may lie in channel blocks, x[outer][channel / block][inner][block].
// A unit then has all channels of a block.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// For NCHW images: outer = N, inner = H * W.
struct Channels {
  DType dtype;
  int64_t outer, channels, inner;
  int64_t block = 1;  // 1, or the channels of a block: 8 or 16

  int64_t units() const { return channels / block; }
  int64_t planes() const { return outer * units(); }
};

// mean[c] and variance[c] (divided by the number of elements); 0 without elements. `channels`
// counts units of channels.
void run_channel_moments(const Channels& problem, const void* x, void* mean, void* variance,
                         Range channels);

// y = (x - mean[c]) scale[c] + shift[c]. A unit is a plane: `inner` elements of one channel, or of
// all channels of a block.
struct ChannelAffine {
  // All of float32, or of the array's type for float64; mean, scale and shift have one number a
  // channel.
  const void *x, *mean, *scale, *shift;
  void* y;
};
void run_channel_affine(const Channels& problem, const ChannelAffine& operands, Range planes);

// sum[c] = Σ dy and product[c] = Σ dy (x - mean[c]), from which gradients follow. A unit is a
// channel.
struct ChannelSums {
  const void *dy, *x, *mean;
  void *sum, *product;
};
void run_channel_sums(const Channels& problem, const ChannelSums& operands, Range channels);

// dx = dy scale[c] + (x - mean[c]) slope[c] + shift[c], the form of the gradient. A unit is a
// plane.
struct ChannelMix {
  const void *dy, *x, *mean, *scale, *slope, *shift;
  void* dx;
};
void run_channel_mix(const Channels& problem, const ChannelMix& operands, Range planes);

}  // namespace weft::kernels
