// Conversion between every pair of dtypes. Pairs whose elements fit in 4-byte lanes convert whole
// vectors; pairs with a 64-bit side are plain loops, which compilers vectorise where it pays.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

// Bounds of an integer storage type.
template <class S>
struct Limits {
  static constexpr int kBits = 8 * sizeof(S) - (kIsSigned<S> ? 1 : 0);
  static constexpr uint64_t kHighest = ~uint64_t(0) >> (64 - kBits);
  static constexpr int64_t kLowest = kIsSigned<S> ? -int64_t(kHighest) - 1 : 0;
};

// Truncates, saturating at the bounds of `To`; NaN gives zero. The upper bound is compared as the
// power of two just above it, which every floating type has.
template <class To, class From>
WEFT_INLINE To truncate(From value) {
  constexpr From kAbove = From(Limits<To>::kHighest / 2 + 1) * From(2);
  if (value >= kAbove) return To(Limits<To>::kHighest);
  if (value <= From(Limits<To>::kLowest)) return To(Limits<To>::kLowest);
  return value == value ? To(value) : To(0);
}

// float64 to a half type by way of float32 rounded to odd: its sticky last bit keeps the second
// rounding right.
WEFT_INLINE float round_to_odd(double value) {
  float nearest = float(value);
  uint32_t bits;
  __builtin_memcpy(&bits, &nearest, 4);
  if (double(nearest) != value && value == value && (bits & 1) == 0) {
    const bool grew = (double(nearest) > value) == (value > 0);
    bits += grew ? -1 : 1;
  }
  __builtin_memcpy(&nearest, &bits, 4);
  return nearest;
}

template <class To, class From>
WEFT_INLINE To convert_element(From element) {
  const auto value = to_lane(element);
  using Value = decltype(to_lane(element));
  if constexpr (kIsSame<To, Boolean>) {
    return {uint8_t(value != 0)};
  } else if constexpr (kIsSame<To, Float16> || kIsSame<To, BFloat16>) {
    if constexpr (kIsSame<Value, float> || sizeof(From) <= 2) {
      return from_lane<To>(float(value));
    } else {
      return from_lane<To>(round_to_odd(double(value)));
    }
  } else if constexpr (kIsFloating<Value> && !kIsFloating<To>) {
    return truncate<To>(value);
  } else {
    return To(value);
  }
}

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
    const Vec<float> low(float(Limits<To>::kLowest)), high(float(Limits<To>::kHighest));
    const Vec<float> known = select(v == v, v, Vec<float>(0));
    const I whole = I::of(__builtin_convertvector(min_(max_(known, low), high).v, I::Native));
    return reinterpret<Vec<B>>(whole);
  } else if constexpr (kIsSame<A, float> && kIsSame<B, int32_t>) {
    const Vec<float> above(2147483648.0f);
    const auto fits = (v < above) & (v >= -above);
    const I whole = I::of(__builtin_convertvector(select(fits, v, Vec<float>(0)).v, I::Native));
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

template <class To, class From>
WEFT_INLINE void cast_row(To* out, const From* in, int64_t cols) {
  int64_t i = 0;
  if constexpr (kConvertsLanes<To, From>) {
    constexpr int kLanes = Vec<float>::kLanes;
    for (; i + kLanes <= cols; i += kLanes)
      Memory<To>::store(out + i, convert_lanes<To, From>(Memory<From>::load(in + i)));
    if (const int64_t n = cols - i; n > 0)
      Memory<To>::store_part(out + i, convert_lanes<To, From>(Memory<From>::load_part(in + i, n)),
                             n);
  } else {
    // Blocks of a fixed length are what compilers vectorise without code for every remainder.
    constexpr int kBlock = 16;
    for (; i + kBlock <= cols; i += kBlock)
      for (int j = 0; j < kBlock; ++j) out[i + j] = convert_element<To>(in[i + j]);
    for (; i < cols; ++i) out[i] = convert_element<To>(in[i]);
  }
}

template <class To, class From>
void cast(const Tile& tile) {
  const bool repeats = tile.scalar & 1;
  for (int64_t row = 0; row < tile.rows; ++row) {
    To* out = (To*)((char*)tile.out + row * tile.out_row);
    const From* in = (const From*)((const char*)tile.in[0] + row * tile.in_row[0]);
    cast_row(out, in, repeats && tile.cols ? 1 : tile.cols);
    if (repeats)
      for (int64_t i = 1; i < tile.cols; ++i) out[i] = out[0];
  }
}

#define WEFT_CASTS_FROM(From)                                                               \
  {                                                                                         \
    cast<Boolean, From>, cast<uint8_t, From>, cast<uint16_t, From>, cast<uint32_t, From>,   \
        cast<uint64_t, From>, cast<int8_t, From>, cast<int16_t, From>, cast<int32_t, From>, \
        cast<int64_t, From>, cast<Float16, From>, cast<BFloat16, From>, cast<float, From>,  \
        cast<double, From>                                                                  \
  }

extern const StepKernel kCasts[kNumDTypes][kNumDTypes];
const StepKernel kCasts[kNumDTypes][kNumDTypes] = {
    WEFT_CASTS_FROM(Boolean),  WEFT_CASTS_FROM(uint8_t),  WEFT_CASTS_FROM(uint16_t),
    WEFT_CASTS_FROM(uint32_t), WEFT_CASTS_FROM(uint64_t), WEFT_CASTS_FROM(int8_t),
    WEFT_CASTS_FROM(int16_t),  WEFT_CASTS_FROM(int32_t),  WEFT_CASTS_FROM(int64_t),
    WEFT_CASTS_FROM(Float16),  WEFT_CASTS_FROM(BFloat16), WEFT_CASTS_FROM(float),
    WEFT_CASTS_FROM(double),
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
