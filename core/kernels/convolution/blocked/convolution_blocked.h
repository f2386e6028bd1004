// Convolution of images whose channels are in blocks (NCHW16c): x[N, C / B, H, W, B], where B is
// 16, or 8 where only 8 divides C. A block is one to four vectors, so the arithmetic runs along
// channels, and no columns are gathered: a direct convolution (Georganas et al., "Anatomy of
// High-Performance Deep Learning Convolutions on SIMD Architectures", SC 2018).
//
// Weights are packed as [groups * panels][I / B][KH][KW][B][16]. A panel is 16 filters of one
// group; the last one is filled up with zeros. With B = 1 the image is plain NCHW: this is for the
// first layer, which has few channels. For depthwise convolutions the weights are [C /
// B][KH][KW][B].
//
// A result is summed over channel blocks, columns of the kernel, channels, rows of the kernel.
// Neither the division into units nor the instruction set changes that order.
//
// Images are float32, or bfloat16 that is summed in float32 and then rounded. In bfloat16 two
// neighbouring channels are one bf16x2, and packed weights are [..][B / 2][16][2]. In a plain image
// two columns of the kernel are one bf16x2. Where the processor has a VDPBF16PS that is worth it
// (kernels/matmul/bf16x2_impl.h), a step of a sum adds both products at once, and subnormal numbers
// count as zero; elsewhere it adds one after the other.
// counts subnormal numbers as zero; elsewhere one after the other.
#pragma once

#include "base/in_memory.h"
#include "base/view.h"
#include "kernels/convolution/convolution.h"

namespace weft::kernels {

inline constexpr int64_t kPanelChannels = 16;  // filters of a panel

// B for so many channels, or 1 if they cannot be in blocks.
constexpr int64_t channel_block(int64_t channels) {
  return channels <= 0 ? 1 : channels % 16 == 0 ? 16 : channels % 8 == 0 ? 8 : 1;
}

// The positions row, row + row_step, … and col, col + col_step, … of a height x width array.
struct Lattice {
  int64_t height, width;
  int64_t row, col, row_step, col_step;
};
constexpr Lattice every_position(int64_t height, int64_t width) {
  return {height, width, 0, 0, 1, 1};
}

// The plane of x with which each image begins. Images of a volume may overlap: each has some
// neighbouring slices as its channels, from x[N D, C / B, H, W, B].
struct ImagePlaces {
  int64_t in_volume;          // images in a volume
  int64_t volume_step, step;  // planes from one volume, or image, to the next

