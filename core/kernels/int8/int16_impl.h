// Products of bytes that are widened to 16 bits: PMADDWD multiplies and adds two exactly.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h and
// kernels/int8/requantize_impl.h.

typedef int16_t Int16s __attribute__((vector_size(kVectorBytes)));

// Half a vector of bytes as a vector of 16-bit integers.
WEFT_INLINE Int16s load_int8_as_int16(const int8_t* p) {
#if WEFT_AVX512
  return (Int16s)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i*)p));
#elif WEFT_AVX2
  return (Int16s)_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)p));
#else
  typedef int8_t Bytes __attribute__((vector_size(kVectorBytes / 2)));
  Bytes bytes;
  __builtin_memcpy(&bytes, p, sizeof bytes);
  return __builtin_convertvector(bytes, Int16s);
#endif
}
// Lane i: a[2i] b[2i] + a[2i + 1] b[2i + 1]. The sum of two products of bytes fits 32 bits easily.
WEFT_INLINE Sums pair_products(Int16s a, Int16s b) {
#if WEFT_AVX512
  return Sums::of((Sums::Native)_mm512_madd_epi16((__m512i)a, (__m512i)b));
#elif WEFT_AVX2
  return Sums::of((Sums::Native)_mm256_madd_epi16((__m256i)a, (__m256i)b));
#elif WEFT_WASM
  return Sums::of((Sums::Native)wasm_i32x4_dot_i16x8((v128_t)a, (v128_t)b));
#elif defined(__SSE2__)
  return Sums::of((Sums::Native)__builtin_ia32_pmaddwd128(a, b));
#else
  const Sums x = Sums::of((Sums::Native)a), y = Sums::of((Sums::Native)b);
  return (x << 16 >> 16) * (y << 16 >> 16) + (x >> 16) * (y >> 16);
#endif
}

// The sums of neighbouring lanes of a, and behind them those of b.
template <int... I>
WEFT_INLINE Sums neighbours_added(Sums a, Sums b, Numbers<I...>) {
  return Sums::of(__builtin_shufflevector(a.v, b.v, (2 * I)...)) +
         Sums::of(__builtin_shufflevector(a.v, b.v, (2 * I + 1)...));
}
WEFT_INLINE Sums neighbours_added(Sums a, Sums b) {
  return neighbours_added(a, b, typename CountTo<Sums::kLanes>::Type());
}
