// Vectors of lanes and the closed set of primitive functions that formulas are written in.
//
// Included inside the namespace of an instruction set, after kernels/isa/isa_target.h; it includes
// nothing. Vec<T> is one SIMD register of the compiler's vector extension, so that arithmetic is
// plain operators; intrinsics appear only where compilers do worse. Names of primitives end in `_`.
//
// All values in a formula have one lane width; a mask is a lane of all ones or zeros of that width.
// Every primitive gives the same bits on every target, except that fma_ rounds twice where the
// hardware has no fused form. Nothing is undefined: integers wrap, an integer divided by zero is 0,
// and conversions saturate.

constexpr int kVectorBytes = WEFT_VECTOR_BYTES;

// The types of a lane of so many bytes.
template <int Bytes>
struct LaneBits;
template <>
struct LaneBits<4> {
  using Signed = int32_t;
  using Unsigned = uint32_t;
  using Floating = float;
};
template <>
struct LaneBits<8> {
  using Signed = int64_t;
  using Unsigned = uint64_t;
  using Floating = double;
};

// The project needs only three type traits, so it does without <type_traits>: no inline function of
// a shared header may be used here, because the linker could keep its AVX-512 copy for everybody.
template <class T>
constexpr bool kIsFloating = false;
template <>
inline constexpr bool kIsFloating<float> = true;
template <>
inline constexpr bool kIsFloating<double> = true;
template <class T>
constexpr bool kIsSigned = T(-1) < T(0);

// Angles of this size or more are reduced with as many digits of 2 / pi as they need (far_angle.h);
// smaller ones take the shorter way of Cody and Waite (trigonometric.h).
template <class T>
constexpr double kFarAngle = sizeof(T) == 4 ? 8192 : 1048576;

template <class A, class B>
constexpr bool kIsSame = false;
template <class A>
constexpr bool kIsSame<A, A> = true;

// The type in which the arithmetic of T is done: unsigned for signed integers, because their
// overflow would be undefined.
template <class T>
struct Wrapping {
  using Type = T;
};
template <>
struct Wrapping<int32_t> {
  using Type = uint32_t;
};
template <>
struct Wrapping<int64_t> {
  using Type = uint64_t;
};

// One lane of truth for each element: all bits set, or none.
template <int Bytes>
struct Mask {
  typedef typename LaneBits<Bytes>::Signed Native __attribute__((vector_size(kVectorBytes)));
  Native v;

  WEFT_INLINE friend Mask operator&(Mask a, Mask b) { return {a.v & b.v}; }
  WEFT_INLINE friend Mask operator|(Mask a, Mask b) { return {a.v | b.v}; }
  WEFT_INLINE friend Mask operator^(Mask a, Mask b) { return {a.v ^ b.v}; }
  WEFT_INLINE friend Mask operator!(Mask a) { return {~a.v}; }
};

// One register of lanes of type T.
template <class T>
struct Vec {
  using Element = T;
  using Truth = Mask<sizeof(T)>;
  typedef T Native __attribute__((vector_size(kVectorBytes)));
  static constexpr int kLanes = kVectorBytes / sizeof(T);

  Native v;

  Vec() = default;
  WEFT_INLINE explicit Vec(T c) : v(c - Native{}) {}  // c + Native{} would lose the sign of -0
  WEFT_INLINE static Vec of(Native native) {
    Vec result;
    result.v = native;
    return result;
  }

  // Signed integers wrap by way of unsigned lanes (Wrapping).
  typedef typename Wrapping<T>::Type Wrap __attribute__((vector_size(kVectorBytes)));
  WEFT_INLINE friend Vec operator+(Vec a, Vec b) { return of((Native)((Wrap)a.v + (Wrap)b.v)); }
  WEFT_INLINE friend Vec operator-(Vec a, Vec b) { return of((Native)((Wrap)a.v - (Wrap)b.v)); }
  WEFT_INLINE friend Vec operator*(Vec a, Vec b) { return of((Native)((Wrap)a.v * (Wrap)b.v)); }
  WEFT_INLINE friend Vec operator-(Vec a) { return of((Native)(-(Wrap)a.v)); }
  WEFT_INLINE friend Truth operator<(Vec a, Vec b) { return {a.v < b.v}; }
  WEFT_INLINE friend Truth operator<=(Vec a, Vec b) { return {a.v <= b.v}; }
  WEFT_INLINE friend Truth operator>(Vec a, Vec b) { return {a.v > b.v}; }
  WEFT_INLINE friend Truth operator>=(Vec a, Vec b) { return {a.v >= b.v}; }
  WEFT_INLINE friend Truth operator==(Vec a, Vec b) { return {a.v == b.v}; }
  WEFT_INLINE friend Truth operator!=(Vec a, Vec b) { return {a.v != b.v}; }
  WEFT_INLINE friend Vec select(Truth m, Vec a, Vec b) { return of(m.v ? a.v : b.v); }
};

