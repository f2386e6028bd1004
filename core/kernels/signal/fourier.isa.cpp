// Butterflies. The innermost loop runs over `run` elements that lie side by side on both sides: in
// vectors, or one by one in the first passes over few rows, where runs are shorter than a vector.
// Of a single row the first pass has its blocks side by side instead, and turns its results in
// registers; a number gets the same arithmetic in the same order wherever it lies.
#include "kernels/isa/isa_target.h"
#include "kernels/isa/table_entries.h"
#include "kernels/reduce/reduce_blocks.h"
#include "kernels/signal/fourier_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"
#include "kernels/simd/transpose_tile_impl.h"

// A complex number, or a vector of them, in planes.
template <class V>
struct Planes {
  V re, im;
};

// A number as an element or as a vector of it.
template <class V>
struct ElementOf {
  using Type = V;
};
template <class T>
struct ElementOf<Vec<T>> {
  using Type = T;
};
template <class V>
WEFT_INLINE V constant(double x) {
  return V((typename ElementOf<V>::Type)x);
}

template <class V>
WEFT_INLINE Planes<V> operator+(Planes<V> a, Planes<V> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class V>
WEFT_INLINE Planes<V> operator-(Planes<V> a, Planes<V> b) {
  return {a.re - b.re, a.im - b.im};
}
template <class V>
WEFT_INLINE Planes<V> operator*(Planes<V> a, Planes<V> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class V>
WEFT_INLINE Planes<V> times(Planes<V> a, double b) {
  return {a.re * constant<V>(b), a.im * constant<V>(b)};
}
// -i a
template <class V>
WEFT_INLINE Planes<V> turned(Planes<V> a) {
  return {a.im, -a.re};
}

// The transforms of 2 to 5 numbers. Constants are cosines and sines of thirds and fifths of a turn.
template <class V>
WEFT_INLINE void butterfly(Planes<V> (&a)[2]) {
  const Planes<V> sum = a[0] + a[1];
  a[1] = a[0] - a[1];
  a[0] = sum;
}

template <class V>
WEFT_INLINE void butterfly(Planes<V> (&a)[3]) {
  const Planes<V> sum = a[1] + a[2];
  const Planes<V> turn = times(turned(a[1] - a[2]), 0.86602540378443864676);
  const Planes<V> middle = a[0] - times(sum, 0.5);
  a[0] = a[0] + sum;
  a[1] = middle + turn;
  a[2] = middle - turn;
}

template <class V>
WEFT_INLINE void butterfly(Planes<V> (&a)[4]) {
  const Planes<V> even = a[0] + a[2], even_rest = a[0] - a[2];
  const Planes<V> odd = a[1] + a[3], odd_rest = turned(a[1] - a[3]);
  a[0] = even + odd;
  a[1] = even_rest + odd_rest;
  a[2] = even - odd;
  a[3] = even_rest - odd_rest;
}

template <class V>
WEFT_INLINE void butterfly(Planes<V> (&a)[5]) {
  constexpr double kCos1 = 0.30901699437494742410, kCos2 = -0.80901699437494742410;
  constexpr double kSin1 = 0.95105651629515357212, kSin2 = 0.58778525229247312917;
  const Planes<V> sum1 = a[1] + a[4], sum2 = a[2] + a[3];
  const Planes<V> rest1 = turned(a[1] - a[4]), rest2 = turned(a[2] - a[3]);
  const Planes<V> middle1 = a[0] + times(sum1, kCos1) + times(sum2, kCos2);
  const Planes<V> middle2 = a[0] + times(sum1, kCos2) + times(sum2, kCos1);
  const Planes<V> turn1 = times(rest1, kSin1) + times(rest2, kSin2);
  const Planes<V> turn2 = times(rest1, kSin2) - times(rest2, kSin1);
  a[0] = a[0] + sum1 + sum2;
  a[1] = middle1 + turn1;
  a[2] = middle2 + turn2;
  a[3] = middle2 - turn2;
  a[4] = middle1 - turn1;
}

template <class T>
WEFT_INLINE Planes<T> root(const FourierPass& p, int64_t number) {
  return {((const T*)p.cos)[number], ((const T*)p.sin)[number]};
}

template <class T>
WEFT_INLINE Planes<T> load(const T* re, const T* im, int64_t, T*) {
  return {*re, *im};
}
template <class T>
WEFT_INLINE Planes<Vec<T>> load(const T* re, const T* im, int64_t n, Vec<T>*) {
  return {load_lanes(re, n), load_lanes(im, n)};
}
template <class T>
WEFT_INLINE void store(T* re, T* im, Planes<T> x, int64_t) {
  *re = x.re;
  *im = x.im;
}
template <class T>
WEFT_INLINE void store(T* re, T* im, Planes<Vec<T>> x, int64_t n) {
  store_lanes(re, x.re, n);
  store_lanes(im, x.im, n);
}

// Calls f(i, n, null V*) for the elements of a run: V is a vector, or an element in short runs.
template <class T, class F>
WEFT_INLINE void for_run(int64_t run, F f) {
  if (run * 2 < Vec<T>::kLanes) {
    for (int64_t i = 0; i < run; ++i) f(i, 1, (T*)nullptr);
    return;
  }
  for_lanes<T>(run, [&](int64_t i, int64_t n) WEFT_LAMBDA { f(i, n, (Vec<T>*)nullptr); });
}

// The blocks from `begin` on.
template <class T, int kRadix>
void small_pass(const FourierPass& p, int64_t begin, const T* __restrict__ re,
                const T* __restrict__ im, T* __restrict__ out_re, T* __restrict__ out_im) {
  const int64_t apart = p.blocks * p.run;
  for (int64_t block = begin; block < p.blocks; ++block) {
    Planes<T> roots[kRadix];
    for (int k = 0; k < kRadix; ++k) roots[k] = root<T>(p, block * k * p.root_step);
    const int64_t from = block * p.run, to = block * kRadix * p.run;
    for_run<T>(p.run, [&]<class V>(int64_t i, int64_t n, V* kind) WEFT_LAMBDA {
      Planes<V> a[kRadix];
      for (int j = 0; j < kRadix; ++j)
        a[j] = load(re + from + i + j * apart, im + from + i + j * apart, n, kind);
      butterfly(a);
      for (int k = 0; k < kRadix; ++k) {
        if (k > 0) a[k] = a[k] * Planes<V>{V(roots[k].re), V(roots[k].im)};
        store(out_re + to + i + k * p.run, out_im + to + i + k * p.run, a[k], n);
      }
    });
  }
}

// Four vectors, lane after lane.
template <class T>
WEFT_INLINE void store_in_turn(T* to, Vec<T> a, Vec<T> b, Vec<T> c, Vec<T> d) {
  constexpr int kLanes = Vec<T>::kLanes;
  const typename CountTo<kLanes>::Type numbers;
  Vec<T> even[2], odd[2], out[4];
  interleave(a.v, c.v, &even[0].v, &even[1].v, numbers);
  interleave(b.v, d.v, &odd[0].v, &odd[1].v, numbers);
  interleave(even[0].v, odd[0].v, &out[0].v, &out[1].v, numbers);
  interleave(even[1].v, odd[1].v, &out[2].v, &out[3].v, numbers);
  for (int i = 0; i < 4; ++i) store_lanes(to + i * kLanes, out[i], kLanes);
}

// The first pass of a single row, in which runs have one element: blocks in vectors.
template <class T>
void first_pass(const FourierPass& p, const T* __restrict__ re, const T* __restrict__ im,
                T* __restrict__ out_re, T* __restrict__ out_im) {
  using V = Vec<T>;
  constexpr int kLanes = V::kLanes;
  const T *cos = (const T*)p.turned_cos, *sin = (const T*)p.turned_sin;
  int64_t block = 0;
  for (; block + kLanes <= p.blocks; block += kLanes) {
    Planes<V> a[4];
    for (int j = 0; j < 4; ++j)
      a[j] = load(re + block + j * p.blocks, im + block + j * p.blocks, kLanes, (V*)nullptr);
    butterfly(a);
    for (int k = 1; k < 4; ++k) {
      const int64_t at = (k - 1) * p.blocks + block;
      a[k] = a[k] * load(cos + at, sin + at, kLanes, (V*)nullptr);
    }
    store_in_turn(out_re + 4 * block, a[0].re, a[1].re, a[2].re, a[3].re);
    store_in_turn(out_im + 4 * block, a[0].im, a[1].im, a[2].im, a[3].im);
  }
  small_pass<T, 4>(p, block, re, im, out_re, out_im);
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
      const int64_t to = (block * p.radix + k) * p.run;
      for_run<T>(p.run, [&]<class V>(int64_t i, int64_t n, V* kind) WEFT_LAMBDA {
        Planes<V> sum{V(T(0)), V(T(0))};
        for (int64_t j = 0; j < p.radix; ++j) {
          const Planes<T> w = root<T>(p, j * k % p.radix * turn) * last;
          sum = sum + load(re + from + i + j * apart, im + from + i + j * apart, n, kind) *
                          Planes<V>{V(w.re), V(w.im)};
        }
        store(out_re + to + i, out_im + to + i, sum, n);
      });
    }
  }
}

