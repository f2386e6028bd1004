// A volume (N, C, D, H, W) as images (N OD, C KD, H, W), and back. The KD slices that a window
// meets along D become KD times as many channels of an image; a two-dimensional convolution does
// the rest.
//
// Only the adjoint computes anything (sums), and memory limits both; so this is plain C++, compiled
// once for all processors.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// OD = images, KD = kernel.
struct Depth {
  DType dtype;
  int64_t batch, channels, slices, plane;  // of the volume; a plane has H * W elements
  int64_t images;                          // images of one volume
  int64_t kernel, stride, pad, dilation;   // along D
};

// Channel c KD + k of image o is slice o stride + k dilation - pad of channel c, or zeros where
// there is no such slice. Any dtype.
int64_t unfold_depth_units(const Depth& problem);
void run_unfold_depth(const Depth& problem, const void* volume, void* images, Range units);

// The adjoint: each slice is the sum of all that it became, in the order of k. Any dtype if KD is
// 1, otherwise float32 and float64.
int64_t fold_depth_units(const Depth& problem);
void run_fold_depth(const Depth& problem, const void* images, void* volume, Range units);

}  // namespace weft::kernels