// The integer, or floating, vector with lanes of the same width.
template <class V>
using IntegersOf = Vec<typename LaneBits<sizeof(typename V::Element)>::Signed>;
template <class V>
using FloatsOf = Vec<typename LaneBits<sizeof(typename V::Element)>::Floating>;

// The same bits, seen as lanes of another type of the same width.
template <class To, class From>
WEFT_INLINE To reinterpret(From a) {
  return To::of((typename To::Native)a.v);
}
// bits_ and value_ are the two directions of reinterpret that formulas use.
template <class V>
WEFT_INLINE IntegersOf<V> bits_(V a) {
  return reinterpret<IntegersOf<V>>(a);
}
template <class V>
WEFT_INLINE FloatsOf<V> value_(V bits) {
  return reinterpret<FloatsOf<V>>(bits);
}

// For what no vector unit has: a loop over lanes, out of line, compiled once for each type.
#define WEFT_LANES __attribute__((noinline))

// Truncating division. The lowest value divided by -1 overflows and wraps; divisors of zero give
// zero.
template <class T>
WEFT_LANES Vec<T> divide_lanes(Vec<T> a, Vec<T> b) {
#pragma GCC unroll 1
  for (int i = 0; i < Vec<T>::kLanes; ++i) {
    const T divisor = b.v[i];
    using U = typename LaneBits<sizeof(T)>::Unsigned;
    if (kIsSigned<T> && divisor == T(-1)) {
      a.v[i] = T(U(0) - U(a.v[i]));
    } else {
      a.v[i] = divisor == 0 ? 0 : a.v[i] / divisor;
    }
  }
  return a;
}
// IEEE 754 division for floats; integers have no vector instruction.
template <class T>
WEFT_INLINE Vec<T> operator/(Vec<T> a, Vec<T> b) {
  if constexpr (kIsFloating<T>) {
    return Vec<T>::of(a.v / b.v);
  } else {
    return divide_lanes(a, b);
  }
}

// Bitwise operators and shifts, for integer lanes only.
template <class T>
WEFT_INLINE Vec<T> operator&(Vec<T> a, Vec<T> b) {
  return Vec<T>::of(a.v & b.v);
}
template <class T>
WEFT_INLINE Vec<T> operator|(Vec<T> a, Vec<T> b) {
  return Vec<T>::of(a.v | b.v);
}
template <class T>
WEFT_INLINE Vec<T> operator^(Vec<T> a, Vec<T> b) {
  return Vec<T>::of(a.v ^ b.v);
}
template <class T>
WEFT_INLINE Vec<T> operator<<(Vec<T> a, int count) {
  return Vec<T>::of((typename Vec<T>::Native)((typename Vec<T>::Wrap)a.v << count));
}
template <class T>
WEFT_INLINE Vec<T> operator>>(Vec<T> a, int count) {  // arithmetic for signed lanes
  return Vec<T>::of(a.v >> count);
}
template <class T>
WEFT_INLINE Vec<T> operator<<(Vec<T> a, Vec<T> count) {  // counts below the lane's bits
  using Wrap = typename Vec<T>::Wrap;
  return Vec<T>::of((typename Vec<T>::Native)((Wrap)a.v << (Wrap)count.v));
}
template <class T>
WEFT_INLINE Vec<T> operator>>(Vec<T> a, Vec<T> count) {
  return Vec<T>::of(a.v >> count.v);
}

// Integer powers by repeated squaring, wrapping. A negative exponent gives the truncated
// reciprocal, which is 0 unless the base is 1 or -1; 0 to a negative exponent is 0, too.
template <class T>
WEFT_LANES Vec<T> power_(Vec<T> a, Vec<T> b) {
  using U = typename LaneBits<sizeof(T)>::Unsigned;
#pragma GCC unroll 1
  for (int i = 0; i < Vec<T>::kLanes; ++i) {
    const T exponent = b.v[i];
    U base = U(a.v[i]), power = 1;
    if (exponent < 0) {
      const bool is_unit = base == U(1) || base == U(-1);
      power = !is_unit ? 0 : exponent & 1 ? base : 1;
    } else {
      for (U rest = U(exponent); rest; rest >>= 1, base *= base)
        if (rest & 1) power *= base;
    }
    a.v[i] = T(power);
  }
  return a;
}