template <class T>
void pass(const FourierPass& p, const void* re, const void* im, void* out_re, void* out_im) {
  const T *x = (const T*)re, *y = (const T*)im;
  T *to_x = (T*)out_re, *to_y = (T*)out_im;
  if (p.turned_cos) return first_pass<T>(p, x, y, to_x, to_y);
  switch (p.radix) {
    case 2: return small_pass<T, 2>(p, 0, x, y, to_x, to_y);
    case 3: return small_pass<T, 3>(p, 0, x, y, to_x, to_y);
    case 4: return small_pass<T, 4>(p, 0, x, y, to_x, to_y);
    case 5: return small_pass<T, 5>(p, 0, x, y, to_x, to_y);
    default: return large_pass<T>(p, x, y, to_x, to_y);
  }
}

template <class T>
void scale(int64_t length, int64_t lanes, const void* by_re, const void* by_im, void* re,
           void* im) {
  if (lanes == 1) {
    T *x = (T*)re, *y = (T*)im;
    for_lanes<T>(length, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      Vec<T>* const kind = nullptr;
      const Planes<Vec<T>> by = load((const T*)by_re + i, (const T*)by_im + i, n, kind);
      store(x + i, y + i, load(x + i, y + i, n, kind) * by, n);
    });
    return;
  }
  for (int64_t j = 0; j < length; ++j) {
    const T a = ((const T*)by_re)[j], b = ((const T*)by_im)[j];
    T *x = (T*)re + j * lanes, *y = (T*)im + j * lanes;
    for_run<T>(lanes, [&]<class V>(int64_t i, int64_t n, V* kind) WEFT_LAMBDA {
      store(x + i, y + i, load(x + i, y + i, n, kind) * Planes<V>{V(a), V(b)}, n);
    });
  }
}

