// A volume (N, C, D, H, W) as images (N OD, C KD, H, W) and back: the KD slices that a window meets
// along D are KD times as many channels of an image, so a convolution of images does the rest.
//
// Nothing is computed but the adjoint's sums, and memory bounds both: plain C++ for every
// processor.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Depth {
  DType dtype;
  int64_t batch, channels, slices, plane;  // of the volume; a plane has height times width elements
  int64_t images;                          // of a volume: OD
  int64_t kernel, stride, pad, dilation;   // along D
};

// Channel c KD + k of image o is slice o stride + k dilation - pad of channel c, zeros where there
// is none. Any dtype.
int64_t unfold_depth_units(const Depth& problem);
void run_unfold_depth(const Depth& problem, const void* volume, void* images, Range units);

// The adjoint: every slice is the sum of what it became, in the order of k. Any dtype with a kernel
// of one slice, else float32 and float64.
int64_t fold_depth_units(const Depth& problem);
void run_fold_depth(const Depth& problem, const void* images, void* volume, Range units);

}  // namespace weft::kernels
