// Conversion between every pair of dtypes (cast_step). Pairs whose elements fit in 4-byte lanes
// convert whole vectors, and so do integers and bool to 64-bit integers. The other pairs with a
// 64-bit side are plain loops, which compilers vectorise where it pays.
#include "kernels/elementwise/elementwise_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/elementwise/row_kernel_impl.h"
#include "kernels/simd/convert_impl.h"

// Truncates, saturating at the bounds of `To`; NaN gives zero. The highest integer of 32 or 64 bits
// is no floating number, so the upper bound is compared as the power of two just above it.
template <class To, class From>
WEFT_INLINE To truncate(From value) {
  constexpr From kAbove = From(Limits<To>::kHighest / 2 + 1) * From(2);
  if (value >= kAbove) return To(Limits<To>::kHighest);
  if (value <= From(Limits<To>::kLowest)) return To(Limits<To>::kLowest);
  return value == value ? To(value) : To(0);
}

// float64 is narrowed to a half type by way of float32 rounded to odd: where the result is inexact,
// its last bit is set. This sticky bit keeps the second rounding from going wrong (double
// rounding).
WEFT_INLINE float round_to_odd(double value) {
  float nearest = float(value);
  uint32_t bits;
  __builtin_memcpy(&bits, &nearest, 4);
  if (double(nearest) != value && value == value && (bits & 1) == 0) {
    // The nearest float is even, so its odd neighbour on the other side of `value` is taken.
    const bool grew = (double(nearest) > value) == (value > 0);
    bits += grew ? -1 : 1;
  }
  __builtin_memcpy(&nearest, &bits, 4);
  return nearest;
}

// One element. Integers of more than 16 bits go to halves by way of float64, which holds up to
// 2^53.
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

// Integers from 4-byte lanes to 8-byte lanes, in two halves of a vector.
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

// The kernel for one pair. run_row is a row kernel (row_kernel_impl.h).
template <class To, class From>
struct Cast {
  static constexpr bool kByLanes = kConvertsLanes<To, From>;
  // Ends of rows by masks, where both sides have an instruction for a part of a vector.
  static constexpr bool kEndsRows = kByLanes && Memory<To>::kHasMasks && Memory<From>::kHasMasks;
  // Other pairs go in blocks of a fixed length, which compilers vectorise without code for
  // remainders.
  static constexpr int kLanes = kByLanes || kWidensLanes<To, From> ? Vec<uint32_t>::kLanes : 16;

  WEFT_INLINE static void convert(const From* in, To* out) {
    if constexpr (kByLanes) {
      Memory<To>::store(out, convert_lanes<To, From>(Memory<From>::load(in)));
    } else if constexpr (kWidensLanes<To, From>) {
      widen_lanes(out, in, typename CountTo<kLanes / 2>::Type());
    } else {
      for (int i = 0; i < kLanes; ++i) out[i] = convert_element<To>(in[i]);
    }
  }
  static void run_row(char* to, int64_t n, const int64_t* step, const char* in, const char*,
                      const char*) {
    To* out = (To*)to;
    const int64_t bytes = *step;
    for (; n >= kLanes; n -= kLanes, in += bytes, out += kLanes) convert((const From*)in, out);
    if constexpr (kEndsRows)
      if (n > 0)
        Memory<To>::store_part(
            out, convert_lanes<To, From>(Memory<From>::load_part((const From*)in, n)), n);
  }
  static void run(const Tile& tile) {
    constexpr RowShape kShape(kLanes, 1, kEndsRows, sizeof(To), sizeof(From), 0);
    run_rows(tile, run_row, kShape);
  }
};

#define WEFT_CAST(To, From) WEFT_KEPT_STEP(From, WEFT_KEPT_STEP(To, (Cast<To, From>::run)))
// A build for some dtypes keeps only conversions between these. The scalars of a graph are bool,
// int64 or float64, whatever dtypes its arrays have, so conversions from these are always kept.
#define WEFT_CAST_OF_SCALAR(To, From) WEFT_KEPT_STEP(To, (Cast<To, From>::run))
#define WEFT_CASTS_FROM(From, kind)                                                         \
  {                                                                                         \
    kind(Boolean, From), kind(uint8_t, From), kind(uint16_t, From), kind(uint32_t, From),   \
        kind(uint64_t, From), kind(int8_t, From), kind(int16_t, From), kind(int32_t, From), \
        kind(int64_t, From), kind(Float16, From), kind(BFloat16, From), kind(float, From),  \
        kind(double, From)                                                                  \
  }

// [from][to], both in the order of DType.
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
