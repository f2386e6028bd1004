// The one formula that rescales int32 sums (kernels/quantized.h), on vectors.
//
// Included inside the namespace of an instruction set, after kernels/simd_memory.h.

typedef Vec<int32_t> Sums;

// (a * b + 2^30) >> 31 of lanes, exactly; b is not negative.
WEFT_INLINE Sums high_product(Sums a, Sums b) {
#if WEFT_AVX512
  const __m512i half = _mm512_set1_epi64(int64_t{1} << 30), x = (__m512i)a.v, y = (__m512i)b.v;
  const __m512i even = _mm512_add_epi64(_mm512_mul_epi32(x, y), half);
  const __m512i odd =
      _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(y, 32)), half);
  return Sums::of((Sums::Native)_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 31),
                                                        _mm512_slli_epi64(odd, 1)));
#elif WEFT_AVX2
  const __m256i half = _mm256_set1_epi64x(int64_t{1} << 30), x = (__m256i)a.v, y = (__m256i)b.v;
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(x, y), half);
  const __m256i odd =
      _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(y, 32)), half);
  return Sums::of((Sums::Native)_mm256_blend_epi32(_mm256_srli_epi64(even, 31),
                                                   _mm256_slli_epi64(odd, 1), 0xaa));
#else
  for (int i = 0; i < Sums::kLanes; ++i)
    a.v[i] = int32_t((int64_t(a.v[i]) * b.v[i] + (int64_t{1} << 30)) >> 31);
  return a;
#endif
}

struct Rescale {
  Sums multiplier, left, right;

  WEFT_INLINE static Rescale of(Sums multiplier, Sums shift) {
    const Sums zero(0);
    return {multiplier, max_(shift, zero), max_(zero - shift, zero)};
  }
  WEFT_INLINE Sums operator()(Sums x) const {
    const Sums high = high_product(x << left, multiplier);
    const Sums mask = (Sums(1) << right) - Sums(1);
    const Sums halfway = (mask >> 1) - Sums::of((high < Sums(0)).v);
    return (high >> right) - Sums::of(((high & mask) > halfway).v);
  }
};

// Held between the bounds before the zero point is added, which then cannot overflow.
WEFT_INLINE Sums placed(Sums scaled, const Requantization& how) {
  const Sums low(how.low - how.zero_point), high(how.high - how.zero_point);
  return min_(max_(scaled, low), high) + Sums(how.zero_point);
}
