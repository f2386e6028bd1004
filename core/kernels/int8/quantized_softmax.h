// Softmax of int8 rows to int8 (multiples of 2^-8 above -128), by TensorFlow Lite's rule
// (tensorflow/lite/kernels/internal/reference/softmax.h) with gemmlowp's fixed-point functions
// (fixedpoint/fixedpoint.h). Exponentials of numbers of at most 0 are a polynomial and factors for
// the upper bits, and a reciprocal takes three steps of Newton's method.
//
// Elements of a row lie at most 255 below its maximum, so exponentials come from a table: what
// TFLite computes for each element is computed once for each distance. All of it is in integers, so
// every machine gives the same bits.
#pragma once

#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int64_t kSoftmaxDistances = 256;
// Maximum of a row: sums of more exponentials could need more than 31 bits.
inline constexpr int64_t kMaxSoftmaxColumns = 4095;

// How TFLite brings a distance to multiples of 2^-26: distance * 2^shift, times multiplier * 2^-31.
// An element whose difference from the row's maximum (at most 0) is below `minimum` counts as 0.
struct SoftmaxScale {
  int32_t multiplier, shift, minimum;
};
inline constexpr double kMinSoftmaxScale = 0x1p-26;
// scale: what one step of the data stands for, at least kMinSoftmaxScale.
SoftmaxScale softmax_scale(double scale);

// e^-(scale d) for d = 0 … 255, in multiples of 2^-31.
void quantized_exponentials(double scale, int32_t (&table)[kSoftmaxDistances]);

// The table comes from quantized_exponentials().
struct QuantizedSoftmax {
  int64_t columns;
  const int32_t* exponentials;
  const int8_t* x;
  int8_t* y;
};
// Rows of `columns` dense elements.
void run_quantized_softmax(const QuantizedSoftmax& problem, Range rows);

}  // namespace weft::kernels
