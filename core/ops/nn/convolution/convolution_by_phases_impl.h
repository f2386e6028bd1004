// The gradient of a strided convolution's data (a transposed convolution), computed as one
// convolution with stride 1. Elements of dx whose positions are equal modulo the stride s form a
// phase, and all of them use the same taps. With the phases of a channel as filters, one
// convolution makes all phases; its window is as wide as those of all phases together. The results
// are then written between each other:
//   dx[c, s i + a] = Σ over o, u of dy[o, i + first + u] w[o, c, a + pad - s (first + u)]
// (Shi et al., 2016, "Is the deconvolution layer the same as a convolutional layer?").
//
// A tap that a phase does not have gets the weight zero. So an infinity in dy may become NaN in
// neighbouring results, as with Winograd's tiles. The method pays for few channels, where one phase
// alone would fill only a few rows of a tile; and windows of 3 x 3 can use Winograd's tiles.
#pragma once

#include "ops/nn/convolution/convolution_by_blocks_impl.h"

namespace weft::ops {

// Is it possible? The stride must be above 1, the number of phases not in the thousands, and the
// result not empty.
bool has_phases(const kernels::Convolution& p);

// Is it worth it? A pure function of the problem.
bool pays_by_phases(const kernels::Convolution& p);

// Bytes of scratch for a call by this many threads; the scratch is 64-byte aligned.
int64_t scratch_by_phases(const kernels::Convolution& p, int threads);

// arrays.left is dy, arrays.right is w, arrays.out is dx.
void convolve_by_phases(const kernels::Convolution& p, const ConvolutionArrays& arrays,
                        void* scratch);

}  // namespace weft::ops
