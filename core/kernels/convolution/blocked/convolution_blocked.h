// Convolution of images whose channels lie in blocks: x[N, C / B, H, W, B], where B is 16, or 8
// where only that divides C. A block is one to four vectors, so the arithmetic runs along
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
//
// Images are float32, or bfloat16 that is summed in float32 and then rounded. There neighbouring
// channels are pairs, and the packed weights of a pair lie beside each other: [..][B / 2][16][2].
// Of a plain image two columns of the kernel are a pair. Where the processor has a VDPBF16PS that
// is worth it (kernels/matmul/bf16x2_impl.h) a step of a sum adds both products at a time, which
// counts subnormal numbers as zero; elsewhere one after the other.
#pragma once

#include "base/view.h"
#include "kernels/convolution/convolution.h"

namespace weft::kernels {

inline constexpr int64_t kPanelChannels = 16;

// Elements of a block, or 1 where so many channels are not blocked.
constexpr int64_t channel_block(int64_t channels) {
  return channels <= 0 ? 1 : channels % 16 == 0 ? 16 : channels % 8 == 0 ? 8 : 1;
}

// Positions first, first + step, ... along both axes of an array of these extents.
struct Lattice {
  int64_t height, width;
  int64_t row, col, row_step, col_step;
};
constexpr Lattice every_position(int64_t height, int64_t width) {
  return {height, width, 0, 0, 1, 1};
}

// The planes of x that images begin with. Those of a volume may overlap: each has some neighbouring
// slices, x[N D, C / B, H, W, B], as its channels.
struct ImagePlaces {
  int64_t in_volume;          // images
  int64_t volume_step, step;  // planes

