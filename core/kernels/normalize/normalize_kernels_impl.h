// The kernels of normalize.h by dtype.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/normalize/normalize.h"

namespace weft::kernels {

using NormalizeKernel = void (*)(const Normalize& problem, const NormalizeForward& operands,
                                 Range rows);
using NormalizeGradientKernel = void (*)(const Normalize& problem,
                                         const NormalizeBackward& operands, Range units);

WEFT_KERNELS(extern const NormalizeKernel kNormalizes[kNumDTypes];
             extern const NormalizeGradientKernel kNormalizeGradients[kNumDTypes];)

}  // namespace weft::kernels
