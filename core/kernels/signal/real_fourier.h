// Fourier transforms of real rows: the first length / 2 + 1 elements, of which the others are
// mirror images, y[length - k] = conj y[k].
//
// An even length takes the complex transform of half as many numbers, whose parts are the even and
// the odd elements (Sorensen et al., "Real-valued fast Fourier transform algorithms", 1987). An odd
// length takes the transform of the whole row.
//
// `mirrored`: an element with a mirror image counts twice. With the same choice the two functions
// are the transposes of one another.
#pragma once

#include <memory>

#include "base/view.h"
#include "kernels/range.h"
#include "kernels/signal/fourier.h"

namespace weft::kernels {

// The plan of the complex transform that rows of this length take. Units are those of fourier.h.
std::shared_ptr<const FourierPlan> real_fourier_plan(DType dtype, int64_t length);
int64_t real_fourier_scratch_bytes(DType dtype, int64_t length, int64_t rows);

struct RealFourier {
  const FourierPlan& plan;
  int64_t length;
  bool mirrored;
};

// y[k] = Σ x[j] exp(-2πi jk / length).
void run_real_fourier(const RealFourier& problem, int64_t rows, const void* x, void* re, void* im,
                      void* scratch, Range units);

// x[j] = Σ y[k] exp(2πi jk / length) over the elements that are there and, if `mirrored`, over
// their mirror images; real parts. A null plane is zeros. The imaginary part of element 0 does not
// count, nor that of the middle one of an even length.
void run_real_fourier_inverse(const RealFourier& problem, int64_t rows, const void* re,
                              const void* im, void* x, void* scratch, Range units);

}  // namespace weft::kernels
