// Sums of frames that overlap: frame t begins at place t * hop. A row of the result has the sums
// from place `start` on; where no frame reaches they are 0.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct OverlapAdd {
  DType dtype;  // float32 or float64
  int64_t rows, frames, frame_length, hop, start, length;
  int64_t step;  // from a frame to the next in memory; 0: one frame stands for all
};

// A unit is a piece of `hop` elements of a row of the result.
int64_t overlap_add_units(const OverlapAdd& problem);
// x: [rows][frames][frame_length], or one frame; y: [rows][length].
void run_overlap_add(const OverlapAdd& problem, const void* x, void* y, Range units);

}  // namespace weft::kernels
