// Two-dimensional pooling of dense NCHW planes; a sequence is a plane of height 1. Maxima and
// gathers exist for all numeric dtypes, averages for floating ones. A unit is one plane.
//
// Maxima are found once, as flat offsets inside their input plane. The value, its gradient and the
// gradient of that are then a gather at these offsets, and its adjoint, a scatter-add.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// The fields that only some poolings read are marked.
struct Pooling {
  DType dtype;
  int64_t planes;                                      // batch * channels: the number of units
  int64_t in_height, in_width, out_height, out_width;  // ceil mode only makes the output larger
  int64_t kernel_height, kernel_width, stride_height, stride_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;  // bottom and right matter for averages only
  int64_t dilation_height, dilation_width;           // maxima only
  bool count_include_pad;                            // averages only: padding counts in the divisor
  // In channel blocks only: the output rows to compute, and how many rows of a plane the rings of
  // input and output hold (kernels/convolution/blocked/convolution_blocked.h).
  Range rows;
  int64_t in_ring_rows, out_ring_rows;
};

// Finds the offsets of maxima: the first of equal elements, and the last NaN if there is one (like
// PyTorch). Every window must touch the image. `y` may be null if only indices are wanted,
// `indices` if only values are.
void run_max_pool(const Pooling& problem, const void* x, void* y, int64_t* indices, Range planes);

// For planes of `count` offsets into planes of `extent` elements: y[p, i] = x[p, indices[p, i]].
struct PlaneIndex {
  // extent: elements of an input plane; count: of an output plane.
  DType dtype;
  int64_t planes, extent, count;
};
void run_plane_gather(const PlaneIndex& problem, const void* x, const int64_t* indices, void* y,
                      Range planes);
// The adjoint: dx is set to zero, then dx[p, indices[p, i]] += dy[p, i]. Offsets may repeat.
void run_plane_scatter(const PlaneIndex& problem, const void* dy, const int64_t* indices, void* dx,
                       Range planes);

// The average over windows, and its adjoint, which overwrites dx.
void run_average_pool(const Pooling& problem, const void* x, void* y, Range planes);
void run_average_pool_adjoint(const Pooling& problem, const void* dy, void* dx, Range planes);

// Maxima or averages of float32 or bfloat16 images in channel blocks, (N, C / B, H, W, B), with the
// bits of the plain functions. Here a plane is one channel block of an image, and a unit is one
// output row.
bool has_blocked_pool(bool average);  // is the kernel in this build?
void run_blocked_pool(const Pooling& problem, int64_t block, bool average, const void* x, void* y,
                      Range rows);

// Which tap of its window each maximum is: row * kernel_width + col. For kernels of at most
// kMaxPoolTaps taps. Of equal elements the same one as above.
inline constexpr int64_t kMaxPoolTaps = 256;
void run_blocked_pool_taps(const Pooling& problem, int64_t block, const float* x, uint8_t* taps,
                           Range rows);
// The adjoint at these taps, or of the average if `taps` is null; dx is overwritten. A unit is one
// channel block of an image.
void run_blocked_pool_adjoint(const Pooling& problem, int64_t block, const float* dy,
                              const uint8_t* taps, float* dx, Range planes);

}  // namespace weft::kernels
