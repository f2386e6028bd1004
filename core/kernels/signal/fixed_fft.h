// The Fourier transform of real rows in 16-bit fixed point, by the rule of Kiss FFT 1.3.0
// (_kiss_fft_guts.h, FIXED_POINT 16), which TensorFlow Lite Micro's signal library uses.
//
// A row of `length` samples is read as length / 2 complex numbers, transformed by stages of radix
// 4 (and one of radix 2, where a factor 2 is left over), and split into the spectrum of the real
// row. Each stage halves or quarters its operands before it adds them, so that no sum overflows:
// the result is the transform divided by `length`. All of it is in integers: every machine gives
// the same bits.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/range.h"

namespace weft::kernels {

// A complex number in multiples of 2^-15.
struct Complex16 {
  int16_t real, imaginary;
};

// Lengths are powers of two in this range.
inline constexpr int64_t kMinFixedFft = 4, kMaxFixedFft = 1 << 16;

struct FixedFft {
  int64_t points = 0;            // complex numbers that are transformed: half the length
  std::vector<Complex16> roots;  // e^(-2 pi i k / points) for k = 0 … points - 1
  std::vector<Complex16> turns;  // -i e^(-pi i k / points) for k = 1 … points / 2
};
FixedFft fixed_fft(int64_t length);

// Rows of `samples` dense numbers, at most the length; what is missing counts as 0. Row r of the
// result is `length / 2 + 1` complex numbers.
void run_fixed_fft(const FixedFft& fft, const int16_t* x, int64_t samples, int16_t* y, Range rows);

}  // namespace weft::kernels
