// Vectors of lanes and the closed set of primitive functions that formulas are written in.
//
// Included inside the namespace of an instruction set, after kernels/isa_target.h, and includes
// nothing. All values in a formula have one lane width; a mask is a lane of all ones or zeros of
// that width. Every primitive gives the same bits on every target, except that fma_ rounds twice
// where the hardware has no fused form. Nothing here is undefined: integers wrap, an integer
// divided by zero is 0, and conversions saturate.

constexpr int kVectorBytes = WEFT_VECTOR_BYTES;

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

template <class T>
constexpr bool kIsFloating = false;
template <>
constexpr bool kIsFloating<float> = true;
template <>
constexpr bool kIsFloating<double> = true;
template <class T>
constexpr bool kIsSigned = T(-1) < T(0);

template <class A, class B>
constexpr bool kIsSame = false;
template <class A>
constexpr bool kIsSame<A, A> = true;

// The type whose arithmetic an element's wraps in.
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

template <int Bytes>
struct Mask {
  typedef typename LaneBits<Bytes>::Signed Native __attribute__((vector_size(kVectorBytes)));
  Native v;

  WEFT_INLINE friend Mask operator&(Mask a, Mask b) { return {a.v & b.v}; }
  WEFT_INLINE friend Mask operator|(Mask a, Mask b) { return {a.v | b.v}; }
  WEFT_INLINE friend Mask operator!(Mask a) { return {~a.v}; }
};

template <class T>
struct Vec {
  using Element = T;
  using Truth = Mask<sizeof(T)>;
  typedef T Native __attribute__((vector_size(kVectorBytes)));
  static constexpr int kLanes = kVectorBytes / sizeof(T);

  Native v;

  Vec() = default;
  WEFT_INLINE explicit Vec(T c) : v(Native{} + c) {}
  WEFT_INLINE static Vec of(Native native) {
    Vec result;
    result.v = native;
    return result;
  }

  // C leaves the overflow of signed integers undefined: they wrap by way of unsigned lanes.
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

template <class V>
using IntegersOf = Vec<typename LaneBits<sizeof(typename V::Element)>::Signed>;
template <class V>
using FloatsOf = Vec<typename LaneBits<sizeof(typename V::Element)>::Floating>;

// One vector seen as lanes of another type of the same width.
template <class To, class From>
WEFT_INLINE To reinterpret(From a) {
  return To::of((typename To::Native)a.v);
}
template <class V>
WEFT_INLINE IntegersOf<V> bits_(V a) {
  return reinterpret<IntegersOf<V>>(a);
}
template <class V>
WEFT_INLINE FloatsOf<V> value_(V bits) {
  return reinterpret<FloatsOf<V>>(bits);
}

template <class T>
WEFT_INLINE Vec<T> operator/(Vec<T> a, Vec<T> b) {
  if constexpr (kIsFloating<T>) {
    return Vec<T>::of(a.v / b.v);
  } else {
    // Lowest / -1 overflows: negation wraps instead. Zero divisors give zero.
    const auto zero = b == Vec<T>(0);
    auto special = zero;
    if constexpr (kIsSigned<T>) special = special | (b == Vec<T>(T(-1)));
    const Vec<T> quotient = Vec<T>::of(a.v / select(special, Vec<T>(1), b).v);
    Vec<T> result = quotient;
    if constexpr (kIsSigned<T>) result = select(special, -a, result);
    return select(zero, Vec<T>(0), result);
  }
}
// Integer lanes only.
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

// The second argument where the comparison with NaN fails.
template <class V>
WEFT_INLINE V min_(V a, V b) {
  return select(a < b, a, b);
}
template <class V>
WEFT_INLINE V max_(V a, V b) {
  return select(a > b, a, b);
}

template <class V>
WEFT_INLINE V sign_bit(V) {  // of floating lanes, as a pattern in integer lanes
  using E = typename LaneBits<sizeof(typename V::Element)>::Unsigned;
  return V(E(1) << (8 * sizeof(E) - 1));
}
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
template <class V>
WEFT_INLINE V copysign_(V magnitude, V sign) {
  using U = Vec<typename LaneBits<sizeof(typename V::Element)>::Unsigned>;
  const U bit = sign_bit(U());
  return reinterpret<V>(
      U::of((reinterpret<U>(magnitude).v & ~bit.v) | (reinterpret<U>(sign).v & bit.v)));
}

WEFT_INLINE Vec<float> fma_(Vec<float> a, Vec<float> b, Vec<float> c) {
#if WEFT_AVX512
  return Vec<float>::of((Vec<float>::Native)_mm512_fmadd_ps((__m512)a.v, (__m512)b.v, (__m512)c.v));
#elif WEFT_AVX2
  return Vec<float>::of((Vec<float>::Native)_mm256_fmadd_ps((__m256)a.v, (__m256)b.v, (__m256)c.v));
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
#elif WEFT_HARDWARE_FMA
  for (int i = 0; i < Vec<double>::kLanes; ++i) c.v[i] = __builtin_fma(a.v[i], b.v[i], c.v[i]);
  return c;
#else
  return a * b + c;
#endif
}

WEFT_INLINE Vec<float> sqrt_(Vec<float> a) {
#if WEFT_AVX512
  return Vec<float>::of((Vec<float>::Native)_mm512_sqrt_ps((__m512)a.v));
#elif WEFT_AVX2
  return Vec<float>::of((Vec<float>::Native)_mm256_sqrt_ps((__m256)a.v));
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
#else
  for (int i = 0; i < Vec<double>::kLanes; ++i) a.v[i] = __builtin_sqrt(a.v[i]);
  return a;
#endif
}

// To the nearest integer, ties to even: adding 2^(digits - 1) drops the fraction. Values that
// large are integers already; the sign survives for zeros.
template <class V>
WEFT_INLINE V round_even_(V a) {
  const V magic = sizeof(typename V::Element) == 4 ? V(8388608) : V(4503599627370496);
  const V magnitude = abs_(a);
  return select(magnitude < magic, copysign_((magnitude + magic) - magic, a), a);
}
template <class V>
WEFT_INLINE V floor_(V a) {
  const V nearest = round_even_(a);
  return select(nearest > a, copysign_(nearest - V(1), a), nearest);
}

// Between integer-valued floating lanes below 2^22 (float) or 2^51 (double) in magnitude and
// integer lanes. The double forms add a power of two: x86 before AVX-512 has no instruction.
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

// Another formula used as a function; a recorder turns it into a call.
template <class Formula, class... V>
WEFT_INLINE auto apply(V... inputs) {
  return Formula{}(inputs...);
}
