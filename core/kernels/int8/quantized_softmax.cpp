// TensorFlow Lite's softmax in fixed point. Names of gemmlowp's functions: high() is
// SaturatingRoundingDoublingHighMul, divided() is RoundingDivideByPOT.

#include "kernels/int8/quantized_softmax.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/int8/quantized.h"

namespace weft::kernels {
namespace {

constexpr int32_t kOne = INT32_MAX;  // nearly 1, in multiples of 2^-31

// 2 a b / 2^32, rounded to nearest. Both being the lowest integer would overflow; it does not
// happen.
int32_t high(int32_t a, int32_t b) {
  const int64_t product = int64_t{a} * b;
  const int64_t half = product < 0 ? 1 - (int64_t{1} << 30) : int64_t{1} << 30;
  return static_cast<int32_t>((product + half) / (int64_t{1} << 31));
}

// x / 2^exponent, rounded to nearest, halves away from zero.
int32_t divided(int32_t x, int exponent) {
  if (exponent > 31) return 0;
  const int64_t mask = (int64_t{1} << exponent) - 1;
  const int64_t rest = x & mask, half = (mask >> 1) + (x < 0 ? 1 : 0);
  return static_cast<int32_t>((int64_t{x} >> exponent) + (rest > half ? 1 : 0));
}

// x 2^exponent, saturated.
int32_t multiplied(int32_t x, int exponent) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(int64_t{x} << exponent, INT32_MIN, int64_t{INT32_MAX}));
}

// e^a for -1/4 <= a < 0, both in multiples of 2^-31: four terms of the series around -1/8.
int32_t exponential_of_quarter(int32_t a) {
  constexpr int32_t kOfEighth = 1895147668;  // e^(-1/8)
  constexpr int32_t kThird = 715827883;
  const int32_t x = a + (1 << 28), x2 = high(x, x), x3 = high(x2, x), x4 = high(x2, x2);
  const int32_t behind = divided(high(divided(x4, 2) + x3, kThird) + x2, 1);
  return kOfEighth + high(kOfEighth, x + behind);
}

// e^a for -32 < a <= 0, a in multiples of 2^-26, the result in multiples of 2^-31: the fraction by
// the series, the rest as a product of powers of e for its bits.
int32_t exponential(int32_t a) {
  if (a == 0) return kOne;
  constexpr int kBits = 26, kFirst = kBits - 2;
  constexpr int32_t kQuarter = 1 << kFirst;
  // e^(-1/4), e^(-1/2), e^-1, ... e^-16
  constexpr int32_t kPowers[] = {1672461947, 1302514674, 790015084, 290630308,
                                 39332535,   720401,     242};
  const int32_t inside = (a & (kQuarter - 1)) - kQuarter, rest = inside - a;
  int32_t y = exponential_of_quarter(multiplied(inside, 5));
  for (int bit = 0; bit < 7; ++bit)
    if (rest & (1 << (kFirst + bit))) y = high(y, kPowers[bit]);
  return y;
}

// 1 / (1 + a) for 0 <= a < 1, in multiples of 2^-31: three steps of Newton's method.
int32_t reciprocal(int32_t a) {
  constexpr int32_t kFirst = 1515870810, kSlope = -1010580540;  // 48 / 17, -32 / 17: of 2^-29
  const auto half = static_cast<int32_t>((int64_t{a} + kOne + 1) / 2);
  int32_t x = kFirst + high(half, kSlope);
  for (int step = 0; step < 3; ++step) x += multiplied(high(x, (1 << 29) - high(half, x)), 2);
  return multiplied(x, 1);
}

}  // namespace

SoftmaxScale softmax_scale(double scale) {
  constexpr int kBits = 26, kWhole = 5;
  const double real = std::min(std::ldexp(scale, kBits), 0x1p31 - 1);
  const FixedFactor factor = fixed_factor(real);
  const double radius = std::ldexp(double{(1 << kWhole) - 1}, kBits - factor.shift);
  return {factor.multiplier, factor.shift, -static_cast<int32_t>(std::min(radius, 255.0))};
}

// Distances below the table's minimum count as zero.
void quantized_exponentials(double scale, int32_t (&table)[kSoftmaxDistances]) {
  const SoftmaxScale how = softmax_scale(scale);
  for (int32_t d = 0; d < kSoftmaxDistances; ++d)
    table[d] = -d < how.minimum ? 0 : exponential(high(-(d * (1 << how.shift)), how.multiplier));
}

void run_quantized_softmax(const QuantizedSoftmax& p, Range rows) {
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int8_t* const x = p.x + row * p.columns;
    int8_t* const y = p.y + row * p.columns;
    const int maximum = *std::max_element(x, x + p.columns);
    uint32_t sum = 0;  // in multiples of 2^-19; it is at least 1
    for (int64_t i = 0; i < p.columns; ++i)
      sum += static_cast<uint32_t>(divided(p.exponentials[maximum - x[i]], 12));
    const int room = std::countl_zero(sum);
    const int32_t scale = reciprocal(static_cast<int32_t>((sum << room) - 0x80000000u));
    // The sum is 2^(12 - room) (1 + a), where `scale` is the reciprocal of 1 + a.
    for (int64_t i = 0; i < p.columns; ++i)
      y[i] = static_cast<int8_t>(
          std::min(divided(high(scale, p.exponentials[maximum - x[i]]), 35 - room) - 128, 127));
  }
}

}  // namespace weft::kernels
