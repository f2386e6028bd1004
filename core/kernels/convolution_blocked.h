// Convolution of float32 images whose channels lie in blocks: x[N, C / B, H, W, B], where B is 16,
// or 8 where only that divides C. A block is one to four vectors, so the arithmetic runs along
// channels and needs no gathered columns: a direct convolution (Georganas et al., "Anatomy of
// High-Performance Deep Learning Convolutions on SIMD Architectures", SC 2018).
//
// Weights are packed as [groups * panels][I / B][KH][KW][B][16]: a panel is 16 output channels of
// one group, the last one filled with zeros. With B = 1 the image is plain NCHW: for the first
// layer, whose channels are few. Where groups and channels are as many (depthwise), weights are
// [C / B][KH][KW][B].
//
// A channel's results are summed over blocks of channels, columns of the kernel, channels, rows: an
// order that neither the split nor the instruction set changes.
#pragma once

#include "base/view.h"
#include "kernels/convolution.h"

namespace weft::kernels {

inline constexpr int64_t kPanelChannels = 16;

// Elements of a block, or 1 where so many channels are not blocked.
constexpr int64_t channel_block(int64_t channels) {
  return channels <= 0 ? 1 : channels % 16 == 0 ? 16 : channels % 8 == 0 ? 8 : 1;
}

struct BlockedConvolution {
  Convolution shape;  // of the plain arrays
  int64_t in_block, out_block;
  int64_t winograd;  // side of its tiles, 2 or 4; 0 for the direct sum
  float low, high;   // results are held between them; NaN stays
};

// Every channel a group of its own, and every group one filter.
constexpr bool is_depthwise(const Convolution& p) {
  return p.groups > 1 && p.groups == p.in_channels && p.groups == p.out_channels;
}

// Can channels and groups be cut into blocks? `in_block` 1 asks for a plain image.
bool blocks_fit(const Convolution& shape, int64_t in_block);

// The side of Winograd's tiles that pays for a problem in blocks of 16, 0 where none does: a pure
// function of the problem. Errors are those of the direct sum in the mean, with tiles of 4 at most
// 32 times as large; WEFT_WINOGRAD=0 is always 0. Weights are packed as
// [frequencies][panels][I][16].
int64_t winograd_tile(const Convolution& shape);
void pack_winograd(const Convolution& shape, int64_t tile, const float* weights, float* packed,
                   Range panels);

// Elements of the packed weights, and the packing of some of its panels (depthwise: blocks).
int64_t packed_panels(const Convolution& shape, int64_t in_block);
int64_t packed_panel_elements(const Convolution& shape, int64_t in_block);
void pack_panels(const Convolution& shape, int64_t in_block, const float* weights, float* packed,
                 Range panels);

// y = clamp(convolution + bias + residual); `residual` has the shape of y. Both may be null.
struct BlockedOperands {
  const float* x;
  const float* weights;
  const float* bias;
  const float* residual;
  float* y;
};
int64_t blocked_convolution_units(const BlockedConvolution& problem);
int64_t blocked_convolution_scratch(const BlockedConvolution& problem);  // bytes per thread
void run_blocked_convolution(const BlockedConvolution& problem, const BlockedOperands& operands,
                             Range units, void* scratch);

}  // namespace weft::kernels