template <class V>
WEFT_INLINE Planes<V> conjugate(Planes<V> a) {
  return {a.re, -a.im};
}

// Element k and its mirror image, element length - k. With Z = E + iO, where E and O are the
// transforms of even and odd elements, E = (Z[k] + conj Z[length - k]) / 2 and
// O = -i (Z[k] - conj Z[length - k]) / 2; the result is E + turn O, and its mirror image
// conj(E - turn O).
template <class V>
WEFT_INLINE void split_pair(Planes<V> turn, V half, Planes<V>& low, Planes<V>& high) {
  const Planes<V> mirrored = conjugate(high);
  const Planes<V> even = low + mirrored, odd = turned(low - mirrored) * turn;
  const Planes<V> sum = even + odd, rest = even - odd;
  low = {sum.re * half, sum.im * half};
  high = {rest.re * half, -(rest.im * half)};
}

// The same backwards, times 2: Z[k] = 2E + 2iO.
template <class V>
WEFT_INLINE void join_pair(Planes<V> turn, V factor, Planes<V>& low, Planes<V>& high) {
  const Planes<V> mirrored = conjugate(high);
  const Planes<V> even = low + mirrored, odd = turned((low - mirrored) * conjugate(turn));
  const Planes<V> sum = even - odd, rest = even + odd;
  low = {sum.re * factor, sum.im * factor};
  high = {rest.re * factor, -(rest.im * factor)};
}

