// Depthwise convolutions of plain arrays, and their gradients, by the kernels for channel blocks:
// what becomes of a block of an image depends on that block alone, so a thread puts the pixels of
// one into blocks, convolves them and puts what it has made back, all in its own cache.
#pragma once

#include "ops/nn/convolution/convolution_by_blocks_impl.h"

namespace weft::ops {

// Of a depthwise convolution that fits blocks. Bytes, 64-byte aligned, for a call by so many
// threads.
int64_t scratch_by_planes(const kernels::Convolution& p, ConvolutionResult made, int threads);

void convolve_by_planes(const kernels::Convolution& p, ConvolutionResult made,
                        const ConvolutionArrays& arrays, void* scratch);

}  // namespace weft::ops
