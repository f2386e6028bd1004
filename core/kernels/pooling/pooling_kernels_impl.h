// The kernels of pooling.h, for plain images and for channels in blocks.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/pooling/pooling.h"

namespace weft::kernels {

using MaxPoolKernel = void (*)(const Pooling& problem, const void* x, void* y, int64_t* indices,
                               Range planes);
using AveragePoolKernel = void (*)(const Pooling& problem, const void* from, void* to,
                                   Range planes);
using BlockedPoolKernel = void (*)(const Pooling& problem, int64_t block, const void* x, void* y,
                                   Range rows);
struct BlockedPoolKernels {
  BlockedPoolKernel max, average;
};
using PlaneIndexKernel = void (*)(const PlaneIndex& problem, const void* from,
                                  const int64_t* indices, void* to, Range planes);

// Tables are null where the header says that a dtype has no kernel.
WEFT_KERNELS(extern const MaxPoolKernel kMaxPools[kNumDTypes];
             extern const AveragePoolKernel kAveragePools[kNumDTypes];
             extern const AveragePoolKernel kAveragePoolAdjoints[kNumDTypes];
             extern const PlaneIndexKernel kPlaneGathers[kNumDTypes];
             extern const PlaneIndexKernel kPlaneScatters[kNumDTypes];
             extern const BlockedPoolKernels kBlockedPools[kNumDTypes];
             void blocked_pool_taps(const Pooling& problem, int64_t block, const float* x,
                                    uint8_t* taps, Range rows);
             void blocked_pool_adjoint(const Pooling& problem, int64_t block, const float* dy,
                                       const uint8_t* taps, float* dx, Range planes);)

}  // namespace weft::kernels
