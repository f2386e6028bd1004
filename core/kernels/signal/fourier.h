// Discrete Fourier transforms of dense rows in planes: y[k] = Σ x[j] exp(-2πi jk / n), unscaled.
//
// Lengths whose prime factors are at most kLargestRadix take a pass for each factor, in Stockham's
// order, which reverses no digits (Van Loan, "Computational Frameworks for the Fast Fourier
// Transform", 1992, section 1.7). All others become a convolution of a length that is a power of
// two (Bluestein, 1970). Several rows are transformed together, as the lanes of vectors; a row
// alone gets the same bits. Tables are made in float64. Kernels: float32 and float64.
#pragma once

#include <memory>
#include <vector>

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int64_t kLargestRadix = 31;

// All that depends on the length: factors, roots of unity, and for Bluestein's convolution its
// chirp and the spectrum of its filter. Tables have two halves: real parts, imaginary parts.
class FourierPlan {
 public:
  FourierPlan(DType type, int64_t n);

  DType dtype;
  int64_t length;
  std::vector<int32_t> radices;  // empty where there is a convolution
  std::vector<char> roots;       // exp(-2πi t / n)
  std::vector<char> turned;      // of a first pass of radix 4: exp(-2πi kb / n) as [k - 1][b]
  std::vector<char> turns;       // exp(-πi k / n), k up to n / 2: for 2n reals (real_fourier.h)
  std::unique_ptr<const FourierPlan> convolution;
  std::vector<char> chirp;   // exp(-πi j² / n)
  std::vector<char> filter;  // the spectrum, divided by its length
};

// A plan that other calls may have made before.
std::shared_ptr<const FourierPlan> fourier_plan(DType dtype, int64_t length);

// A unit is a group of rows.
int64_t fourier_units(DType dtype, int64_t rows);
int64_t fourier_scratch_bytes(DType dtype, int64_t length, int64_t rows);
double fourier_flops(int64_t length, int64_t rows);

// A null plane is zeros. The inverse transform (exp(+2πi jk / n)) is the same with the planes
// exchanged, on both sides.
void run_fourier(const FourierPlan& plan, int64_t rows, const void* re, const void* im,
                 void* out_re, void* out_im, void* scratch, Range units);

}  // namespace weft::kernels
