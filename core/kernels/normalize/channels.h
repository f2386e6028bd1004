// Statistics and affine maps of the channels of an array x[outer][channel][inner] of float32,
// float64 or bfloat16, whose channels' numbers are float32; each reads and writes memory once.
//
// Mean and variance are found in blocks that stay in the cache for two passes, and joined by
// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
// variances" (1979), in double: as exact as two passes over everything. Blocks depend on the shape
// only.
//
// They may lie in blocks, x[outer][channel / block][inner][block], but for float64: a unit then has
// all channels of a block.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Channels {
  DType dtype;
  int64_t outer, channels, inner;
  int64_t block = 1;  // or 8 or 16

  int64_t units() const { return channels / block; }
  int64_t planes() const { return outer * units(); }
};

// mean[c] and variance[c], 0 where a channel has no elements. `channels` are units of channels.
void run_channel_moments(const Channels& problem, const void* x, void* mean, void* variance,
                         Range channels);

// y = (x - mean[c]) scale[c] + shift[c]. A unit is a plane of one channel, `inner` elements
// (of a block, as many of each channel).
struct ChannelAffine {
  const void *x, *mean, *scale, *shift;
  void* y;
};
void run_channel_affine(const Channels& problem, const ChannelAffine& operands, Range planes);

// sum[c] = Σ dy and product[c] = Σ dy (x - mean[c]). A unit is a channel.
struct ChannelSums {
  const void *dy, *x, *mean;
  void *sum, *product;
};
void run_channel_sums(const Channels& problem, const ChannelSums& operands, Range channels);

// dx = dy scale[c] + (x - mean[c]) slope[c] + shift[c]. A unit is a plane.
struct ChannelMix {
  const void *dy, *x, *mean, *scale, *slope, *shift;
  void* dx;
};
void run_channel_mix(const Channels& problem, const ChannelMix& operands, Range planes);

}  // namespace weft::kernels
