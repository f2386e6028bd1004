// The generator Philox4x32-10 on vectors of counters (Salmon et al., "Parallel Random Numbers: As
// Easy as 1, 2, 3", SC'11), and uniform floats made of its words.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h.

// 32-bit words in 64-bit lanes, because a round needs both halves of each product.
using Counter = Vec<uint64_t>;

// The products of the low halves of lanes. Only targets whose instruction reads all 64 bits clear
// the high halves first.
WEFT_INLINE Counter multiply_words(Counter a, Counter b) {
#if WEFT_AVX512
  return Counter::of((Counter::Native)_mm512_mul_epu32((__m512i)a.v, (__m512i)b.v));
#elif WEFT_AVX2
  return Counter::of((Counter::Native)_mm256_mul_epu32((__m256i)a.v, (__m256i)b.v));
#else
  return (a & Counter(0xffffffff)) * b;
#endif
}

// Stores front[0], back[0], front[1], back[1], …: the four words of each block.
WEFT_INLINE void store_pairs(uint32_t* out, Counter front, Counter back) {
#if WEFT_AVX512
  const __m512i low = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
  const __m512i high = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
  _mm512_storeu_si512(out, _mm512_permutex2var_epi64((__m512i)front.v, low, (__m512i)back.v));
  _mm512_storeu_si512(out + 16, _mm512_permutex2var_epi64((__m512i)front.v, high, (__m512i)back.v));
#elif WEFT_AVX2
  const __m256i even = _mm256_unpacklo_epi64((__m256i)front.v, (__m256i)back.v);
  const __m256i odd = _mm256_unpackhi_epi64((__m256i)front.v, (__m256i)back.v);
  _mm256_storeu_si256((__m256i*)out, _mm256_permute2x128_si256(even, odd, 0x20));
  _mm256_storeu_si256((__m256i*)(out + 8), _mm256_permute2x128_si256(even, odd, 0x31));
#else
  for (int i = 0; i < Counter::kLanes; ++i) {
    const uint64_t pairs[] = {front.v[i], back.v[i]};
    __builtin_memcpy(out + 4 * i, pairs, sizeof pairs);
  }
#endif
}

// The words of kGroups * lanes blocks from block `first` on. A round waits for the one before it,
// so several groups of counters are computed in turn.
template <int kGroups>
WEFT_INLINE void philox_blocks(const RandomStream& stream, uint64_t first, uint32_t* out) {
  constexpr int kLanes = Counter::kLanes;
  static const uint64_t kNumbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
  // A block's counter is its number (64 bits) and the stream's ordinal; the key is the seed.
  const Counter low_half(0xffffffff);
  Counter c0[kGroups], c1[kGroups], c2[kGroups], c3[kGroups];
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g) {
    c0[g] = Memory<uint64_t>::load(kNumbers) + Counter(first + uint64_t(g * kLanes));
    c1[g] = c0[g] >> 32;
    c2[g] = Counter(stream.ordinal);
    c3[g] = Counter(stream.ordinal >> 32);
  }
  uint32_t k0 = uint32_t(stream.seed), k1 = uint32_t(stream.seed >> 32);
  // Ten rounds, with the multipliers and key increments of the paper.
#pragma GCC unroll 1
  for (int round = 0; round < 10; ++round) {
    const Counter key0(k0), key1(k1);
#pragma GCC unroll 4
    for (int g = 0; g < kGroups; ++g) {
      const Counter p0 = multiply_words(c0[g], Counter(0xD2511F53));
      const Counter p1 = multiply_words(c2[g], Counter(0xCD9E8D57));
      c0[g] = (p1 >> 32) ^ c1[g] ^ key0;
      c1[g] = p1;
      c2[g] = (p0 >> 32) ^ c3[g] ^ key1;
      c3[g] = p0;
    }
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
#pragma GCC unroll 4
  for (int g = 0; g < kGroups; ++g)
    store_pairs(out + 4 * kLanes * g, (c0[g] & low_half) | (c1[g] << 32),
                (c2[g] & low_half) | (c3[g] << 32));
}
constexpr int kPhiloxGroups = 4;
// words of kPhiloxGroups groups
constexpr int64_t kPhiloxWords = 4 * Counter::kLanes * kPhiloxGroups;

// The largest value of a floating type below `value`, found by its bits.
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

// Uniform floats low + (high - low) u, where u is a multiple of 2^-24 in [0, 1). Rounding could
// give `high`; the number below it is taken then.
struct UniformFloats {
  RandomStream stream;
  float low, high;

  // Draws kPhiloxWords elements from number `first` on. If `first` is inside a block, one group
  // more is needed.
  WEFT_INLINE void draw(int64_t first, float* out) const {
    constexpr int kLanes = Vec<float>::kLanes;
    uint32_t words[kPhiloxWords + 4 * Counter::kLanes];
    const uint64_t block = uint64_t(first) / 4;
    const int64_t skip = first % 4;
    philox_blocks<kPhiloxGroups>(stream, block, words);
    if (skip) philox_blocks<1>(stream, block + kPhiloxWords / 4, words + kPhiloxWords);
    const Vec<float> from(low), width(high - low), bound(high);
    const Vec<float> last(low < high ? next_below<uint32_t>(high) : high);
    for (int64_t i = 0; i < kPhiloxWords; i += kLanes) {
      const Vec<uint32_t> word = Memory<uint32_t>::load(words + skip + i);
      const Vec<float> unit =
          to_float_(reinterpret<Vec<int32_t>>(word >> 8)) * Vec<float>(0x1p-24f);
      const Vec<float> value = from + width * unit;
      Memory<float>::store(out + i, select((value >= bound) & (from < bound), last, value));
    }
  }
};
