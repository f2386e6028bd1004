// Depthwise convolutions of plain arrays, and their gradients, with the kernels for channel blocks.
// The result of a block depends on that block alone. So a thread copies one block of an image into
// blocks, convolves it and copies the result back, all in its own cache.
#pragma once

#include "ops/nn/convolution/convolution_by_blocks_impl.h"

namespace weft::ops {

// Bytes of scratch for a call by this many threads; 64-byte aligned. For depthwise convolutions
// that fit blocks (fits_blocks).
int64_t scratch_by_planes(const kernels::Convolution& p, ConvolutionResult made, int threads);

void convolve_by_planes(const kernels::Convolution& p, ConvolutionResult made,
                        const ConvolutionArrays& arrays, void* scratch);

}  // namespace weft::ops
