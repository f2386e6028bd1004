// Butterflies. The innermost loop runs over `run` elements that lie side by side on both sides, so
// that the compiler makes vectors of it.
#include "kernels/isa/isa_target.h"
#include "kernels/isa/table_entries.h"
#include "kernels/signal/fourier_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

// A complex number in planes.
template <class T>
struct Planes {
  T re, im;
};

template <class T>
inline Planes<T> operator+(Planes<T> a, Planes<T> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class T>
inline Planes<T> operator-(Planes<T> a, Planes<T> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class T>
inline Planes<T> operator*(Planes<T> a, Planes<T> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class T>
inline Planes<T> times(Planes<T> a, T b) {
  return {a.re * b, a.im * b};
}
// -i a
template <class T>
inline Planes<T> turned(Planes<T> a) {
  return {a.im, -a.re};
}

// The transforms of 2 to 5 numbers. Constants are cosines and sines of thirds and fifths of a turn.
template <class T>
inline void butterfly(Planes<T> (&a)[2]) {
  const Planes<T> sum = a[0] + a[1];
  a[1] = a[0] - a[1];
  a[0] = sum;
}

template <class T>
inline void butterfly(Planes<T> (&a)[3]) {
  const Planes<T> sum = a[1] + a[2];
  const Planes<T> turn = times(turned(a[1] - a[2]), T(0.86602540378443864676));
  const Planes<T> middle = a[0] - times(sum, T(0.5));
  a[0] = a[0] + sum;
  a[1] = middle + turn;
  a[2] = middle - turn;
}

template <class T>
inline void butterfly(Planes<T> (&a)[4]) {
  const Planes<T> even = a[0] + a[2], even_rest = a[0] - a[2];
  const Planes<T> odd = a[1] + a[3], odd_rest = turned(a[1] - a[3]);
  a[0] = even + odd;
  a[1] = even_rest + odd_rest;
  a[2] = even - odd;
  a[3] = even_rest - odd_rest;
}

template <class T>
inline void butterfly(Planes<T> (&a)[5]) {
  constexpr T kCos1 = T(0.30901699437494742410), kCos2 = T(-0.80901699437494742410);
  constexpr T kSin1 = T(0.95105651629515357212), kSin2 = T(0.58778525229247312917);
  const Planes<T> sum1 = a[1] + a[4], sum2 = a[2] + a[3];
  const Planes<T> rest1 = turned(a[1] - a[4]), rest2 = turned(a[2] - a[3]);
  const Planes<T> middle1 = a[0] + times(sum1, kCos1) + times(sum2, kCos2);
  const Planes<T> middle2 = a[0] + times(sum1, kCos2) + times(sum2, kCos1);
  const Planes<T> turn1 = times(rest1, kSin1) + times(rest2, kSin2);
  const Planes<T> turn2 = times(rest1, kSin2) - times(rest2, kSin1);
  a[0] = a[0] + sum1 + sum2;
  a[1] = middle1 + turn1;
  a[2] = middle2 + turn2;
  a[3] = middle2 - turn2;
  a[4] = middle1 - turn1;
}

template <class T>
inline Planes<T> root(const FourierPass& p, int64_t number) {
  return {((const T*)p.cos)[number], ((const T*)p.sin)[number]};
}

template <class T, int kRadix>
void small_pass(const FourierPass& p, const T* __restrict__ re, const T* __restrict__ im,
                T* __restrict__ out_re, T* __restrict__ out_im) {
  const int64_t apart = p.blocks * p.run;
  for (int64_t block = 0; block < p.blocks; ++block) {
    Planes<T> roots[kRadix];
    for (int k = 0; k < kRadix; ++k) roots[k] = root<T>(p, block * k * p.root_step);
    const int64_t from = block * p.run, to = block * kRadix * p.run;
    for (int64_t i = 0; i < p.run; ++i) {
      Planes<T> a[kRadix];
      for (int j = 0; j < kRadix; ++j) a[j] = {re[from + i + j * apart], im[from + i + j * apart]};
      butterfly(a);
      for (int k = 0; k < kRadix; ++k) {
        const Planes<T> y = k == 0 ? a[0] : a[k] * roots[k];
        out_re[to + i + k * p.run] = y.re;
        out_im[to + i + k * p.run] = y.im;
      }
    }
  }
}

// Any radix: each result is a sum over all inputs.
template <class T>
void large_pass(const FourierPass& p, const T* __restrict__ re, const T* __restrict__ im,
                T* __restrict__ out_re, T* __restrict__ out_im) {
  const int64_t apart = p.blocks * p.run, turn = p.length / p.radix;
  for (int64_t block = 0; block < p.blocks; ++block) {
    const int64_t from = block * p.run;
    for (int64_t k = 0; k < p.radix; ++k) {
      const Planes<T> last = root<T>(p, block * k * p.root_step);
      T* const to_re = out_re + (block * p.radix + k) * p.run;
      T* const to_im = out_im + (block * p.radix + k) * p.run;
      for (int64_t i = 0; i < p.run; ++i) to_re[i] = to_im[i] = 0;
      for (int64_t j = 0; j < p.radix; ++j) {
        const Planes<T> w = root<T>(p, j * k % p.radix * turn) * last;
        for (int64_t i = 0; i < p.run; ++i) {
          const T x = re[from + i + j * apart], y = im[from + i + j * apart];
          to_re[i] += x * w.re - y * w.im;
          to_im[i] += x * w.im + y * w.re;
        }
      }
    }
  }
}

template <class T>
void pass(const FourierPass& p, const void* re, const void* im, void* out_re, void* out_im) {
  const T *x = (const T*)re, *y = (const T*)im;
  T *to_x = (T*)out_re, *to_y = (T*)out_im;
  switch (p.radix) {
    case 2: return small_pass<T, 2>(p, x, y, to_x, to_y);
    case 3: return small_pass<T, 3>(p, x, y, to_x, to_y);
    case 4: return small_pass<T, 4>(p, x, y, to_x, to_y);
    case 5: return small_pass<T, 5>(p, x, y, to_x, to_y);
    default: return large_pass<T>(p, x, y, to_x, to_y);
  }
}

template <class T>
void scale(int64_t length, int64_t lanes, const void* by_re, const void* by_im, void* re,
           void* im) {
  for (int64_t j = 0; j < length; ++j) {
    const T a = ((const T*)by_re)[j], b = ((const T*)by_im)[j];
    T *x = (T*)re + j * lanes, *y = (T*)im + j * lanes;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      const T product = x[lane] * a - y[lane] * b;
      y[lane] = x[lane] * b + y[lane] * a;
      x[lane] = product;
    }
  }
}

#define WEFT_FOURIER(T) \
  { WEFT_LAYER(T, pass<T>), WEFT_LAYER(T, scale<T>) }

const FourierKernels kFouriers[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_FOURIER(float), WEFT_FOURIER(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
