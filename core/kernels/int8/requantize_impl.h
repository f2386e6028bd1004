// The formula that requantizes int32 sums (kernels/int8/quantized.h), on vectors; and a shorter
// form of it that holds for most layers.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h.

typedef Vec<int32_t> Sums;

// (a * b + 2^30) >> 31 in each lane, exactly; b is not negative.
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

// The formula for any shift.
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

// Clamps to the bounds before the zero point is added, so that the addition cannot overflow.
WEFT_INLINE Sums placed(Sums scaled, const Requantization& how) {
  const Sums low(how.low - how.zero_point), high(how.high - how.zero_point);
  return min_(max_(scaled, low), high) + Sums(how.zero_point);
}
// The same formula in fewer instructions, for sums below 2^30 and shifts from -22 to -1, with the
// zero point included. The two roundings are floors of sums, and floors nest:
//
//   y = floor(floor((x * multiplier + 2^30 + (2^(right-1) + zero_point * 2^right) * 2^31) / 2^31)
//             / 2^right)
//
// Halves of negative numbers must go away from zero, so 1 is subtracted before the last division if
// the number is negative. The sign of x may decide that: if x is negative and `high` is 0,
// subtracting 1 changes nothing. Everything is doubled, so that the inner floor is the upper half
// of 64 bits.
//
// After a rectifier no result is below the zero point, so negative sums give that lower bound
// whatever is done to them. Then nothing is subtracted, and the inner division may be by 2^32, the
// upper half of 64 bits without doubling, and the outer one by 2^(right-1).
struct BoundedRescale {
  typedef int64_t Wide __attribute__((vector_size(kVectorBytes)));
  static constexpr int32_t kMaxRight = 22;
  static constexpr int64_t kBound = 1 << 30;

  // odd_multiplier: those of odd lanes, moved to the even ones
  Sums multiplier, odd_multiplier, right;
  Wide even, odd;  // what is added to the products of even, and of odd, lanes

  WEFT_INLINE static bool rectifies(const Requantization& how) { return how.low >= how.zero_point; }
  WEFT_INLINE static BoundedRescale of(Sums multiplier, Sums shift, const Requantization& how) {
    const bool is_rectified = rectifies(how);
    const Sums right = Sums(0) - shift;
    const Wide added = (Wide)((Sums(1) << (right - Sums(1))) + (Sums(how.zero_point) << right)).v;
    const int doubled = is_rectified ? 0 : 1;
    const Wide half = (Wide)Vec<int64_t>(int64_t{1} << (30 + doubled)).v;
    const Sums of_odd = Sums::of((Sums::Native)((Wide)multiplier.v >> 32));
    return {multiplier, of_odd, is_rectified ? right - Sums(1) : right,
            ((added << 32) >> (1 - doubled)) + half, ((added >> 32) << (31 + doubled)) + half};
  }
  // Does the short formula hold for these shifts?
  WEFT_INLINE static bool takes(Sums shift) {
    return !is_any(shift < Sums(-kMaxRight)) && !is_any(shift > Sums(-1));
  }
  template <bool kRectified>
  WEFT_INLINE Sums rescaled(Sums x) const {
    const Sums factor = kRectified ? x : x + x;
    Sums high;
#if WEFT_AVX512
    const __m512i v = (__m512i)factor.v;
    const __m512i of_even =
        _mm512_add_epi64(_mm512_mul_epi32(v, (__m512i)multiplier.v), (__m512i)even);
    const __m512i of_odd = _mm512_add_epi64(
        _mm512_mul_epi32(_mm512_srli_epi64(v, 32), (__m512i)odd_multiplier.v), (__m512i)odd);
    high.v = (Sums::Native)_mm512_mask_shuffle_epi32(of_odd, 0x5555, of_even, _MM_PERM_DDBB);
#elif WEFT_AVX2
    const __m256i v = (__m256i)factor.v;
    const __m256i of_even =
        _mm256_add_epi64(_mm256_mul_epi32(v, (__m256i)multiplier.v), (__m256i)even);
    const __m256i of_odd = _mm256_add_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(v, 32), (__m256i)odd_multiplier.v), (__m256i)odd);
    high.v = (Sums::Native)_mm256_blend_epi32(_mm256_srli_epi64(of_even, 32), of_odd, 0xaa);
#else
    for (int i = 0; i < Sums::kLanes; ++i) {
      const int64_t start = i % 2 ? odd[i / 2] : even[i / 2];
      high.v[i] = int32_t((int64_t(factor.v[i]) * multiplier.v[i] + start) >> 32);
    }
#endif
    return (kRectified ? high : high + (x >> 31)) >> right;
  }
};

// The bounds of a result, and packing results to bytes. Packing saturates to int8, so bounds only
// need instructions if they are narrower.
struct Bounds {
  Sums low, high;
  bool is_needed;  // narrower than those of int8
#if WEFT_AVX512
  __m512i low_bytes, high_bytes;
#elif WEFT_AVX2
  __m256i low_bytes, high_bytes;
#endif

