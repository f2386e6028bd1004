// Kiss FFT's transform of 16 bits. Its recursion over the radices is written as loops: a number
// depends on its own stage and place only, not on the order in which the stages' parts run.

#include "kernels/signal/fixed_fft.h"

#include <cmath>
#include <numbers>

namespace weft::kernels {
namespace {

constexpr double kMost = 32767;

int16_t rounded(int32_t product) { return static_cast<int16_t>((product + (1 << 14)) >> 15); }

// x / parts, as a product with a rounded reciprocal.
Complex16 shared(Complex16 x, int32_t parts) {
  const int32_t factor = 32767 / parts;
  return {rounded(x.real * factor), rounded(x.imaginary * factor)};
}

Complex16 operator*(Complex16 a, Complex16 b) {
  return {rounded(a.real * b.real - a.imaginary * b.imaginary),
          rounded(a.real * b.imaginary + a.imaginary * b.real)};
}

// Sums wrap in 16 bits.
Complex16 operator+(Complex16 a, Complex16 b) {
  return {static_cast<int16_t>(a.real + b.real), static_cast<int16_t>(a.imaginary + b.imaginary)};
}

Complex16 operator-(Complex16 a, Complex16 b) {
  return {static_cast<int16_t>(a.real - b.real), static_cast<int16_t>(a.imaginary - b.imaginary)};
}

// -i x
Complex16 turned(Complex16 x) { return {x.imaginary, static_cast<int16_t>(-x.real)}; }

Complex16 root(double phase) {
  return {static_cast<int16_t>(std::floor(0.5 + kMost * std::cos(phase))),
          static_cast<int16_t>(std::floor(0.5 + kMost * std::sin(phase)))};
}

void join_two(const FixedFft& fft, Complex16* y, int64_t k, int64_t distance, int64_t step) {
  const Complex16 a = shared(y[0], 2);
  const Complex16 b = shared(y[distance], 2) * fft.roots[k * step];
  y[0] = a + b;
  y[distance] = a - b;
}

void join_four(const FixedFft& fft, Complex16* y, int64_t k, int64_t distance, int64_t step) {
  const Complex16 first = shared(y[0], 4);
  const Complex16 a = shared(y[distance], 4) * fft.roots[k * step];
  const Complex16 b = shared(y[2 * distance], 4) * fft.roots[2 * k * step];
  const Complex16 c = shared(y[3 * distance], 4) * fft.roots[3 * k * step];
  const Complex16 even = first + b, odd = first - b, sum = a + c, turn = turned(a - c);
  y[0] = even + sum;
  y[distance] = odd + turn;
  y[2 * distance] = even - sum;
  y[3 * distance] = odd - turn;
}

// The radix of the innermost stage: 2 if the number of points is no power of four.
int64_t first_radix(int64_t points) {
  int64_t left = points;
  while (left % 4 == 0) left /= 4;
  return left == 1 ? 4 : 2;
}

// Which number of the row stands at place p before the first stage: the digits of p, of which each
// stage has one, in reverse order.
int64_t source_of(int64_t p, int64_t points) {
  int64_t source = 0, step = 1;
  for (int64_t rest = points; rest > 1;) {
    const int64_t radix = rest % 4 == 0 ? 4 : 2;
    rest /= radix;
    source += p / rest * step;
    p %= rest;
    step *= radix;
  }
  return source;
}

void transform(const FixedFft& fft, Complex16* y) {
  int64_t distance = 1, radix = first_radix(fft.points);
  while (distance < fft.points) {
    const int64_t step = fft.points / (radix * distance);
    for (int64_t part = 0; part < fft.points; part += radix * distance)
      for (int64_t k = 0; k < distance; ++k)
        (radix == 2 ? join_two : join_four)(fft, y + part + k, k, distance, step);
    distance *= radix;
    radix = 4;
  }
}

// The spectrum of the real row, from that of its even samples as real and its odd ones as imaginary
// parts: places k and points - k come from each other.
void split(const FixedFft& fft, Complex16* y) {
  const Complex16 first = shared(y[0], 2);
  y[0] = {static_cast<int16_t>(first.real + first.imaginary), 0};
  y[fft.points] = {static_cast<int16_t>(first.real - first.imaginary), 0};
  for (int64_t k = 1; k <= fft.points / 2; ++k) {
    const Complex16 other = y[fft.points - k];
    const Complex16 a = shared(y[k], 2);
    const Complex16 b = shared({other.real, static_cast<int16_t>(-other.imaginary)}, 2);
    const Complex16 sum = a + b, turn = (a - b) * fft.turns[k - 1];
    y[k] = {static_cast<int16_t>((sum.real + turn.real) >> 1),
            static_cast<int16_t>((sum.imaginary + turn.imaginary) >> 1)};
    y[fft.points - k] = {static_cast<int16_t>((sum.real - turn.real) >> 1),
                         static_cast<int16_t>((turn.imaginary - sum.imaginary) >> 1)};
  }
}

}  // namespace

FixedFft fixed_fft(int64_t length) {
  FixedFft fft{length / 2, {}, {}};
  const auto points = static_cast<double>(fft.points);
  for (int64_t k = 0; k < fft.points; ++k)
    fft.roots.push_back(root(-2 * std::numbers::pi * static_cast<double>(k) / points));
  for (int64_t k = 1; k <= fft.points / 2; ++k)
    fft.turns.push_back(root(-std::numbers::pi * (static_cast<double>(k) / points + 0.5)));
  return fft;
}

void run_fixed_fft(const FixedFft& fft, const int16_t* x, int64_t samples, int16_t* y, Range rows) {
  const auto sample = [&](int64_t row, int64_t i) -> int16_t {
    return i < samples ? x[row * samples + i] : int16_t{0};
  };
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    auto* spectrum = reinterpret_cast<Complex16*>(y) + row * (fft.points + 1);
    for (int64_t p = 0; p < fft.points; ++p) {
      const int64_t from = 2 * source_of(p, fft.points);
      spectrum[p] = {sample(row, from), sample(row, from + 1)};
    }
    transform(fft, spectrum);
    split(fft, spectrum);
  }
}

}  // namespace weft::kernels
