// Philox4x32-10 on vectors of counters, and uniform numbers from its words.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

// 32-bit words in 64-bit lanes, because a round needs both halves of a product.
using Counter = Vec<uint64_t>;

WEFT_INLINE Counter multiply_words(Counter a, Counter b) {
#if WEFT_AVX512
  return Counter::of((Counter::Native)_mm512_mul_epu32((__m512i)a.v, (__m512i)b.v));
#elif WEFT_AVX2
  return Counter::of((Counter::Native)_mm256_mul_epu32((__m256i)a.v, (__m256i)b.v));
#else
  return a * b;
#endif
}

// Blocks first .. first + lanes - 1 as pairs of words: 2 * lanes numbers.
void philox_blocks(const RandomStream& stream, uint64_t first, uint64_t* out) {
  constexpr int kLanes = Counter::kLanes;
  const Counter low_half(0xffffffff);
  Counter block(first);
  for (int i = 0; i < kLanes; ++i) block.v[i] += uint64_t(i);
  Counter c0 = block & low_half, c1 = block >> 32;
  Counter c2(stream.ordinal & 0xffffffff), c3(stream.ordinal >> 32);
  uint32_t k0 = uint32_t(stream.seed), k1 = uint32_t(stream.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const Counter p0 = multiply_words(c0, Counter(0xD2511F53));
    const Counter p1 = multiply_words(c2, Counter(0xCD9E8D57));
    c0 = (p1 >> 32) ^ c1 ^ Counter(k0);
    c1 = p1 & low_half;
    c2 = (p0 >> 32) ^ c3 ^ Counter(k1);
    c3 = p0 & low_half;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  const Counter front = c0 | (c1 << 32), back = c2 | (c3 << 32);
  for (int i = 0; i < kLanes; ++i) {
    out[2 * i] = front.v[i];
    out[2 * i + 1] = back.v[i];
  }
}

// Calls visit(number of the first word, words, how many) for pieces that cover `words`.
template <class F>
WEFT_INLINE void for_words(const RandomStream& stream, Range words, F visit) {
  constexpr int64_t kWords = 4 * Counter::kLanes;
  uint64_t pairs[kWords / 2];
  uint32_t piece[kWords];
  for (int64_t at = words.begin; at < words.end;) {
    const int64_t block = at / 4;
    const int64_t skip = at - block * 4;
    int64_t count = kWords - skip;
    if (count > words.end - at) count = words.end - at;
    philox_blocks(stream, uint64_t(block), pairs);
    for (int64_t i = 0; i < kWords / 2; ++i) {
      piece[2 * i] = uint32_t(pairs[i]);
      piece[2 * i + 1] = uint32_t(pairs[i] >> 32);
    }
    visit(at, piece + skip, count);
    at += count;
  }
}

void random_words(const RandomStream& stream, uint32_t* out, Range words) {
  for_words(stream, words, [&](int64_t first, const uint32_t* piece, int64_t count) WEFT_LAMBDA {
    __builtin_memcpy(out + first, piece, count * sizeof *out);
  });
}

// The largest value of the same type below `value`.
template <class Bits, class S>
WEFT_INLINE S next_below(S value) {
  constexpr Bits kSign = Bits(Bits(1) << (8 * sizeof(Bits) - 1));
  Bits bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  if (Bits(bits & ~kSign) == 0) {
    bits = Bits(kSign | 1);
  } else {
    bits = Bits(bits & kSign ? bits + 1 : bits - 1);
  }
  __builtin_memcpy(&value, &bits, sizeof bits);
  return value;
}

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

extern const UniformKernel kUniforms[kNumDTypes];
const UniformKernel kUniforms[kNumDTypes] = WEFT_FLOATING_DTYPES(uniform);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