  constexpr int64_t first(int64_t image) const {
    return image / in_volume * volume_step + image % in_volume * step;
  }
};

// The problem. A *ring* holds only some rows of each plane: row r lies at place r modulo the number
// of its rows. An image that is there as a whole is a ring that holds all rows.
struct BlockedConvolution {
  Convolution shape;  // extents of the whole plain arrays
  // B of x and of y.
  int64_t in_block, out_block;
  int64_t winograd;  // side of its tiles, 2 or 4; 0 for the direct sum
  float low, high;   // bounds of the clamp; NaN stays NaN
  Lattice taps;      // taps of the packed kernel that are summed over
  Lattice results;   // elements of y that are written; its height is the number of rows kept
  Range rows;        // rows of the results that are computed; with Winograd all or none
  int64_t x_ring_rows, residual_ring_rows;  // rows of a plane that the ring has
  ImagePlaces places;
  int64_t depth_parts = 1;  // parts that the sum over channels is divided into
  WEFT_IN_MEMORY(BlockedConvolution);
};
// A problem with all taps and results, no bounds, and images one behind the other.
BlockedConvolution in_blocks(const Convolution& shape, int64_t in_block, int64_t winograd);

// Does each channel have a group of its own, with one filter?
constexpr bool is_depthwise(const Convolution& p) {
  return p.groups > 1 && p.groups == p.in_channels && p.groups == p.out_channels;
}

// Can the channels be in blocks? `in_block` 1 asks for a plain image.
bool blocks_fit(const Convolution& shape, int64_t in_block);

// Whose weights are packed: those of the convolution itself, or those of the one that `shape` is
// the adjoint of, whose filters are the channels here.
enum class Filters : uint8_t { kOwn, kOfAdjoint };

// The side of Winograd's tiles that pays for a problem with blocks of 16, or 0: a function of the
// problem, for bfloat16 also of whether the processor has AMX. In the mean the errors are those of
// the direct sum; with tiles of 4 they are at most 32 times as large. WEFT_WINOGRAD=0 always gives
// 0. bfloat16 has tiles of 2, whose frequencies are rounded: errors are 2.5 times those of a direct
// sum that is rounded once. Weights are packed as [frequencies][panels][I][16], for bfloat16 as
// [..][I / 2][16][2].
int64_t winograd_tile(const Convolution& shape);
int64_t winograd_weight_tile(const Convolution& shape);  // for the gradient of the weights
void pack_winograd(const Convolution& shape, int64_t tile, Filters filters, const void* weights,
                   void* packed, Range panels);

// Size of the packed weights, and the packing of some panels (depthwise: channel blocks).
int64_t packed_panels(const Convolution& shape, int64_t in_block);
int64_t packed_panel_elements(const Convolution& shape, int64_t in_block);
void pack_panels(const Convolution& shape, int64_t in_block, Filters filters, const void* weights,
                 void* packed, Range panels);

// Does the image have many channels and few pixels? Then threads share it by channels: the filters
// of an expansion, the channels of a depthwise layer, the sums of a projection. Threads then read
// only half of the narrow side from each other, and each reads half of the weights.
constexpr bool is_wide(DType dtype, int64_t channels, int64_t pixels) {
  return dtype == DType::kFloat32 && channels >= 4 * pixels;
}
// 2 where a 1 x 1 layer narrows a wide image by much, otherwise 1. It depends on the problem alone,
// not on the batch or the threads.
int64_t depth_parts(const Convolution& shape, int64_t in_block);

// y = clamp(convolution + bias + residual), rounded once. bias and residual (of the shape of y) may
// be null. If a single image's channels are divided into parts, each part is summed in `parts`, an
// array like y for each, and add_depth_parts adds them up.
struct BlockedOperands {
  const void* x;
  const void* weights;
  const void* bias;
  const void* residual;
  void* y;
  float* parts = nullptr;
};
// May y be the memory of the residual? Not where sums wait in y.
bool residual_may_be_result(const BlockedConvolution& problem);
// The rows of an image that a unit stages for AMX (kernels/convolution/blocked/tiled_unit_impl.h):
// what some rows and columns of results need. Positions that are equal modulo the stride are one
// plane (phase), and the channels of a group are divided into steps, each as much as a tile
// multiplies.
struct StagedRows {
  int64_t rows = 0, cols = 0;  // maximum of results; rows 0: nothing is staged
  int64_t phase_rows = 1, phase_cols = 1;
  int64_t row_pixels = 0, plane_pixels = 0;  // pixels from one row, and from one plane, to the next
  int64_t pixel_bytes = 0, step_bytes = 0;   // from one pixel, and one step, to the next
  int64_t step = 0, steps = 0;               // bf16x2 of a step, and steps at each tap
  bool joins_blocks = false;  // a step is two channel blocks, so their weights are copied together
  // Bytes of what is staged.
  int64_t bytes = 0;
  int64_t image = 0, taps = 0, weights = 0;  // where these begin in scratch, in bytes
};
// The image of a strided 1 x 1 layer. A unit copies the pixels that it reads, so that they lie like
// those of a layer without strides. If rows are joined to one, all of its pixels are copied.
struct SubsampledImage {
  int64_t stride_height = 0, stride_width = 0;  // 0: the image is read where it lies
  // Of the image: pixels of a row, and rows of its ring.
  int64_t width = 0, ring_rows = 0;
  Range rows = {0, 0};  // rows of results that are one row
  int64_t cols = 0;     // results in a row
};
// How a blocked convolution is divided into units: by rows of an image and by panels of a group.
// Also how many channel blocks are summed at a time, and where the parts of scratch begin, in
// bytes: sums that wait (of bfloat16, or of parts of the channels), bf16x2 of a plain image and of
// its weights, or a subsampled image.
struct BlockedCut {
  int64_t rows, row_chunks;      // rows of a unit, and units in the height
  int64_t panels, panel_chunks;  // panels of a unit, and units in a group's panels
  int64_t blocks;
  int64_t sums = 0, pairs = 0, weights = 0;
  StagedRows staged = {};
  SubsampledImage subsampled = {};
};
// How a plain image of bfloat16 lies. As bf16x2 an image is walked like one with half the channels
// (BlockedPlan::problem); a plain one has pairs of columns, which each unit makes of the rows that
// it needs.
struct PlainSource {
  int64_t width, ring_rows, pad, dilation, kernel_width;  // width 0: the image is in channel blocks
};
// What threads share for all units of a call; it is computed once.
struct BlockedPlan {
  const BlockedConvolution* asked;  // the caller's own problem, which must outlive the plan
  BlockedConvolution problem;       // the problem as kernels walk it
  PlainSource source;
  BlockedCut cut;
  int64_t units;
  int64_t scratch;  // bytes for each thread
};
int64_t bytes_of_parts(const BlockedConvolution& problem);  // 0: there are no parts to add up
BlockedPlan plan_blocked(const BlockedConvolution& problem);
void run_blocked_convolution(const BlockedPlan& plan, const BlockedOperands& operands, Range units,
                             void* scratch);
// Adds up the parts, for some planes of y, after all units.
void add_depth_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                     Range planes);

// The convolution that takes dy to dx for stride one: channels and filters change places. Its
// weights are packed as `kOfAdjoint`.
Convolution adjoint_of(const Convolution& shape);

// dx (y of the operands) from dy (x of the operands). `shape` is that of the forward convolution;
// dy[N, O / B, OH, OW, B] has blocks of `in_block`. Positions of dx that are equal modulo the
// stride meet the same taps, so each such phase is a convolution of stride one (Dumoulin and Visin,
// "A guide to convolution arithmetic for deep learning", 2016, section 4.5).
int64_t blocked_data_units(const BlockedConvolution& problem);
int64_t blocked_data_scratch(const BlockedConvolution& problem);  // bytes for each thread
void run_blocked_data(const BlockedConvolution& problem, const BlockedOperands& operands,
                      Range units, void* scratch);

// dw[O, I / groups, KH, KW] from x and dy, both in blocks. An element is one chain for each row
// tile (a part of an image, or several images), and the chains are added up; neither the division
// into units nor the instruction set changes it. Where they pay, Winograd's tiles are used.
int64_t blocked_weight_units(const BlockedConvolution& problem);
int64_t blocked_weight_scratch(const BlockedConvolution& problem);  // bytes for each thread
void run_blocked_weight(const BlockedConvolution& problem, const float* x, const float* dy,
                        float* dw, Range units, void* scratch);

}  // namespace weft::kernels
