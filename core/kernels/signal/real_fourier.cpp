// How real rows lie in the buffers of complex transforms; fourier.isa.cpp has the arithmetic.

#include "kernels/signal/real_fourier.h"

#include "base/checked.h"
#include "kernels/elementwise/copy.h"
#include "kernels/float_type.h"
#include "kernels/signal/fourier_rows_impl.h"

namespace weft::kernels {
namespace {

bool is_even(int64_t length) { return length % 2 == 0; }
int64_t complex_length(int64_t length) { return is_even(length) ? length / 2 : length; }

// The half of a spectrum has one element more than a transform of half the length.
int64_t elements_of_buffer(const FourierPlan& plan) {
  return std::max(buffer_length(plan), plan.length + 1);
}

FourierTurns turns_of(const FourierPlan& plan) {
  const char* const turns = plan.turns.data();
  return {plan.length, turns, turns + plan.turns.size() / 2};
}

// Multiplies elements 1 up to `end` of rows that lie side by side.
template <class T>
void multiply(T* rows, int64_t end, int64_t lanes, T factor) {
  for (int64_t i = lanes; i < end * lanes; ++i) rows[i] *= factor;
}

template <class T>
void forward(const RealFourier& p, int64_t rows, const T* x, T* re, T* im, void* scratch,
             Range units) {
  const int64_t n = p.length, half = n / 2 + 1;
  for_row_groups(p.plan, rows, units, [&](int64_t first, int64_t lanes) {
    FourierBuffers<T> buffers(scratch, elements_of_buffer(p.plan) * lanes);
    const T* const from = x + first * n;
    if (is_even(n)) {
      gather<2>(from, n, n / 2, lanes, buffers.re);
      gather<2>(from + 1, n, n / 2, lanes, buffers.im);
      transform_lanes(p.plan, lanes, buffers);
      fourier_kernels(p.plan.dtype)
          .split(turns_of(p.plan), p.mirrored ? 2 : 1, lanes, buffers.re, buffers.im);
    } else {
      gather<1>(from, n, n, lanes, buffers.re);
      clear(buffers.im, n * lanes);
      transform_lanes(p.plan, lanes, buffers);
      if (p.mirrored) {
        multiply(buffers.re, half, lanes, T(2));
        multiply(buffers.im, half, lanes, T(2));
      }
    }
    scatter<1>(buffers.re, half, half, lanes, re + first * half);
    scatter<1>(buffers.im, half, half, lanes, im + first * half);
  });
}

// Writes the conjugates of elements 1 to n / 2 behind them, in reverse order.
template <class T>
void mirror(int64_t n, int64_t lanes, T* re, T* im) {
  for (int64_t k = 1; k <= n / 2; ++k)
    for (int64_t i = 0; i < lanes; ++i) {
      re[(n - k) * lanes + i] = re[k * lanes + i];
      im[(n - k) * lanes + i] = -im[k * lanes + i];
    }
}

template <class T>
void inverse(const RealFourier& p, int64_t rows, const T* re, const T* im, T* x, void* scratch,
             Range units) {
  const int64_t n = p.length, half = n / 2 + 1;
  for_row_groups(p.plan, rows, units, [&](int64_t first, int64_t lanes) {
    FourierBuffers<T> buffers(scratch, elements_of_buffer(p.plan) * lanes);
    gather<1>(re + first * half, half, half, lanes, buffers.re);
    if (im)
      gather<1>(im + first * half, half, half, lanes, buffers.im);
    else
      clear(buffers.im, half * lanes);
    T* const to = x + first * n;
    if (is_even(n)) {
      fourier_kernels(p.plan.dtype)
          .join(turns_of(p.plan), p.mirrored ? 1 : 0.5, lanes, buffers.re, buffers.im);
      buffers.exchange();
      transform_lanes(p.plan, lanes, buffers);
      buffers.exchange();
      scatter<2>(buffers.re, n, n / 2, lanes, to);
      scatter<2>(buffers.im, n, n / 2, lanes, to + 1);
      return;
    }
    clear(buffers.im, lanes);
    if (!p.mirrored) {
      multiply(buffers.re, half, lanes, T(0.5));
      multiply(buffers.im, half, lanes, T(0.5));
    }
    mirror(n, lanes, buffers.re, buffers.im);
    buffers.exchange();
    transform_lanes(p.plan, lanes, buffers);
    buffers.exchange();
    scatter<1>(buffers.re, n, n, lanes, to);
  });
}

}  // namespace

std::shared_ptr<const FourierPlan> real_fourier_plan(DType dtype, int64_t length) {
  return fourier_plan(dtype, complex_length(length));
}

int64_t real_fourier_scratch_bytes(DType dtype, int64_t length, int64_t rows) {
  const int64_t complex = complex_length(length);
  const Checked end = Checked(4) * std::min(rows, lanes_of(dtype)) * element_size(dtype);
  return (end + fourier_scratch_bytes(dtype, complex, rows)).value();
}

void run_real_fourier(const RealFourier& problem, int64_t rows, const void* x, void* re, void* im,
                      void* scratch, Range units) {
  with_float_type(problem.plan.dtype, [&](auto* pointer) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    forward(problem, rows, static_cast<const T*>(x), static_cast<T*>(re), static_cast<T*>(im),
            scratch, units);
  });
}

void run_real_fourier_inverse(const RealFourier& problem, int64_t rows, const void* re,
                              const void* im, void* x, void* scratch, Range units) {
  with_float_type(problem.plan.dtype, [&](auto* pointer) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    inverse(problem, rows, static_cast<const T*>(re), static_cast<const T*>(im), static_cast<T*>(x),
            scratch, units);
  });
}

}  // namespace weft::kernels
