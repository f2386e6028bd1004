// Conversion between every pair of dtypes. Pairs whose elements fit in 4-byte lanes convert whole
// vectors, and so do integers and bools to 64-bit integers; other pairs with a 64-bit side are
// plain loops, which compilers vectorise where it pays.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/convert_impl.h"
#include "kernels/cpu/row_end_impl.h"

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

// From lanes of 4 bytes to lanes of 8 bytes, in two halves.
template <class To, class From>
constexpr bool kWidensLanes = sizeof(To) == 8 && !kIsFloating<To> && sizeof(LaneType<From>) == 4 &&
                              !kIsFloating<LaneType<From>>;

template <class To, class From, int... I>
WEFT_INLINE void widen_lanes(To* out, const From* in, Numbers<I...>) {
  constexpr int kHalf = sizeof...(I);
  typedef LaneType<From> Half __attribute__((vector_size(kVectorBytes / 2)));
  const auto all = Memory<From>::load(in);
  const Half low = __builtin_shufflevector(all.v, all.v, I...);
  const Half high = __builtin_shufflevector(all.v, all.v, (kHalf + I)...);
  using V = Vec<To>;
  Memory<To>::store(out, V::of(__builtin_convertvector(low, typename V::Native)));
  Memory<To>::store(out + kHalf, V::of(__builtin_convertvector(high, typename V::Native)));
}

template <class To, class From>
void cast(const Tile& tile);

template <class To, class From>
WEFT_INLINE void cast_row(const Tile& tile, int64_t row) {
  To* const out = (To*)((char*)tile.out + row * tile.out_row);
  const From* const in = (const From*)((const char*)tile.in[0] + row * tile.in_row[0]);
  const int64_t cols = tile.cols;
  int64_t i = 0;
  if constexpr (kConvertsLanes<To, From>) {
    constexpr int kLanes = Vec<float>::kLanes;
    for (; i + kLanes <= cols; i += kLanes)
      Memory<To>::store(out + i, convert_lanes<To, From>(Memory<From>::load(in + i)));
    const int64_t n = cols - i;
    if (n <= 0) return;
    if constexpr (Memory<To>::kHasMasks && Memory<From>::kHasMasks) {
      Memory<To>::store_part(out + i, convert_lanes<To, From>(Memory<From>::load_part(in + i, n)),
                             n);
    } else if constexpr (kIsSame<From, Boolean> || kIsSame<From, To>) {  // a few bytes of code
      for (; i < cols; ++i) out[i] = convert_element<To>(in[i]);
    } else {
      static constexpr RowEnd kEnd = {kLanes, 1, sizeof(To), {sizeof(From)}};
      run_row_end(cast<To, From>, kEnd, tile, row, i);
    }
  } else if constexpr (kWidensLanes<To, From>) {
    constexpr int kLanes = Vec<LaneType<From>>::kLanes;
    for (; i + kLanes <= cols; i += kLanes)
      widen_lanes(out + i, in + i, typename CountTo<kLanes / 2>::Type());
    for (; i < cols; ++i) out[i] = To(to_lane(in[i]));
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
  Tile computed = tile;
  const bool repeats = tile.scalar & 1 && tile.cols > 0;
  if (repeats) computed.cols = 1;
  computed.scalar = 0;
  for (int64_t row = 0; row < tile.rows; ++row) {
    cast_row<To, From>(computed, row);
    if (!repeats) continue;
    To* const out = (To*)((char*)tile.out + row * tile.out_row);
    for (int64_t i = 1; i < tile.cols; ++i) out[i] = out[0];
  }
}

#define WEFT_CAST(To, From) WEFT_KEPT(From, WEFT_KEPT(To, cast<To, From>))
// Scalars of a graph are of three types, whatever dtypes its arrays have.
#define WEFT_CAST_OF_SCALAR(To, From) WEFT_KEPT(To, cast<To, From>)
#define WEFT_CASTS_FROM(From, kind)                                                         \
  {                                                                                         \
    kind(Boolean, From), kind(uint8_t, From), kind(uint16_t, From), kind(uint32_t, From),   \
        kind(uint64_t, From), kind(int8_t, From), kind(int16_t, From), kind(int32_t, From), \
        kind(int64_t, From), kind(Float16, From), kind(BFloat16, From), kind(float, From),  \
        kind(double, From)                                                                  \
  }

extern const StepKernel kCasts[kNumDTypes][kNumDTypes];
const StepKernel kCasts[kNumDTypes][kNumDTypes] = {
    WEFT_CASTS_FROM(Boolean, WEFT_CAST_OF_SCALAR), WEFT_CASTS_FROM(uint8_t, WEFT_CAST),
    WEFT_CASTS_FROM(uint16_t, WEFT_CAST),          WEFT_CASTS_FROM(uint32_t, WEFT_CAST),
    WEFT_CASTS_FROM(uint64_t, WEFT_CAST),          WEFT_CASTS_FROM(int8_t, WEFT_CAST),
    WEFT_CASTS_FROM(int16_t, WEFT_CAST),           WEFT_CASTS_FROM(int32_t, WEFT_CAST),
    WEFT_CASTS_FROM(int64_t, WEFT_CAST_OF_SCALAR), WEFT_CASTS_FROM(Float16, WEFT_CAST),
    WEFT_CASTS_FROM(BFloat16, WEFT_CAST),          WEFT_CASTS_FROM(float, WEFT_CAST),
    WEFT_CASTS_FROM(double, WEFT_CAST_OF_SCALAR),
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
