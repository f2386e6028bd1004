// Two-dimensional pooling of dense NCHW planes; one dimension is height 1. All numeric dtypes
// for max and gather, floating ones for average and scatter. A unit is one plane.
//
// Maxima are found once as flat offsets inside their input plane; the value, its gradient and
// the gradient of that are then a gather and its adjoint, a scatter-add, at these offsets.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Pooling {
  DType dtype;
  int64_t planes;                                      // batch * channels: the number of units
  int64_t in_height, in_width, out_height, out_width;  // ceil mode is a larger output
  int64_t kernel_height, kernel_width, stride_height, stride_width;
  int64_t pad_top, pad_left, pad_bottom, pad_right;  // the far ones matter to the average only
  int64_t dilation_height, dilation_width;           // max only
  bool count_include_pad;                            // average only: divide by padded windows
  // In channel blocks: the output rows that are made, and how many rows of a plane are held (see
  // kernels/convolution/blocked/convolution_blocked.h).
  Range rows;
  int64_t in_ring_rows, out_ring_rows;
};

// Offsets of the maxima: the first of equal ones, and the last NaN where there is one (as
// PyTorch). Every window must touch the image. `y` may be null when only indices are wanted, and
// `indices` (int64) when only values are.
void run_max_pool(const Pooling& problem, const void* x, void* y, int64_t* indices, Range planes);

// Planes of `count` offsets into planes of `extent` elements: y[p, i] = x[p, indices[p, i]].
struct PlaneIndex {
  DType dtype;
  int64_t planes, extent, count;
};
void run_plane_gather(const PlaneIndex& problem, const void* x, const int64_t* indices, void* y,
                      Range planes);
// The adjoint: dx is zeroed, then dx[p, indices[p, i]] += dy[p, i].
void run_plane_scatter(const PlaneIndex& problem, const void* dy, const int64_t* indices, void* dx,
                       Range planes);

// Average over windows, and its adjoint (which overwrites dx).
void run_average_pool(const Pooling& problem, const void* x, void* y, Range planes);
void run_average_pool_adjoint(const Pooling& problem, const void* dy, void* dx, Range planes);

// Maximum or average of float32 or bfloat16 images in channel blocks, (N, C / B, H, W, B): the same
// bits as plane by plane. A plane is a block of an image here; a unit is one of its output rows
// that are made.
bool has_blocked_pool(bool average);  // in this build
void run_blocked_pool(const Pooling& problem, int64_t block, bool average, const void* x, void* y,
                      Range rows);

// Which tap of its window each maximum is, row * kernel_width + col: kernels of at most
// kMaxPoolTaps. The same of equal ones as above.
inline constexpr int64_t kMaxPoolTaps = 256;
void run_blocked_pool_taps(const Pooling& problem, int64_t block, const float* x, uint8_t* taps,
                           Range rows);
// The adjoint at these taps, or of the average where `taps` is null. Overwrites dx. A unit is a
// block of an image.
void run_blocked_pool_adjoint(const Pooling& problem, int64_t block, const float* dy,
                              const uint8_t* taps, float* dx, Range planes);

}  // namespace weft::kernels
