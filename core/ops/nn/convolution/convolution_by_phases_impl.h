// The gradient of a strided convolution's data, which is a transposed convolution, as one
// convolution of stride one. Results whose positions are equal modulo the stride, a phase, meet the
// same taps of dy; with the phases of a channel as its filters all of them are made together, from
// windows as wide as those of all phases, and their results are put between each other:
//   dx[c, s i + a] = sum over o, u of dy[o, i + first + u] w[o, c, a + pad - s (first + u)]
// (Shi et al., 2016, "Is the deconvolution layer the same as a convolutional layer?"). A weight
// that a phase does not have is zero, so an infinity of dy may become NaN beside the results that
// it belongs to, as with Winograd's tiles. That pays for few channels, of which a phase alone would
// fill a small part of a tile's rows for all that is gathered; and windows of 3 x 3 have those
// tiles.
#pragma once

#include "ops/nn/convolution/convolution_by_blocks_impl.h"

namespace weft::ops {

// May it be? A stride of more than one, not of thousands, and a result that is not empty.
bool has_phases(const kernels::Convolution& p);

// Shall it be? A pure function of the problem.
bool pays_by_phases(const kernels::Convolution& p);

// Bytes, 64-byte aligned, for a call by so many threads.
int64_t scratch_by_phases(const kernels::Convolution& p, int threads);

// arrays.left: dy, right: w, out: dx.
void convolve_by_phases(const kernels::Convolution& p, const ConvolutionArrays& arrays,
                        void* scratch);

}  // namespace weft::ops
