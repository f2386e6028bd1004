// Convolutions of plain arrays and their gradients, by the way that costs least: the plain kernels
// (kernels/convolution/convolution.h), those for channel blocks (convolution_by_blocks_impl.h, and
// for depthwise ones convolution_by_planes_impl.h), or for a gradient of the data all phases of the
// stride at once (convolution_by_phases_impl.h).
#pragma once

#include "ops/nn/convolution/convolution_by_blocks_impl.h"

namespace weft::ops {

// How many threads share a call, at most.
int64_t pieces_to_convolve(const kernels::Convolution& p, ConvolutionResult made);

// Bytes, 64-byte aligned, for a call by so many threads.
int64_t scratch_to_convolve(const kernels::Convolution& p, ConvolutionResult made, int threads);

// Overwrites arrays.out.
void convolve(const kernels::Convolution& p, ConvolutionResult made,
              const ConvolutionArrays& arrays, void* scratch);

}  // namespace weft::ops