// If either argument is NaN, the comparison is false and the result is the second argument.
template <class V>
WEFT_INLINE V min_(V a, V b) {
  return select(a < b, a, b);
}
template <class V>
WEFT_INLINE V max_(V a, V b) {
  return select(a > b, a, b);
}
// x86 has one instruction with this very rule, but compilers make two of the select above.
#if WEFT_AVX512
#define WEFT_FLOATS(name, a, b) \
  Vec<float>::of((Vec<float>::Native)_mm512_##name##_ps((__m512)a.v, (__m512)b.v))
#define WEFT_DOUBLES(name, a, b) \
  Vec<double>::of((Vec<double>::Native)_mm512_##name##_pd((__m512d)a.v, (__m512d)b.v))
#elif WEFT_AVX2
#define WEFT_FLOATS(name, a, b) \
  Vec<float>::of((Vec<float>::Native)_mm256_##name##_ps((__m256)a.v, (__m256)b.v))
#define WEFT_DOUBLES(name, a, b) \
  Vec<double>::of((Vec<double>::Native)_mm256_##name##_pd((__m256d)a.v, (__m256d)b.v))
#endif
#if WEFT_AVX512 || WEFT_AVX2
WEFT_INLINE Vec<float> min_(Vec<float> a, Vec<float> b) { return WEFT_FLOATS(min, a, b); }
WEFT_INLINE Vec<float> max_(Vec<float> a, Vec<float> b) { return WEFT_FLOATS(max, a, b); }
WEFT_INLINE Vec<double> min_(Vec<double> a, Vec<double> b) { return WEFT_DOUBLES(min, a, b); }
WEFT_INLINE Vec<double> max_(Vec<double> a, Vec<double> b) { return WEFT_DOUBLES(max, a, b); }
#undef WEFT_FLOATS
#undef WEFT_DOUBLES
#elif WEFT_WASM  // "pseudo-minimum" compares its operands in the other order
WEFT_INLINE Vec<float> min_(Vec<float> a, Vec<float> b) {
  return Vec<float>::of((Vec<float>::Native)wasm_f32x4_pmin((v128_t)b.v, (v128_t)a.v));
}
WEFT_INLINE Vec<float> max_(Vec<float> a, Vec<float> b) {
  return Vec<float>::of((Vec<float>::Native)wasm_f32x4_pmax((v128_t)b.v, (v128_t)a.v));
}
#endif

template <class V>
WEFT_INLINE V sign_bit(V) {  // of floating lanes, as a pattern in integer lanes
  using E = typename LaneBits<sizeof(typename V::Element)>::Unsigned;
  return V(E(1) << (8 * sizeof(E) - 1));
}
// Clears the sign bit, also of NaN. The lowest integer wraps to itself.
template <class T>
WEFT_INLINE Vec<T> abs_(Vec<T> a) {
  if constexpr (kIsFloating<T>) {
    using U = Vec<typename LaneBits<sizeof(T)>::Unsigned>;
    const U sign = sign_bit(U());
    return reinterpret<Vec<T>>(U::of(reinterpret<U>(a).v & ~sign.v));
  } else if constexpr (kIsSigned<T>) {
    return select(a < Vec<T>(0), -a, a);
  } else {
    return a;
  }
}
// The magnitude of one number with the sign of another, also for zeros and NaN.
template <class V>
WEFT_INLINE V copysign_(V magnitude, V sign) {
  using U = Vec<typename LaneBits<sizeof(typename V::Element)>::Unsigned>;
  const U bit = sign_bit(U());
  return reinterpret<V>(
      U::of((reinterpret<U>(magnitude).v & ~bit.v) | (reinterpret<U>(sign).v & bit.v)));
}

// a b + c with one rounding. Without a fused instruction it rounds twice: the one primitive whose
// bits depend on the target (isa_target.h, WEFT_HARDWARE_FMA).
WEFT_INLINE Vec<float> fma_(Vec<float> a, Vec<float> b, Vec<float> c) {
#if WEFT_AVX512
  return Vec<float>::of((Vec<float>::Native)_mm512_fmadd_ps((__m512)a.v, (__m512)b.v, (__m512)c.v));
#elif WEFT_AVX2
  return Vec<float>::of((Vec<float>::Native)_mm256_fmadd_ps((__m256)a.v, (__m256)b.v, (__m256)c.v));
#elif WEFT_NEON
  return Vec<float>::of(vfmaq_f32(c.v, a.v, b.v));
#elif WEFT_WASM
  return Vec<float>::of((Vec<float>::Native)weft_madd_f32x4((v128_t)a.v, (v128_t)b.v, (v128_t)c.v));
#elif WEFT_HARDWARE_FMA
  for (int i = 0; i < Vec<float>::kLanes; ++i) c.v[i] = __builtin_fmaf(a.v[i], b.v[i], c.v[i]);
  return c;
#else
  return a * b + c;
#endif
}
WEFT_INLINE Vec<double> fma_(Vec<double> a, Vec<double> b, Vec<double> c) {
#if WEFT_AVX512
  return Vec<double>::of(
      (Vec<double>::Native)_mm512_fmadd_pd((__m512d)a.v, (__m512d)b.v, (__m512d)c.v));
#elif WEFT_AVX2
  return Vec<double>::of(
      (Vec<double>::Native)_mm256_fmadd_pd((__m256d)a.v, (__m256d)b.v, (__m256d)c.v));
#elif WEFT_NEON
  return Vec<double>::of(vfmaq_f64(c.v, a.v, b.v));
#elif WEFT_HARDWARE_FMA
  for (int i = 0; i < Vec<double>::kLanes; ++i) c.v[i] = __builtin_fma(a.v[i], b.v[i], c.v[i]);
  return c;
#else
  return a * b + c;
#endif
}

// Correctly rounded on every target, as IEEE 754 demands of sqrt.
WEFT_INLINE Vec<float> sqrt_(Vec<float> a) {
#if WEFT_AVX512
  return Vec<float>::of((Vec<float>::Native)_mm512_sqrt_ps((__m512)a.v));
#elif WEFT_AVX2
  return Vec<float>::of((Vec<float>::Native)_mm256_sqrt_ps((__m256)a.v));
#elif WEFT_NEON
  return Vec<float>::of(vsqrtq_f32(a.v));
#elif WEFT_WASM
  return Vec<float>::of((Vec<float>::Native)wasm_f32x4_sqrt((v128_t)a.v));
#else
  for (int i = 0; i < Vec<float>::kLanes; ++i) a.v[i] = __builtin_sqrtf(a.v[i]);
  return a;
#endif
}
WEFT_INLINE Vec<double> sqrt_(Vec<double> a) {
#if WEFT_AVX512
  return Vec<double>::of((Vec<double>::Native)_mm512_sqrt_pd((__m512d)a.v));
#elif WEFT_AVX2
  return Vec<double>::of((Vec<double>::Native)_mm256_sqrt_pd((__m256d)a.v));
#elif WEFT_NEON
  return Vec<double>::of(vsqrtq_f64(a.v));
#elif WEFT_WASM
  return Vec<double>::of((Vec<double>::Native)wasm_f64x2_sqrt((v128_t)a.v));
#else
  for (int i = 0; i < Vec<double>::kLanes; ++i) a.v[i] = __builtin_sqrt(a.v[i]);
  return a;
#endif
}

// To the nearest integer, ties to even. Adding 2^(digits - 1) leaves no bits for a fraction, so the
// addition rounds. Values that large are integers already; copysign_ keeps the sign of zeros.
template <class V>
WEFT_INLINE V round_even_(V a) {
  const V magic = sizeof(typename V::Element) == 4 ? V(8388608) : V(4503599627370496);
  const V magnitude = abs_(a);
  return select(magnitude < magic, copysign_((magnitude + magic) - magic, a), a);
}
#if WEFT_AVX512
WEFT_INLINE Vec<float> round_even_(Vec<float> a) {
  return Vec<float>::of((Vec<float>::Native)_mm512_roundscale_ps((__m512)a.v, 0));
}
WEFT_INLINE Vec<double> round_even_(Vec<double> a) {
  return Vec<double>::of((Vec<double>::Native)_mm512_roundscale_pd((__m512d)a.v, 0));
}
#elif WEFT_AVX2
WEFT_INLINE Vec<float> round_even_(Vec<float> a) {
  return Vec<float>::of((Vec<float>::Native)_mm256_round_ps((__m256)a.v, 0));
}
WEFT_INLINE Vec<double> round_even_(Vec<double> a) {
  return Vec<double>::of((Vec<double>::Native)_mm256_round_pd((__m256d)a.v, 0));
}
#elif WEFT_NEON
WEFT_INLINE Vec<float> round_even_(Vec<float> a) { return Vec<float>::of(vrndnq_f32(a.v)); }
WEFT_INLINE Vec<double> round_even_(Vec<double> a) { return Vec<double>::of(vrndnq_f64(a.v)); }
#elif WEFT_WASM
WEFT_INLINE Vec<float> round_even_(Vec<float> a) {
  return Vec<float>::of((Vec<float>::Native)wasm_f32x4_nearest((v128_t)a.v));
}
WEFT_INLINE Vec<double> round_even_(Vec<double> a) {
  return Vec<double>::of((Vec<double>::Native)wasm_f64x2_nearest((v128_t)a.v));
}
#endif
// The nearest integer, or the one below it; copysign_ makes -0 stay -0.
template <class V>
WEFT_INLINE V floor_(V a) {
  const V nearest = round_even_(a);
  return select(nearest > a, copysign_(nearest - V(1), a), nearest);
}

// Conversions between floating lanes with integer values and integer lanes. Values must be below
// 2^22 (float) or 2^51 (double) in magnitude. The double forms add a power of two, which brings the
// integer into the low bits of the pattern: x86 before AVX-512 has no instruction for 64-bit
// integers.
WEFT_INLINE Vec<int32_t> to_int_(Vec<float> a) {
  return Vec<int32_t>::of(__builtin_convertvector(a.v, Vec<int32_t>::Native));
}
WEFT_INLINE Vec<float> to_float_(Vec<int32_t> a) {
  return Vec<float>::of(__builtin_convertvector(a.v, Vec<float>::Native));
}
WEFT_INLINE Vec<int64_t> to_int_(Vec<double> a) {
  const Vec<double> magic(6755399441055744.0);
  return bits_(a + magic) - bits_(magic);
}
WEFT_INLINE Vec<double> to_float_(Vec<int64_t> a) {
  const Vec<double> magic(6755399441055744.0);
  return value_(a + bits_(magic)) - magic;
}

// p 2^n for integer-valued n. Two factors, each 2^(about n / 2): so results below the normal range
// are rounded once, and at the extreme exponents no factor is itself out of range. NaN if both are
// NaN.
template <class V>
WEFT_INLINE V scale_by_power_(V p, V n) {
  constexpr bool kIsFloat = sizeof(typename V::Element) == 4;
  constexpr int kFraction = kIsFloat ? 23 : 52;
  using Integer = IntegersOf<V>;
  const Integer exponent = to_int_(n);
  const Integer half = exponent >> 1;
  const Integer bias(kIsFloat ? 127 : 1023);
  return p * value_((half + bias) << kFraction) * value_((exponent - half + bias) << kFraction);
}
#if WEFT_AVX512
WEFT_INLINE Vec<float> scale_by_power_(Vec<float> p, Vec<float> n) {
  return Vec<float>::of((Vec<float>::Native)_mm512_scalef_ps((__m512)p.v, (__m512)n.v));
}
WEFT_INLINE Vec<double> scale_by_power_(Vec<double> p, Vec<double> n) {
  return Vec<double>::of((Vec<double>::Native)_mm512_scalef_pd((__m512d)p.v, (__m512d)n.v));
}
#endif

// The rounding error of p = a b, exactly: a b - p. It is wrong only where something over- or
// underflows.
template <class T>
WEFT_INLINE Vec<T> product_error_(Vec<T> a, Vec<T> b, Vec<T> p) {
#if WEFT_HARDWARE_FMA
  return fma_(a, b, -p);
#else  // Dekker, "A floating-point technique for extending the available precision" (1971)
  const Vec<T> split(sizeof(T) == 4 ? T(4097) : T(134217729));
  const Vec<T> high_a = split * a - (split * a - a), low_a = a - high_a;
  const Vec<T> high_b = split * b - (split * b - b), low_b = b - high_b;
  return low_a * low_b - (((p - high_a * high_b) - low_a * high_b) - high_a * low_b);
#endif
}

// The remainder by the C library, lane by lane.
template <class T>
WEFT_LANES Vec<T> fmod_lanes(Vec<T> a, Vec<T> b) {
#pragma GCC unroll 1
  for (int i = 0; i < Vec<T>::kLanes; ++i)
    a.v[i] = sizeof(T) == 4 ? T(__builtin_fmodf(float(a.v[i]), float(b.v[i])))
                            : T(__builtin_fmod(double(a.v[i]), double(b.v[i])));
  return a;
}

#define WEFT_PORTABLE_C(...) __VA_ARGS__
#include "kernels/simd/far_angle.h"
#undef WEFT_PORTABLE_C

// The two results of far_angle.h for one lane: returns the number of the nearest multiple of pi /
// 2, modulo 4, and stores what is left of the angle. Both are zero for angles below kFarAngle.
template <class T>
WEFT_INLINE int far_angle(T lane, double* rest) {
  const double x = lane;
  uint64_t pattern;
  __builtin_memcpy(&pattern, &x, sizeof pattern);
  *rest = 0;
  return __builtin_fabs(x) < kFarAngle<T> ? 0 : weft_far_angle(x, pattern, rest);
}
// The two results as vectors, for formulas that need them one after the other. x is overwritten.
template <class T>
WEFT_LANES Vec<T> far_rests(Vec<T> x) {
  double rest;
#pragma GCC unroll 1
  for (int i = 0; i < Vec<T>::kLanes; ++i) {
    far_angle<T>(x.v[i], &rest);
    x.v[i] = T(rest);
  }
  return x;
}
template <class T>
WEFT_LANES Vec<T> far_quadrants(Vec<T> x) {
  double rest;
#pragma GCC unroll 1
  for (int i = 0; i < Vec<T>::kLanes; ++i) x.v[i] = T(far_angle<T>(x.v[i], &rest));
  return x;
}
// Is any lane of the mask true?
template <int Bytes>
WEFT_INLINE bool is_any(Mask<Bytes> m) {
#if WEFT_AVX512
  return _mm512_test_epi32_mask((__m512i)m.v, (__m512i)m.v) != 0;
#elif WEFT_AVX2
  return !_mm256_testz_si256((__m256i)m.v, (__m256i)m.v);
#elif WEFT_NEON
  return vmaxvq_u32((uint32x4_t)m.v) != 0;
#elif WEFT_WASM
  return wasm_v128_any_true((v128_t)m.v);
#else
  uint64_t words[kVectorBytes / 8], all = 0;
  __builtin_memcpy(words, &m.v, sizeof words);
  for (uint64_t word : words) all |= word;
  return all != 0;
#endif
}
// The exact remainder of a / b with the sign of a, like C's fmod. A quotient of few digits is at
// most one too large after rounding and dropping its fraction; then the fused product gives the
// exact remainder, or that less b. Other lanes (quotients of too many digits, infinite b, NaN) send
// the whole vector to the C library.
template <class T>
WEFT_INLINE Vec<T> fmod_(Vec<T> a, Vec<T> b) {
#if WEFT_HARDWARE_FMA
  using V = Vec<T>;
  const V x = abs_(a), y = abs_(b);
  const V quotient = floor_(x / y);
  const V digits = V(T(sizeof(T) == 4 ? 4194304.0 : 2251799813685248.0));
  if (is_any(!((quotient < digits) & (y < V(T(__builtin_inf())))))) return fmod_lanes(a, b);
  const V rest = fma_(-quotient, y, x);
  return copysign_(select(rest < V(0), rest + y, rest), a);
#else
  return fmod_lanes(a, b);
#endif
}

// Replaces what a formula found of far angles. One of them sends the whole vector lane by lane
// through far_angle.h; usually there is none.
template <class T, class Integer>
WEFT_INLINE void replace_far_angle_(Vec<T> x, Vec<T>& rest, Vec<T>& low, Integer& quadrant) {
  const Vec<T> limit(T(kFarAngle<T>));
  if (!is_any(!(abs_(x) < limit))) return;
  const auto is_far = abs_(x) >= limit;
  rest = select(is_far, far_rests(x), rest);
  low = select(is_far, Vec<T>(0), low);
  quadrant = select(is_far, to_int_(far_quadrants(x)), quadrant);
}

// Numbers<0, 1, …, N - 1> as CountTo<N>::Type: a pack of indices for shuffles.
template <int... I>
struct Numbers {};
template <int N, int... I>
struct CountTo : CountTo<N - 1, N - 1, I...> {};
template <int... I>
struct CountTo<0, I...> {
  using Type = Numbers<I...>;
};

// Calls another formula. A recorder that prints formulas as C turns it into a function call.
template <class Formula, class... V>
WEFT_INLINE auto apply(V... inputs) {
  return Formula{}(inputs...);
}
