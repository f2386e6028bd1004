// Convolutions of plain arrays, and their gradients, by the kernels for channel blocks: some images
// at a time are put into blocks in scratch, small enough to stay in a cache until what is made of
// them comes back out. So a convolution that stands alone, as every one does that is called
// eagerly, has Winograd's tiles and strides without gathered columns, too, where they save more
// than moving its elements twice costs. For a network the pass `block` moves them once.
#pragma once

#include <cstdint>

#include "kernels/convolution/convolution.h"
#include "ops/nn/convolution/convolution_costs_impl.h"

namespace weft::ops {

// May it be? float32, or bfloat16 but for dw; channels and filters of all groups in whole blocks.
bool fits_blocks(const kernels::Convolution& p, ConvolutionResult made);

// Shall it be? A pure function of the problem.
bool pays_by_blocks(const kernels::Convolution& p, ConvolutionResult made);

// Bytes, 64-byte aligned, for a call by so many threads.
int64_t scratch_by_blocks(const kernels::Convolution& p, ConvolutionResult made, int threads);

struct ConvolutionArrays {
  const void* left;   // x, or dy for dx
  const void* right;  // w, or dy for dw
  const void* bias;   // of y; may be null
  void* out;
};
void convolve_by_blocks(const kernels::Convolution& p, ConvolutionResult made,
                        const ConvolutionArrays& arrays, void* scratch);

}  // namespace weft::ops
