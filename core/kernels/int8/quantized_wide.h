// Convolutions of images of int16 with filters of int8, by TensorFlow Lite's rule for models with
// activations of 16 bits: sums of 64 bits, which wrap, and factors of 16 bits. A result is
//
//   clamp((sum * multiplier + 2^(shift - 1)) >> shift, low, high)
//
// Images have their channels last, and stand for scale * q: there are no zero points.
#pragma once

#include "kernels/convolution/convolution.h"
#include "kernels/isa/declare_kernels.h"
#include "kernels/range.h"

namespace weft::kernels {

struct WideConvolution {
  Convolution shape;
  const int16_t* x;                   // [N][H][W][C]
  const int8_t* w;                    // [filters][KH][KW][C / groups]
  const int64_t* bias;                // may be null
  const int32_t *multiplier, *shift;  // of each filter, 0 … 32767 and 1 … 62; null: y is sums
  int32_t low, high;
  void* y;  // [N][OH][OW][filters], int16, or int64 sums
};
// A unit is a row of an image's result.
WEFT_KERNELS(void run_wide_convolution(const WideConvolution& problem, Range units);)

}  // namespace weft::kernels