template <class T, int... I>
WEFT_INLINE Vec<T> reversed(Vec<T> a, Numbers<I...>) {
  return Vec<T>::of(__builtin_shufflevector(a.v, a.v, (Vec<T>::kLanes - 1 - I)...));
}
template <class T>
WEFT_INLINE Planes<Vec<T>> reversed(Planes<Vec<T>> a) {
  const typename CountTo<Vec<T>::kLanes>::Type numbers;
  return {reversed(a.re, numbers), reversed(a.im, numbers)};
}

// The pairs of a single row in vectors, from the ends towards the middle, as long as low and high
// ones do not meet. Gives the first pair that is left.
template <class T, class F>
WEFT_INLINE int64_t for_mirrored_vectors(const FourierTurns& turns, void* re, void* im, F f) {
  using V = Vec<T>;
  constexpr int kLanes = V::kLanes;
  V* const kind = nullptr;
  int64_t k = 1;
  for (; 2 * (k + kLanes - 1) < turns.length; k += kLanes) {
    T *low_re = (T*)re + k, *low_im = (T*)im + k;
    T *high_re = (T*)re + (turns.length - k - kLanes + 1),
      *high_im = (T*)im + (turns.length - k - kLanes + 1);
    Planes<V> low = load(low_re, low_im, kLanes, kind);
    Planes<V> high = reversed(load(high_re, high_im, kLanes, kind));
    f(load((const T*)turns.cos + k, (const T*)turns.sin + k, kLanes, kind), low, high);
    store(low_re, low_im, low, kLanes);
    store(high_re, high_im, reversed(high), kLanes);
  }
  return k;
}

// Calls f(V* low, ...) for all pairs of mirror images but for the first and the last element.
template <class T, class F>
WEFT_INLINE void for_mirrored(const FourierTurns& turns, int64_t lanes, void* re, void* im, F f) {
  for (int64_t k = lanes == 1 ? for_mirrored_vectors<T>(turns, re, im, f) : 1;
       k <= turns.length / 2; ++k) {
    const T cos = ((const T*)turns.cos)[k], sin = ((const T*)turns.sin)[k];
    T *low_re = (T*)re + k * lanes, *low_im = (T*)im + k * lanes;
    T *high_re = (T*)re + (turns.length - k) * lanes,
      *high_im = (T*)im + (turns.length - k) * lanes;
    for_run<T>(lanes, [&]<class V>(int64_t i, int64_t n, V* kind) WEFT_LAMBDA {
      Planes<V> low = load(low_re + i, low_im + i, n, kind);
      Planes<V> high = load(high_re + i, high_im + i, n, kind);
      f(Planes<V>{V(cos), V(sin)}, low, high);
      store(low_re + i, low_im + i, low, n);
      store(high_re + i, high_im + i, high, n);
    });
  }
}

template <class T>
void split(const FourierTurns& turns, double factor, int64_t lanes, void* re, void* im) {
  for_mirrored<T>(turns, lanes, re, im,
                  [&]<class V>(Planes<V> turn, Planes<V>& low, Planes<V>& high)
                      WEFT_LAMBDA { split_pair(turn, constant<V>(0.5 * factor), low, high); });
  T *x = (T*)re, *y = (T*)im;
  for (int64_t i = 0, last = turns.length * lanes; i < lanes; ++i, ++last) {
    x[last] = x[i] - y[i];
    x[i] = x[i] + y[i];
    y[i] = y[last] = 0;
  }
}

template <class T>
void join(const FourierTurns& turns, double factor, int64_t lanes, void* re, void* im) {
  T *x = (T*)re, *y = (T*)im;
  for (int64_t i = 0, last = turns.length * lanes; i < lanes; ++i, ++last) {
    y[i] = x[i] - x[last];
    x[i] = x[i] + x[last];
  }
  for_mirrored<T>(turns, lanes, re, im,
                  [&]<class V>(Planes<V> turn, Planes<V>& low, Planes<V>& high)
                      WEFT_LAMBDA { join_pair(turn, constant<V>(factor), low, high); });
}

#define WEFT_FOURIER(T)                                                       \
  {                                                                           \
    WEFT_LAYER(T, pass<T>), WEFT_LAYER(T, scale<T>), WEFT_LAYER(T, split<T>), \
        WEFT_LAYER(T, join<T>)                                                \
  }

const FourierKernels kFouriers[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_FOURIER(float), WEFT_FOURIER(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
