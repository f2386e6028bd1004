// Conversions between lanes of four bytes.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h.

// Bounds of an integer storage type.
template <class S>
struct Limits {
  static constexpr int kBits = 8 * sizeof(S) - (kIsSigned<S> ? 1 : 0);
  static constexpr uint64_t kHighest = ~uint64_t(0) >> (64 - kBits);
  static constexpr int64_t kLowest = kIsSigned<S> ? -int64_t(kHighest) - 1 : 0;
};

// Lanes of `From` into lanes of `To`, both of 4 bytes, ready for Memory<To>::store.
template <class To, class From>
WEFT_INLINE Vec<LaneType<To>> convert_lanes(Vec<LaneType<From>> v) {
  using A = LaneType<From>;
  using B = LaneType<To>;
  using I = Vec<int32_t>;
  if constexpr (kIsSame<A, B> && !(kIsSame<A, float> && kIsSame<To, Boolean>)) {
    return v;
  } else if constexpr (kIsSame<A, float> && kIsSame<To, Boolean>) {
    return select(v != Vec<float>(0), Vec<uint32_t>(1), Vec<uint32_t>(0));
  } else if constexpr (kIsSame<A, float> && sizeof(To) < 4) {
    // The bounds are exact in float32.
    const Vec<float> low{float(Limits<To>::kLowest)}, high{float(Limits<To>::kHighest)};
    const Vec<float> known = select(v == v, v, Vec<float>(0));
    const I whole =
        I::of(__builtin_convertvector(min_(max_(known, low), high).v, typename I::Native));
    return reinterpret<Vec<B>>(whole);
  } else if constexpr (kIsSame<A, float> && kIsSame<B, int32_t>) {
    const Vec<float> above(2147483648.0f);
    const auto fits = (v < above) & (v >= -above);
    const I whole =
        I::of(__builtin_convertvector(select(fits, v, Vec<float>(0)).v, typename I::Native));
    const I bound = select(v >= above, I(INT32_MAX), select(v < -above, I(INT32_MIN), I(0)));
    return select(fits, whole, bound);
  } else if constexpr (kIsSame<B, float> && (kIsSame<A, int32_t> || sizeof(From) < 4)) {
    return Vec<float>::of(__builtin_convertvector(reinterpret<I>(v).v, Vec<float>::Native));
  } else {
    return reinterpret<Vec<B>>(v);
  }
}

template <class To, class From>
constexpr bool kConvertsLanes =
    sizeof(LaneType<To>) == 4 && sizeof(LaneType<From>) == 4 &&
    !(kIsSame<LaneType<From>, float> && kIsSame<To, uint32_t>)&&
    // 32-bit integers round once on their way to a half type, float32 between would round twice.
    !(kIsSame<LaneType<To>, float> &&
      (kIsSame<From, uint32_t> || (kIsSame<From, int32_t> && sizeof(To) == 2)));