  constexpr int64_t first(int64_t image) const {
    return image / in_volume * volume_step + image % in_volume * step;
  }
};

// A *row tile* is some rows of an image in a ring: of each plane so many rows are held, and row r
// lies at place r modulo that number. An image that is held whole is its own row tile.
struct BlockedConvolution {
  Convolution shape;  // of the plain arrays
  int64_t in_block, out_block;
  int64_t winograd;  // side of its tiles, 2 or 4; 0 for the direct sum
  float low, high;   // results are held between them; NaN stays
  Lattice taps;      // of the packed kernel: those that are summed over
  Lattice results;   // of y: those that are written; its height is that of what is held
  Range rows;        // of the results: those that are made, of Winograd's tiles all or none
  int64_t x_ring_rows, residual_ring_rows;  // rows of a plane
  ImagePlaces places;
  int64_t depth_parts = 1;  // chains that a sum over the channels is cut into
};
// With all taps and results, no bounds, and images one behind the other.
BlockedConvolution in_blocks(const Convolution& shape, int64_t in_block, int64_t winograd);

// Every channel a group of its own, and every group one filter.
constexpr bool is_depthwise(const Convolution& p) {
  return p.groups > 1 && p.groups == p.in_channels && p.groups == p.out_channels;
}

// Can channels and groups be cut into blocks? `in_block` 1 asks for a plain image.
bool blocks_fit(const Convolution& shape, int64_t in_block);

// Whose weights are packed: the convolution's own, or those of the one that `shape` is the adjoint
// of, whose filters are the channels here.
enum class Filters : uint8_t { kOwn, kOfAdjoint };

// The side of Winograd's tiles that pays for a problem in blocks of 16, 0 where none does: a pure
// function of the problem. Errors are those of the direct sum in the mean, with tiles of 4 at most
// 32 times as large; WEFT_WINOGRAD=0 is always 0. bfloat16 has tiles of 2, whose frequencies are
// rounded: errors are 2.5 times those of a direct sum that is rounded once. Weights are packed as
// [frequencies][panels][I][16], of bfloat16 in pairs, [..][I / 2][16][2].
int64_t winograd_tile(const Convolution& shape);
int64_t winograd_weight_tile(const Convolution& shape);  // of the gradient of its weights
void pack_winograd(const Convolution& shape, int64_t tile, Filters filters, const void* weights,
                   void* packed, Range panels);

// Elements of the packed weights, and the packing of some of its panels (depthwise: blocks).
int64_t packed_panels(const Convolution& shape, int64_t in_block);
int64_t packed_panel_elements(const Convolution& shape, int64_t in_block);
void pack_panels(const Convolution& shape, int64_t in_block, Filters filters, const void* weights,
                 void* packed, Range panels);

// Images of many channels and few pixels are shared by their channels: an expansion's filters, what
// is depthwise, a projection's sums. All that threads read of each other is half of the narrow side
// then, and each reads half of the weights.
constexpr bool is_wide(DType dtype, int64_t channels, int64_t pixels) {
  return dtype == DType::kFloat32 && channels >= 4 * pixels;
}
// 2 where a 1 x 1 layer narrows a wide image by much, else 1: a pure function of the problem,
// whatever the batch.
int64_t depth_parts(const Convolution& shape, int64_t in_block);

// y = clamp(convolution + bias + residual), rounded once; `residual` has the shape of y. Both may
// be null. Of a single image the parts of the channels are summed in arrays of their own, each like
// y, which add_depth_parts adds up.
struct BlockedOperands {
  const void* x;
  const void* weights;
  const void* bias;
  const void* residual;
  void* y;
  float* parts = nullptr;
};
// May y be where the residual is? Not where sums wait in y.
bool residual_may_be_result(const BlockedConvolution& problem);
// Rows of an image that a unit stages for the tiles of AMX
// (kernels/convolution/blocked/tiled_unit_impl.h): those that so many rows and columns of results
// need. Positions that are equal modulo the stride make a plane, and the channels of a group are
// cut into steps of what a tile multiplies.
struct StagedRows {
  int64_t rows = 0, cols = 0;  // of results, at most; 0 rows: nothing is staged
  int64_t phase_rows = 1, phase_cols = 1;
  int64_t row_pixels = 0, plane_pixels = 0;
  int64_t pixel_bytes = 0, step_bytes = 0;  // to the next one
  int64_t step = 0, steps = 0;              // pairs of channels of a step, and steps at each tap
  bool joins_blocks = false;  // a step is two channel blocks, whose weights are copied together
  int64_t bytes = 0;
  int64_t image = 0, taps = 0, weights = 0;  // where they start in scratch, in bytes
};
// The image of a strided 1 x 1 layer, of whose pixels a unit lays those down that it reads: then
// they lie as those of a layer without strides do. Of a row that is several ones, all of them.
struct SubsampledImage {
  int64_t stride_height = 0, stride_width = 0;  // 0: it is read where it lies
  int64_t width = 0, held = 0;
  Range rows = {0, 0};  // of results, that are one row
  int64_t cols = 0;     // of results
};
// How a blocked convolution is cut into units: rows of an image and panels of a group; and how many
// blocks of input channels are summed at a time. Where the parts of scratch start, in bytes: sums
// that wait, of bfloat16 or of parts of the channels; the pairs of a plain image of bfloat16 and of
// its weights, or a subsampled image.
struct BlockedCut {
  int64_t rows, row_chunks;
  int64_t panels, panel_chunks;
  int64_t blocks;
  int64_t sums = 0, pairs = 0, weights = 0;
  StagedRows staged = {};
  SubsampledImage subsampled = {};
};
// bfloat16 in pairs is walked as an image of half the channels, `problem`. That of a plain image
// has pairs of columns, which a unit makes for itself of the rows that it needs.
struct PlainSource {
  int64_t width, held, pad, dilation, kernel_width;  // width 0: the image lies in blocks
};
// What threads that share the units find once for all of them.
struct BlockedPlan {
  const BlockedConvolution* asked;  // the caller's own, which outlives this
  BlockedConvolution problem;       // as kernels walk it
  PlainSource source;
  BlockedCut cut;
  int64_t units;
  int64_t scratch;  // bytes per thread
};
int64_t bytes_of_parts(const BlockedConvolution& problem);  // 0: there is nothing to add up
BlockedPlan plan_blocked(const BlockedConvolution& problem);
void run_blocked_convolution(const BlockedPlan& plan, const BlockedOperands& operands, Range units,
                             void* scratch);
// Of planes of y, after all units.
void add_depth_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                     Range planes);

// The convolution that dy goes through on the way to dx, with stride one: channels and filters
// change places. Its weights are packed as `kOfAdjoint`.
Convolution adjoint_of(const Convolution& shape);

// dx = y of the operands from dy = x; `shape` is that of the convolution, x[N, O / B, OH, OW, B]
// has blocks of `in_block`. Positions of dx that are equal modulo the stride meet the same taps:
// each such phase is a convolution of stride one (Dumoulin and Visin, "A guide to convolution
// arithmetic for deep learning", 2016, section 4.5).
int64_t blocked_data_units(const BlockedConvolution& problem);
int64_t blocked_data_scratch(const BlockedConvolution& problem);  // bytes per thread
void run_blocked_data(const BlockedConvolution& problem, const BlockedOperands& operands,
                      Range units, void* scratch);

// dw[O, I / groups, KH, KW] from x and dy, in blocks. An element is a chain for each row tile of an
// image or of several, and the chains are added up: neither the split nor the instruction set
// changes it. By Winograd's tiles for the problems that these are for.
int64_t blocked_weight_units(const BlockedConvolution& problem);
int64_t blocked_weight_scratch(const BlockedConvolution& problem);  // bytes per thread
void run_blocked_weight(const BlockedConvolution& problem, const float* x, const float* dy,
                        float* dw, Range units, void* scratch);

}  // namespace weft::kernels