  WEFT_INLINE explicit Bounds(const Requantization& how)
      : low(how.low), high(how.high), is_needed(how.low > -128 || how.high < 127) {
#if WEFT_AVX512
    low_bytes = _mm512_set1_epi8(int8_t(how.low));
    high_bytes = _mm512_set1_epi8(int8_t(how.high));
#elif WEFT_AVX2
    low_bytes = _mm256_set1_epi8(int8_t(how.low));
    high_bytes = _mm256_set1_epi8(int8_t(how.high));
#endif
  }
  WEFT_INLINE Sums clamped(Sums y) const { return is_needed ? min_(max_(y, low), high) : y; }
  WEFT_INLINE void store(int8_t* to, Sums y) const {
#if WEFT_AVX512
    _mm_storeu_si128((__m128i*)to, _mm512_cvtsepi32_epi8((__m512i)clamped(y).v));
#else
    Memory<int8_t>::store(to, is_needed ? clamped(y) : min_(max_(y, Sums(-128)), Sums(127)));
#endif
  }
#if WEFT_AVX512
  // Four vectors as bytes: four lanes of a, then of b, c and d, then the next four of a, and so on.
  WEFT_INLINE __m512i bytes(Sums a, Sums b, Sums c, Sums d) const {
    const __m512i words[2] = {_mm512_packs_epi32((__m512i)a.v, (__m512i)b.v),
                              _mm512_packs_epi32((__m512i)c.v, (__m512i)d.v)};
    const __m512i all = _mm512_packs_epi16(words[0], words[1]);
    return _mm512_min_epi8(_mm512_max_epi8(all, low_bytes), high_bytes);
  }
  // Stores two rows of two vectors each.
  WEFT_INLINE void store(int8_t* first, int8_t* second, const Sums (&a)[2], const Sums (&b)[2],
                         __mmask32 lanes) const {
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i bytes = _mm512_permutexvar_epi32(order, this->bytes(a[0], a[1], b[0], b[1]));
    const __m256i of_first = _mm512_castsi512_si256(bytes);
    const __m256i of_second = _mm512_extracti64x4_epi64(bytes, 1);
    if (lanes == ~__mmask32(0)) {
      _mm256_storeu_si256((__m256i*)first, of_first);
      _mm256_storeu_si256((__m256i*)second, of_second);
    } else {
      _mm256_mask_storeu_epi8(first, lanes, of_first);
      _mm256_mask_storeu_epi8(second, lanes, of_second);
    }
  }
#endif
#if WEFT_AVX2
  // Stores two rows of two vectors each.
  WEFT_INLINE void store(int8_t* first, int8_t* second, const Sums (&a)[2], const Sums (&b)[2],
                         uint32_t lanes) const {
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i words[2] = {_mm256_packs_epi32((__m256i)a[0].v, (__m256i)a[1].v),
                              _mm256_packs_epi32((__m256i)b[0].v, (__m256i)b[1].v)};
    const __m256i all = _mm256_permutevar8x32_epi32(clamped(words[0], words[1]), order);
    if (lanes == 0xffff) {
      _mm_storeu_si128((__m128i*)first, _mm256_castsi256_si128(all));
      _mm_storeu_si128((__m128i*)second, _mm256_extracti128_si256(all, 1));
    } else {
      int8_t buffer[32];
      const int64_t count = __builtin_popcount(lanes);
      _mm256_storeu_si256((__m256i*)buffer, all);
      __builtin_memcpy(first, buffer, count);
      __builtin_memcpy(second, buffer + 16, count);
    }
  }
  // Four vectors as bytes, in the same order as above.
  WEFT_INLINE __m256i bytes(Sums a, Sums b, Sums c, Sums d) const {
    return clamped(_mm256_packs_epi32((__m256i)a.v, (__m256i)b.v),
                   _mm256_packs_epi32((__m256i)c.v, (__m256i)d.v));
  }
  // Two vectors of 16-bit numbers as bytes.
  WEFT_INLINE __m256i clamped(__m256i a, __m256i b) const {
    return _mm256_min_epi8(_mm256_max_epi8(_mm256_packs_epi16(a, b), low_bytes), high_bytes);
  }
#endif
#if WEFT_AVX512
  WEFT_INLINE void store(int8_t* to, Sums y, __mmask16 lanes) const {
    _mm512_mask_cvtsepi32_storeu_epi8(to, lanes, (__m512i)clamped(y).v);
  }
#endif
  // Stores the first `lanes` results.
  WEFT_INLINE void store_part(int8_t* to, Sums y, int64_t lanes) const {
#if WEFT_AVX512
    store(to, y, __mmask16((1u << lanes) - 1));
#else
    int8_t buffer[Sums::kLanes];
    store(buffer, y);
    for (int64_t i = 0; i < Sums::kLanes && i < lanes; ++i) to[i] = buffer[i];
#endif
  }
};
