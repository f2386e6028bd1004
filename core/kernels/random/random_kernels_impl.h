// The kernels of random.h.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/random/random.h"

namespace weft::kernels {

using DistributionKernel = void (*)(const RandomStream& stream, double first, double second,
                                    void* out, Range elements);

// A distribution's two numbers: low and high; mean and deviation; scale.
WEFT_KERNELS(extern const DistributionKernel kUniforms[kNumDTypes];
             extern const DistributionKernel kNormals[kNumDTypes];
             extern const DistributionKernel kExponentials[kNumDTypes];
             void random_words(const RandomStream& stream, uint32_t* out, Range words);)

}  // namespace weft::kernels
