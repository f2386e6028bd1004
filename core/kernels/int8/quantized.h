// Arithmetic of int8 arrays that stand for real numbers, scale * (q - zero_point): products,
// convolutions, sums, averages and poolings. Sums are int32 and wrap, so every order and every
// instruction set gives the same bits. What is stored is a sum, requantized by one formula:
//
//   high = ((x << left) * multiplier + 2^30) >> 31
//   y = high / 2^right, rounded to nearest, halves away from zero
//
// with left = max(shift, 0), right = max(-shift, 0) and 0 <= multiplier. This is the double
// rounding of gemmlowp and TensorFlow Lite (tensorflow/lite/kernels/internal/common.h,
// MultiplyByQuantizedMultiplier).
#pragma once

#include "kernels/convolution/convolution.h"
#include "kernels/pooling/pooling.h"
#include "kernels/range.h"

namespace weft::kernels {

// How int32 sums become int8: y = clamp(scaled sum + zero_point, low, high).
struct Requantization {
  const int32_t* multiplier = nullptr;  // null: sums stay int32
  const int32_t* shift = nullptr;       // in [-31, 30]
  // each channel has a multiplier and a shift of its own; otherwise there is one of each
  bool is_per_channel = false;
  int32_t zero_point = 0;
  int32_t low = -128, high = 127;  // bounds within int8, which may be those of a rectifier
};

// A factor as multiplier * 2^(shift - 31), like TensorFlow Lite's QuantizeMultiplier.
struct FixedFactor {
  int32_t multiplier, shift;
};
FixedFactor fixed_factor(double factor);

// From int32 to int8.

struct Requantize {
  Requantization how;
  int64_t channels, inner;  // x is [outer][channels][inner]
  const int32_t* x;
  int8_t* y;
};
// A row is one of outer * channels; or one of outer, if channels lie side by side and each has its
// own multiplier.
int64_t requantize_rows(const Requantize& problem, int64_t outer);
void run_requantize(const Requantize& problem, Range rows);

// Sums of two arrays, as in TensorFlow Lite: both are rescaled to one scale, 2^-20 of twice the
// larger one, and their sum to that of the result.

struct QuantizedAdd {
  int32_t zero_points[2], multipliers[2], shifts[2];  // of the operands; shifts are at most 0
  Requantization how;                                 // of the sum, with one multiplier
  const int8_t* a;
  const int8_t* b;
  int8_t* y;
};
inline constexpr int kQuantizedAddBits = 20;
void run_quantized_add(const QuantizedAdd& problem, Range elements);

// Any function of one element: y[i] = table[x[i] + 128].
void run_quantized_lookup(const int8_t* table, const int8_t* x, int8_t* y, int64_t count);

// Averages over windows: integer sums, divided with halves away from zero. Elements of the padding
// are the zero point; the problem says whether they count.
void run_quantized_average(const Pooling& problem, int32_t zero_point, const int8_t* x, int8_t* y,
                           Range planes);

// Products: C[m][n] = A[m][k] W[n][k]^T.

inline constexpr int64_t kInt8x4 = 4;             // elements of k in an int8x4
inline constexpr int64_t kQuantizedColumns = 32;  // of a panel

constexpr int64_t int8x4s_of(int64_t k) { return (k + kInt8x4 - 1) / kInt8x4; }

// Packs W in panels of 32 rows: [panels][int8x4s + 1][32][4] bytes, zero where W has nothing. The
// last row of a panel is the int32 sums of its rows of W, which zero points need. Panels are the
// same for every instruction set.
struct QuantizedPacking {
  int64_t n, k;
  const int8_t* weight;
  int64_t row, col;  // elements between the rows, and the columns, of W
  int8_t* panels;
};
void run_pack_quantized(const QuantizedPacking& packing, Range panels);

// An int8 array of the result's shape that is added to the sums, times a factor for each channel:
// factor = its scale / that of the sums. So a residual may have a scale of its own.
struct QuantizedResidual {
  const int8_t* values = nullptr;  // null: none
  const int32_t* factors = nullptr;
};

// With `windows`, A is an NHWC image of that convolution (one group): row i of the product is the
// window of result i, k = taps * channels, the padding is the zero point, and C is the NHWC result.
struct QuantizedProduct {
  int64_t m, n, k;
  const int8_t* a;  // rows of k dense elements, or an image
  int32_t zero_point;
  const int8_t* panels;
  const int32_t* bias;  // n elements; null: none
  Requantization how;
  void* c;  // int8, or int32 if there is no multiplier
  const Convolution* windows = nullptr;
  QuantizedResidual residual = {};
};
int64_t quantized_product_units(const QuantizedProduct& problem);
int64_t quantized_product_scratch(const QuantizedProduct& problem);  // bytes for each thread
// Which rows of A a thread's scratch has from its last call for the same product, so that they are
// staged once for all units of the thread.
struct PreparedRows {
  int64_t block = -1;  // none
};
void run_quantized_product(const QuantizedProduct& problem, Range units, void* scratch,
                           PreparedRows* prepared = nullptr);

// Convolutions of NCHW images; the padding is the zero point.

// Packed weights: at each tap of the window channels lie side by side, as int8x4s: [filters][taps *
// int8x4s(channels / groups) + 1][4] bytes; the last four are an int32 sum.
int64_t quantized_filter_int8x4s(const Convolution& shape);  // without the sum
void run_pack_quantized_filters(const Convolution& shape, const int8_t* weight, int8_t* packed,
                                Range filters);

struct QuantizedConvolution {
  Convolution shape;  // its dtype is not read
  const int8_t* x;
  int32_t zero_point;
  const int8_t* filters;  // packed
  const int32_t* bias;    // null: none
  Requantization how;     // channels are filters
  void* y;                // int8, or int32 without a multiplier
};
int64_t quantized_convolution_units(const QuantizedConvolution& problem);
int64_t quantized_convolution_scratch(const QuantizedConvolution& problem);  // bytes per thread
void run_quantized_convolution(const QuantizedConvolution& problem, Range units, void* scratch);

// Convolutions of NHWC images in which each channel has one filter.

// Packed weights: for each column of the window its rows as int8x4s, channels side by side:
// [columns * int8x4s(rows) + 1][channels][4] bytes; the last ones are int32 sums.
int64_t quantized_depthwise_int8x4s(const Convolution& shape);  // without the sums
void run_pack_quantized_depthwise(const Convolution& shape, const int8_t* weight, int8_t* packed,
                                  Range channels);  // weight (channels, rows, columns)

struct QuantizedDepthwise {
  Convolution shape;
  const int8_t* x;
  int32_t zero_point;
  const int8_t* filters;  // packed
  const int32_t* bias;    // null: none
  Requantization how;
  void* y;  // int8, or int32 without a multiplier
  QuantizedResidual residual = {};
};
int64_t quantized_depthwise_units(const QuantizedDepthwise& problem);
int64_t quantized_depthwise_scratch(const QuantizedDepthwise& problem);  // bytes per thread
void run_quantized_depthwise(const QuantizedDepthwise& problem, Range units, void* scratch);

// Maxima and averages over windows of NHWC images, with the results of run_max_pool and
// run_quantized_average. p.planes is batch * channels; a unit is a row of the result.
void run_quantized_pool_nhwc(const Pooling& problem, bool is_average, int64_t channels,
                             int32_t zero_point, const int8_t* x, int8_t* y, Range rows);

}  // namespace weft::kernels
