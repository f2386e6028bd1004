// Softmax of int8 rows to int8, multiples of 2^-8 above -128, by TensorFlow Lite's rule
// (tensorflow/lite/kernels/internal/reference/softmax.h) with gemmlowp's fixed-point functions
// (fixedpoint/fixedpoint.h): exponentials of at most 0 as a polynomial and factors for the bits
// above, a reciprocal by three steps of Newton's method.
//
// A row's elements lie at most 255 below its greatest, so an exponential is a table's: what TFLite
// computes for each element is computed once for each distance. All of it is of integers, so every
// machine gives the same bits.
#pragma once

#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int64_t kSoftmaxDistances = 256;
// Of a row: sums of more exponentials may take more than 31 bits.
inline constexpr int64_t kMaxSoftmaxColumns = 4095;

// How TFLite brings distances to multiples of 2^-26: distance * 2^shift, times multiplier * 2^-31;
// what lies further below the greatest than `least` counts as 0.
struct SoftmaxScale {
  int32_t multiplier, shift, minimum;
};
inline constexpr double kMinSoftmaxScale = 0x1p-26;
// scale: what a step of the data stands for, at least the least one.
SoftmaxScale softmax_scale(double scale);

// e^-(scale d) for d = 0 ... 255 in multiples of 2^-31.
void quantized_exponentials(double scale, int32_t (&table)[kSoftmaxDistances]);

struct QuantizedSoftmax {
  int64_t columns;
  const int32_t* exponentials;
  const int8_t* x;
  int8_t* y;
};
void run_quantized_softmax(const QuantizedSoftmax& problem, Range rows);

}  // namespace weft::kernels
