// Convolutions of plain arrays, and their gradients, with the kernels for channel blocks. Some
// images at a time are copied into blocks in scratch; a chunk is small enough to stay in a cache
// until its results are copied back. So a convolution that stands alone (every eager one does) can
// use Winograd's tiles, and strides without im2col, if they save more than moving its elements
// twice costs. In a network, the pass `block` moves them only once.
#pragma once

#include <cstdint>

#include "kernels/convolution/convolution.h"
#include "ops/nn/convolution/convolution_costs_impl.h"

namespace weft::ops {

// Is it allowed? float32, or bfloat16 except for dw; channels and filters of each group must be
// whole blocks.
bool fits_blocks(const kernels::Convolution& p, ConvolutionResult made);

// Is it worth it? A pure function of the problem, so a plan is the same on every machine.
bool pays_by_blocks(const kernels::Convolution& p, ConvolutionResult made);

// Bytes of scratch for a call by this many threads; the scratch is 64-byte aligned.
int64_t scratch_by_blocks(const kernels::Convolution& p, ConvolutionResult made, int threads);

// The operands of a convolution or of one of its gradients.
struct ConvolutionArrays {
  const void* left;   // x; or dy, for the result dx
  const void* right;  // w; or dy, for the result dw
  const void* bias;   // added to y; may be null
  void* out;
};
void convolve_by_blocks(const kernels::Convolution& p, ConvolutionResult made,
                        const ConvolutionArrays& arrays, void* scratch);

}  // namespace weft::ops
