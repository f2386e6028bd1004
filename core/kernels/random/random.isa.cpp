// Numbers of several distributions from the words of Philox4x32-10. Only uniform floats are pure
// vector code; the others work on doubles, so that all instruction sets agree.
#include "kernels/isa/isa_target.h"
#include "kernels/random/random_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/random/philox_impl.h"

// Calls visit(number of the first word, words, how many) for pieces that cover `words`.
template <class F>
WEFT_INLINE void for_words(const RandomStream& stream, Range words, F visit) {
  uint32_t piece[kPhiloxWords];
  for (int64_t at = words.begin; at < words.end;) {
    const int64_t block = at / 4;
    const int64_t skip = at - block * 4;
    int64_t count = kPhiloxWords - skip;
    if (count > words.end - at) count = words.end - at;
    philox_blocks<kPhiloxGroups>(stream, uint64_t(block), piece);
    visit(at, piece + skip, count);
    at += count;
  }
}

void random_words(const RandomStream& stream, uint32_t* out, Range words) {
  for_words(stream, words, [&](int64_t first, const uint32_t* piece, int64_t count) WEFT_LAMBDA {
    __builtin_memcpy(out + first, piece, count * sizeof *out);
  });
}

// The integer type with the bits of a floating type.
template <int Bytes>
struct PatternOf;
template <>
struct PatternOf<2> {
  using Type = uint16_t;
};
template <>
struct PatternOf<4> {
  using Type = uint32_t;
};

// float64 uses 53 bits of two words; float32 uses vectors; halves round a float32 number.
template <class S>
void uniform(const RandomStream& stream, double low, double high, void* out_data, Range elements) {
  S* out = (S*)out_data;
  if constexpr (kIsSame<S, double>) {
    for_words(stream, {2 * elements.begin, 2 * elements.end},
              [&](int64_t first, const uint32_t* piece, int64_t count) WEFT_LAMBDA {
                for (int64_t i = 0; i + 1 < count; i += 2) {
                  const double unit =
                      (double(piece[i] >> 5) * 67108864.0 + double(piece[i + 1] >> 6)) * 0x1p-53;
                  const double value = low + (high - low) * unit;
                  out[(first + i) / 2] =
                      value >= high && low < high ? next_below<uint64_t>(high) : value;
                }
              });
  } else if constexpr (kIsSame<S, float>) {
    const UniformFloats numbers = {stream, float(low), float(high)};
    for (int64_t at = elements.begin; at < elements.end; at += kPhiloxWords) {
      const int64_t left = elements.end - at;
      float piece[kPhiloxWords];
      numbers.draw(at, piece);
      __builtin_memcpy(out + at, piece,
                       sizeof(float) * (left < kPhiloxWords ? left : kPhiloxWords));
    }
  } else {
    using Bits = typename PatternOf<sizeof(S)>::Type;
    const float from = float(low), to = float(high);
    const S last = next_below<Bits>(from_lane<S>(to));
    for_words(stream, elements,
              [&](int64_t first, const uint32_t* piece, int64_t count) WEFT_LAMBDA {
                for (int64_t i = 0; i < count; ++i) {
                  const float value = from + (to - from) * (float(piece[i] >> 8) * 0x1p-24f);
                  const S rounded = from_lane<S>(value);
                  out[first + i] = to_lane(rounded) >= to && from < to ? last : rounded;
                }
              });
  }
}

// Normal and exponential numbers: double arithmetic without fused products, so no instruction set
// changes their bits.

using Doubles = Vec<double>;

