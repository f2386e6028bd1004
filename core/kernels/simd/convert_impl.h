// Conversions between storage types whose lanes have four bytes, a whole vector at a time.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h. The rules
// are those of cast_step() (elementwise.h): float to integer truncates, saturates and maps NaN to
// 0; anything to bool is `!= 0`; integers wrap. cast.isa.cpp converts the other pairs.

// The bounds of an integer storage type.
template <class S>
struct Limits {
  static constexpr int kBits = 8 * sizeof(S) - (kIsSigned<S> ? 1 : 0);
  static constexpr uint64_t kHighest = ~uint64_t(0) >> (64 - kBits);
  static constexpr int64_t kLowest = kIsSigned<S> ? -int64_t(kHighest) - 1 : 0;
};

// Converts lanes of `From` to lanes of `To`, both of 4 bytes. The result is what Memory<To>::store
// expects: 8- and 16-bit integers are still in 32-bit lanes, and the store drops their upper bits.
template <class To, class From>
WEFT_INLINE Vec<LaneType<To>> convert_lanes(Vec<LaneType<From>> v) {
  using A = LaneType<From>;
  using B = LaneType<To>;
  using I = Vec<int32_t>;
  if constexpr (kIsSame<A, B> && !(kIsSame<A, float> && kIsSame<To, Boolean>)) {
    // One lane type: there is nothing to do. bool is excluded, because 0.5 must become true.
    return v;
  } else if constexpr (kIsSame<A, float> && kIsSame<To, Boolean>) {
    return select(v != Vec<float>(0), Vec<uint32_t>(1), Vec<uint32_t>(0));
  } else if constexpr (kIsSame<A, float> && sizeof(To) < 4) {
    // Types of 8 and 16 bits: bounds are exact in float32, so clamping first makes the conversion
    // safe.
    const Vec<float> low{float(Limits<To>::kLowest)}, high{float(Limits<To>::kHighest)};
    const Vec<float> known = select(v == v, v, Vec<float>(0));
    const I whole =
        I::of(__builtin_convertvector(min_(max_(known, low), high).v, typename I::Native));
    return reinterpret<Vec<B>>(whole);
  } else if constexpr (kIsSame<A, float> && kIsSame<B, int32_t>) {
    // 2^31 is exact in float32, but INT32_MAX is not: out-of-range lanes are replaced after
    // converting.
    const Vec<float> above(2147483648.0f);
    const auto fits = (v < above) & (v >= -above);
    const I whole =
        I::of(__builtin_convertvector(select(fits, v, Vec<float>(0)).v, typename I::Native));
    const I bound = select(v >= above, I(INT32_MAX), select(v < -above, I(INT32_MIN), I(0)));
    return select(fits, whole, bound);
  } else if constexpr (kIsSame<B, float> && (kIsSame<A, int32_t> || sizeof(From) < 4)) {
    return Vec<float>::of(__builtin_convertvector(reinterpret<I>(v).v, Vec<float>::Native));
  } else {
    // Between integers: the bits are the same, and storing drops those that do not fit.
    return reinterpret<Vec<B>>(v);
  }
}

// Does convert_lanes give the right bits for this pair?
template <class To, class From>
constexpr bool kConvertsLanes =
    sizeof(LaneType<To>) == 4 && sizeof(LaneType<From>) == 4 &&
    // float32 to uint32 has no branch above; cast.isa.cpp converts it element by element.
    !(kIsSame<LaneType<From>, float> && kIsSame<To, uint32_t>)&&
    // A 32-bit integer must be rounded once on its way to a half type; by way of float32 it would
    // be rounded twice.
    !(kIsSame<LaneType<To>, float> &&
      (kIsSame<From, uint32_t> || (kIsSame<From, int32_t> && sizeof(To) == 2)));
