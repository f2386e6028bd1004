// The kernels of resample.h by dtype, and the table of weights that they read.
#pragma once

#include "kernels/indexing/resample.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

inline constexpr int64_t kResampleColumns = 256;  // of a unit of the adjoint
// Which input elements make result o: the count[o] elements from first[o] on, with the weights from
// weights[o * taps] on.
struct ResampleTable {
  int64_t taps;
  int64_t *first, *count;
  void* weights;
};
using ResampleKernel = void (*)(const Resample& problem, const ResampleTable& table, const void* x,
                                void* y, Range units);
struct ResampleKernels {
  ResampleKernel forward, adjoint;
};

WEFT_KERNELS(extern const ResampleKernels kResamples[kNumDTypes];)

}  // namespace weft::kernels
