// Convolutions of plain arrays and their gradients, by the cheapest method: the plain kernels
// (kernels/convolution/convolution.h); the kernels for channel blocks
// (convolution_by_blocks_impl.h, and for depthwise ones convolution_by_planes_impl.h); or, for a
// gradient of the data, all phases of the stride at once (convolution_by_phases_impl.h). The choice
// depends on the problem only.
#pragma once

#include "ops/nn/convolution/convolution_by_blocks_impl.h"

namespace weft::ops {

// How many threads can share a call.
int64_t pieces_to_convolve(const kernels::Convolution& p, ConvolutionResult made);

// Bytes of scratch for a call by this many threads; the scratch is 64-byte aligned.
int64_t scratch_to_convolve(const kernels::Convolution& p, ConvolutionResult made, int threads);

// Overwrites arrays.out.
void convolve(const kernels::Convolution& p, ConvolutionResult made,
              const ConvolutionArrays& arrays, void* scratch);

}  // namespace weft::ops
