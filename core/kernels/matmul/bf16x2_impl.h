// Products of bfloat16 by VDPBF16PS, or BFDOT of Armv8.6, where the processor has it. Each 32-bit
// lane holds two elements that follow one another in k (bf16x2); one instruction adds both of their
// products to a float32 lane. A bf16x2 is as wide as a float32, so panels and tiles are those of
// float32 products with half the depth.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h.

#if (WEFT_AVX512 && !defined(__clang__)) || (WEFT_NEON && defined(__linux__))
#define WEFT_BF16X2 1
#else
#define WEFT_BF16X2 0
#endif

// Does the processor have the instruction, and gain by it? Otherwise elements are widened to
// float32.
WEFT_INLINE bool multiplies_bf16x2() {
#if WEFT_BF16X2
  return uses(WEFT_NEON ? Extra::kBf16 : Extra::kAvx512Bf16);
#else
  return false;
#endif
}

// The first, or the second, element of each bf16x2, as float32: its bits are the upper half.
WEFT_INLINE Vec<float> first_of(Vec<uint32_t> pairs) {
  return reinterpret<Vec<float>>(pairs << 16);
}
WEFT_INLINE Vec<float> second_of(Vec<uint32_t> pairs) {
  return reinterpret<Vec<float>>(pairs & Vec<uint32_t>(0xffff0000));
}
// The same where all registers hold sums and none is left for the mask. It is read from memory, or
// two shifts replace it; the empty assembler keeps the compiler from making a mask of them.
WEFT_INLINE Vec<float> second_of_without_mask(Vec<uint32_t> pairs) {
#if WEFT_AVX512 && !defined(__clang__)
  static constexpr uint32_t kUpper = 0xffff0000;
  asm("vpandd %2%{1to16%}, %1, %0" : "=v"(pairs.v) : "v"(pairs.v), "m"(kUpper));
  return reinterpret<Vec<float>>(pairs);
#else
  Vec<uint32_t> upper = pairs >> 16;
#if WEFT_AVX512 || WEFT_AVX2
  asm("" : "+v"(upper.v));
#endif
  return reinterpret<Vec<float>>(upper << 16);
#endif
}

#if WEFT_BF16X2
// c + a.first b.first + a.second b.second. Assembler, because this file is compiled for processors
// without the instruction, too, so the compiler may not use it.
WEFT_INLINE Vec<float> add_products(Vec<uint32_t> a, Vec<uint32_t> b, Vec<float> c) {
#if WEFT_NEON
  asm(".arch_extension bf16\n\tbfdot %0.4s, %1.8h, %2.8h" : "+w"(c.v) : "w"(a.v), "w"(b.v));
#else
  asm("vdpbf16ps %2, %1, %0" : "+v"(c.v) : "v"(a.v), "v"(b.v));
#endif
  return c;
}

// Stores sums as bfloat16, rounded to nearest, ties to even.
WEFT_INLINE void store_rounded(BFloat16* to, Vec<float> v) {
#if WEFT_NEON
  uint16x4_t halves;
  asm(".arch_extension bf16\n\tbfcvtn %0.4h, %1.4s" : "=w"(halves) : "w"(v.v));
  vst1_u16((uint16_t*)to, halves);
#else
  __m256i halves;
  asm("vcvtneps2bf16 %1, %0" : "=v"(halves) : "v"(v.v));
  _mm256_storeu_si256((__m256i*)to, halves);
#endif
}

#if WEFT_AVX512
WEFT_INLINE void store_rounded_half(BFloat16* to, Vec<float> v) {  // the first half of the lanes
  __m256i halves;
  asm("vcvtneps2bf16 %1, %0" : "=v"(halves) : "v"(v.v));
  _mm_storeu_si128((__m128i*)to, _mm256_castsi256_si128(halves));
}
#endif

// The sums as they would be read again after store_rounded().
WEFT_INLINE Vec<float> rounded(Vec<float> v) {
#if WEFT_NEON
  uint16x4_t halves;
  asm(".arch_extension bf16\n\tbfcvtn %0.4h, %1.4s" : "=w"(halves) : "w"(v.v));
  return reinterpret<Vec<float>>(Vec<uint32_t>::of((Vec<uint32_t>::Native)vshll_n_u16(halves, 16)));
#else
  __m256i halves;
  asm("vcvtneps2bf16 %1, %0" : "=v"(halves) : "v"(v.v));
  const auto lanes = (Vec<uint32_t>::Native)_mm512_cvtepu16_epi32(halves);
  return reinterpret<Vec<float>>(Vec<uint32_t>::of(lanes) << 16);
#endif
}

// Packs `count` vectors of `depth` elements as bf16x2: to[k * to_row + i] is elements 2k and 2k + 1
// of vector i. A missing last element is zero. Lanes that pad a vector of B may hold anything:
// nobody reads the sums that they give.
inline void pack_pairs(const uint16_t* from, int64_t i_stride, int64_t k_stride, int64_t count,
                       int64_t depth, uint32_t* to, int64_t to_row) {
  constexpr int64_t kLanes = Vec<uint32_t>::kLanes;
  const int64_t pairs = depth / 2;
  int64_t k = 0;
  if (k_stride == 1 && i_stride % 2 == 0) {  // the two elements already lie side by side
    pack_transposed((const uint32_t*)from, i_stride / 2, count, pairs, to, to_row);
    k = pairs;
  } else if (i_stride == 1) {
    for (; k < pairs; ++k) {
      const uint16_t* first = from + 2 * k * k_stride;
      int64_t i = 0;
      for (; i + kLanes <= count; i += kLanes) {
        const Vec<uint32_t> low = Memory<uint16_t>::load(first + i);
        const Vec<uint32_t> high = Memory<uint16_t>::load(first + k_stride + i);
        Memory<uint32_t>::store(to + k * to_row + i, low | high << 16);
      }
      for (; i < count; ++i) to[k * to_row + i] = first[i] | uint32_t(first[k_stride + i]) << 16;
    }
  }
  // What is left, element by element; all, if neither stride is 1.
  for (; 2 * k < depth; ++k)
    for (int64_t i = 0; i < count; ++i) {
      const uint16_t* low = from + i * i_stride + 2 * k * k_stride;
      to[k * to_row + i] = low[0] | (2 * k + 1 < depth ? uint32_t(low[k_stride]) << 16 : 0);
    }
}
#endif  // WEFT_BF16X2