// The natural logarithm of normal numbers: x = 2^k m with sqrt(1/2) <= m < sqrt(2), and the series
// of the inverse hyperbolic tangent in s = (m - 1) / (m + 1), |s| < 0.172.
WEFT_INLINE Doubles log_of(Doubles x) {
  using Bits = IntegersOf<Doubles>;
  const Bits minimum(0x3fe6a09e667f3bcd);  // sqrt(1/2)
  const Bits exponent = (bits_(x) - minimum) >> 52;
  const Doubles m = value_(bits_(x) - (exponent << 52));
  const Doubles k = to_float_(exponent);
  const Doubles s = (m - Doubles(1)) / (m + Doubles(1));
  const Doubles z = s * s;
  Doubles p(1.0 / 23);
  WEFT_UNROLL
  for (int odd = 21; odd >= 3; odd -= 2) p = p * z + Doubles(1.0 / odd);
  // log(2) in two parts; the first one has so few bits that k log(2) is exact.
  const Doubles low = k * Doubles(1.90821492927058770002e-10) + (s + s) * (z * p);
  return k * Doubles(6.93147180369123816490e-01) + ((s + s) + low);
}

// Sine and cosine of one angle.
struct SinCos {
  Doubles sin, cos;
};

// The angle is 2 pi turns, 0 <= turns < 1. Taylor series within an eighth of a turn of the axes;
// the quadrant n then exchanges the two and sets signs.
WEFT_INLINE SinCos sin_cos_of(Doubles turns) {
  const Doubles quarters = turns * Doubles(4);
  const Doubles n = round_even_(quarters);
  const Doubles x = (quarters - n) * Doubles(1.57079632679489661923);
  const Doubles z = x * x;
  Doubles sin(1), cos(1);
  WEFT_UNROLL
  for (int i = 16; i >= 2; i -= 2) {
    sin = Doubles(1) - sin * z * Doubles(1.0 / (i * (i + 1)));
    cos = Doubles(1) - cos * z * Doubles(1.0 / (i * (i - 1)));
  }
  sin = sin * x;
  const auto odd = (n == Doubles(1)) | (n == Doubles(3));
  const auto left = (n == Doubles(1)) | (n == Doubles(2));
  const auto lower = (n == Doubles(2)) | (n == Doubles(3));
  const Doubles across = select(odd, sin, cos);
  const Doubles up = select(odd, cos, sin);
  return {select(lower, -up, up), select(left, -across, across)};
}

// Words for each element.
template <class S>
constexpr int kWordsEach = kIsSame<S, double> ? 2 : 1;

// The i-th number of a piece of words, in the open interval (0, 1), so that its logarithm is
// finite.
template <class S>
WEFT_INLINE double open_unit(const uint32_t* piece, int64_t i) {
  if constexpr (kWordsEach<S> == 2) {
    return (double(piece[2 * i] >> 6) * 67108864.0 + double(piece[2 * i + 1] >> 6) + 0.5) * 0x1p-52;
  } else {
    return (double(piece[i]) + 0.5) * 0x1p-32;
  }
}

// Rounds to the array's type once, by way of float32 for halves.
template <class S>
WEFT_INLINE S narrowed(double value) {
  if constexpr (kIsSame<S, double>) {
    return value;
  } else {
    return from_lane<S>(float(value));
  }
}

// open_unit() of the words 2i and 2i + 1 in each lane i, for types with one word an element.
struct UnitPairs {
  Doubles first, second;

  WEFT_INLINE static Doubles of_words(Vec<uint64_t> words) {
    const Doubles whole = to_float_(reinterpret<Vec<int64_t>>(words));
    return (whole + Doubles(0.5)) * Doubles(0x1p-32);
  }
  WEFT_INLINE explicit UnitPairs(const uint32_t* words) {
    const auto pairs = Memory<uint64_t>::load((const uint64_t*)words);
    first = of_words(pairs & Vec<uint64_t>(0xffffffff));
    second = of_words(pairs >> 32);
  }
};

// Stores even[0], odd[0], even[1], odd[1], … as floats.
template <int... I>
WEFT_INLINE void store_in_turn(float* out, Doubles even, Doubles odd, Numbers<I...>) {
  constexpr int kHalf = int(sizeof...(I)) / 2;
  typedef float Floats __attribute__((vector_size(kVectorBytes / 2)));
  const auto both =
      __builtin_shufflevector(__builtin_convertvector(even.v, Floats),
                              __builtin_convertvector(odd.v, Floats), (I / 2 + I % 2 * kHalf)...);
  __builtin_memcpy(out, &both, sizeof both);
}

// Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958): elements 2k and 2k +
// 1 are the two coordinates of one random point, from a radius and an angle.
template <class S>
void normal(const RandomStream& stream, double mean, double deviation, void* out_data,
            Range elements) {
  constexpr int kLanes = Doubles::kLanes;
  S* out = (S*)out_data;
  // The range is widened to whole pairs; elements outside it are not stored.
  const Range whole{elements.begin & ~int64_t(1), (elements.end + 1) & ~int64_t(1)};
  for_words(stream, {kWordsEach<S> * whole.begin, kWordsEach<S> * whole.end},
            [&](int64_t first, const uint32_t* piece, int64_t count) WEFT_LAMBDA {
              const int64_t pairs = count / (2 * kWordsEach<S>);
              const int64_t base = first / kWordsEach<S>;
              for (int64_t at = 0; at < pairs; at += kLanes) {
                const int64_t lanes = pairs - at < kLanes ? pairs - at : kLanes;
                Doubles u(0.5), turns(0.5);
                if (kWordsEach<S> == 1 && lanes == kLanes) {
                  const UnitPairs units(piece + 2 * at);
                  u = units.first;
                  turns = units.second;
                } else {
                  for (int64_t i = 0; i < lanes; ++i) {
                    u.v[i] = open_unit<S>(piece, 2 * (at + i));
                    turns.v[i] = open_unit<S>(piece, 2 * (at + i) + 1);
                  }
                }
                const Doubles radius = sqrt_(log_of(u) * Doubles(-2)) * Doubles(deviation);
                const SinCos arrow = sin_cos_of(turns);
                const Doubles even = Doubles(mean) + radius * arrow.cos;
                const Doubles odd = Doubles(mean) + radius * arrow.sin;
                if constexpr (kIsSame<S, float>) {
                  const int64_t to = base + 2 * at;
                  if (to >= elements.begin && to + 2 * kLanes <= elements.end) {
                    store_in_turn(out + to, even, odd, typename CountTo<2 * kLanes>::Type());
                    continue;
                  }
                }
                for (int64_t i = 0; i < lanes; ++i) {
                  const int64_t to = base + 2 * (at + i);
                  if (to >= elements.begin) out[to] = narrowed<S>(even.v[i]);
                  if (to + 1 < elements.end) out[to + 1] = narrowed<S>(odd.v[i]);
                }
              }
            });
}

// -scale log(u), with u in (0, 1).
template <class S>
void exponential(const RandomStream& stream, double scale, double, void* out_data, Range elements) {
  constexpr int kLanes = Doubles::kLanes;
  S* out = (S*)out_data;
  for_words(stream, {kWordsEach<S> * elements.begin, kWordsEach<S> * elements.end},
            [&](int64_t first, const uint32_t* piece, int64_t count) WEFT_LAMBDA {
              const int64_t numbers = count / kWordsEach<S>;
              for (int64_t at = 0; at < numbers; at += kLanes) {
                const int64_t lanes = numbers - at < kLanes ? numbers - at : kLanes;
                Doubles u(0.5);
                for (int64_t i = 0; i < lanes; ++i) u.v[i] = open_unit<S>(piece, at + i);
                const Doubles value = log_of(u) * Doubles(-scale);
                for (int64_t i = 0; i < lanes; ++i)
                  out[first / kWordsEach<S> + at + i] = narrowed<S>(value.v[i]);
              }
            });
}

const DistributionKernel kUniforms[kNumDTypes] = WEFT_FLOATING_DTYPES(uniform);
const DistributionKernel kNormals[kNumDTypes] = WEFT_FLOATING_DTYPES(normal);
const DistributionKernel kExponentials[kNumDTypes] = WEFT_FLOATING_DTYPES(exponential);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
