// Loads and stores between memory and lanes. They convert where an element is narrower than a lane.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd.h. Conversions are
// intrinsics: compilers make five to ten times as many instructions of the portable form.
// `Memory<S>` reads and writes elements of storage type S. load and store handle a whole vector;
// load_part and store_part handle its first n lanes and touch no byte beyond them (the other lanes
// become zero).

// Storage types without arithmetic of their own; arrays of these dtypes consist of them.
struct Boolean {
  uint8_t byte;  // 0 or 1
};
struct Float16 {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

// Conversions of one element between float32 and halves, rounded to nearest, ties to even. A NaN
// stays a quiet NaN. Without an instruction they work on the bits.
#if WEFT_AVX512 || WEFT_AVX2
WEFT_INLINE float widen(Float16 half) { return _cvtsh_ss(half.bits); }
WEFT_INLINE Float16 narrow_float16(float value) {
  return {_cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT)};
}
#else
inline float widen(Float16 half) {
  const uint32_t sign = uint32_t(half.bits & 0x8000) << 16;
  const uint32_t magnitude = half.bits & 0x7fff;
  uint32_t bits;
  // Infinity and NaN; a signalling NaN becomes quiet, as the instruction makes it.
  if (magnitude >= 0x7c00) {
    bits = 0x7f800000 | (magnitude & 0x3ff) << 13 | (magnitude > 0x7c00 ? 0x400000 : 0);
  } else if (magnitude >= 0x400) {
    // Normal: the exponent's bias changes from 15 to 127.
    bits = (magnitude << 13) + 0x38000000;
  } else {
    // Subnormal or zero: a multiple of 2^-24, which float32 holds as a normal number.
    const float value = float(magnitude) * 0x1p-24f;
    __builtin_memcpy(&bits, &value, 4);
  }
  bits |= sign;
  float result;
  __builtin_memcpy(&result, &bits, 4);
  return result;
}
inline Float16 narrow_float16(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  uint32_t half;
  if (magnitude > 0x7f800000) {
    half = 0x7e00 | (magnitude >> 13 & 0x3ff);
  } else if (magnitude >= 0x477ff000) {  // 65520 and above round to infinity
    half = 0x7c00;
  } else if (magnitude >= 0x38800000) {
    // Normal: round the 13 bits that are dropped; a carry into the exponent is right.
    const uint32_t odd = magnitude >> 13 & 1;
    half = (magnitude - 0x38000000 + 0xfff + odd) >> 13;
  } else {
    // Adding 0.5 leaves the fraction of a subnormal half, rounded, in the low bits.
    float shifted;
    __builtin_memcpy(&shifted, &magnitude, 4);
    shifted += 0.5f;
    __builtin_memcpy(&half, &shifted, 4);
    half -= 0x3f000000;
  }
  return {uint16_t(sign | half)};
}
#endif
inline float widen(BFloat16 value) {
  const uint32_t bits = uint32_t(value.bits) << 16;
  float result;
  __builtin_memcpy(&result, &bits, 4);
  return result;
}
inline BFloat16 narrow_bfloat16(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  // NaN is not rounded: the carry could make it infinite or zero.
  if ((bits & 0x7fffffff) > 0x7f800000) return {uint16_t(bits >> 16 | 0x40)};
  return {uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

// The type of the lanes in which arithmetic on a storage type is done: float32 for halves, 32-bit
// integers for narrower ones and bool.
template <class S>
struct LaneOf {
  using Type = S;
};
template <>
struct LaneOf<Boolean> {
  using Type = uint32_t;
};
template <>
struct LaneOf<uint8_t> {
  using Type = uint32_t;
};
template <>
struct LaneOf<uint16_t> {
  using Type = uint32_t;
};
template <>
struct LaneOf<int8_t> {
  using Type = int32_t;
};
template <>
struct LaneOf<int16_t> {
  using Type = int32_t;
};
template <>
struct LaneOf<Float16> {
  using Type = float;
};
template <>
struct LaneOf<BFloat16> {
  using Type = float;
};
template <class S>
using LaneType = typename LaneOf<S>::Type;

// One element as the value of a lane, and back.
template <class S>
WEFT_INLINE LaneType<S> to_lane(S element) {
  if constexpr (kIsSame<S, Float16> || kIsSame<S, BFloat16>) {
    return widen(element);
  } else if constexpr (kIsSame<S, Boolean>) {
    return element.byte;
  } else {
    return element;
  }
}
template <class S>
WEFT_INLINE S from_lane(LaneType<S> value) {
  if constexpr (kIsSame<S, Float16>) {
    return narrow_float16(value);
  } else if constexpr (kIsSame<S, BFloat16>) {
    return narrow_bfloat16(value);
  } else if constexpr (kIsSame<S, Boolean>) {
    return {uint8_t(value != 0)};
  } else {
    return S(value);
  }
}

// Loads and stores of 8-bit and 16-bit integers in a vector of 32-bit lanes. Loads extend by zeros
// (u) or by the sign (i); stores drop the upper bits.
typedef Vec<int32_t>::Native Words;
#if WEFT_AVX512
WEFT_INLINE Words load_u8(const void* p) {
  return (Words)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p));
}
WEFT_INLINE Words load_i8(const void* p) {
  return (Words)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i*)p));
}
WEFT_INLINE Words load_u16(const void* p) {
  return (Words)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p));
}
WEFT_INLINE Words load_i16(const void* p) {
  return (Words)_mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i*)p));
}
WEFT_INLINE void store_8(void* p, Words v) {
  _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8((__m512i)v));
}
WEFT_INLINE void store_16(void* p, Words v) {
  _mm256_storeu_si256((__m256i*)p, _mm512_cvtepi32_epi16((__m512i)v));
}
#elif WEFT_AVX2
WEFT_INLINE Words load_u8(const void* p) {
  return (Words)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p));
}
WEFT_INLINE Words load_i8(const void* p) {
  return (Words)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)p));
}
WEFT_INLINE Words load_u16(const void* p) {
  return (Words)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)p));
}
WEFT_INLINE Words load_i16(const void* p) {
  return (Words)_mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i*)p));
}
WEFT_INLINE void store_8(void* p, Words v) {
  const __m256i order =
      _mm256_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 4, 8, 12, -1,
                       -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m256i packed = _mm256_shuffle_epi8((__m256i)v, order);
  const int low = _mm_cvtsi128_si32(_mm256_castsi256_si128(packed));
  const int high = _mm_cvtsi128_si32(_mm256_extracti128_si256(packed, 1));
  __builtin_memcpy(p, &low, 4);
  __builtin_memcpy((char*)p + 4, &high, 4);
}
WEFT_INLINE void store_16(void* p, Words v) {
  const __m256i order = _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1,
                                         0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m256i packed = _mm256_shuffle_epi8((__m256i)v, order);
  _mm_storeu_si128((__m128i*)p, _mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 8)));
}
#elif WEFT_NEON
WEFT_INLINE uint8x8_t load_four_bytes(const void* p) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, p, 4);
  return vreinterpret_u8_u32(vdup_n_u32(bytes));
}
WEFT_INLINE Words load_u8(const void* p) {
  return (Words)vmovl_u16(vget_low_u16(vmovl_u8(load_four_bytes(p))));
}
WEFT_INLINE Words load_i8(const void* p) {
  return (Words)vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u8(load_four_bytes(p)))));
}
WEFT_INLINE Words load_u16(const void* p) {
  uint16x4_t halves;
  __builtin_memcpy(&halves, p, 8);
  return (Words)vmovl_u16(halves);
}
WEFT_INLINE Words load_i16(const void* p) {
  int16x4_t halves;
  __builtin_memcpy(&halves, p, 8);
  return (Words)vmovl_s16(halves);
}
WEFT_INLINE void store_16(void* p, Words v) {
  const uint16x4_t halves = vmovn_u32((uint32x4_t)v);
  __builtin_memcpy(p, &halves, 8);
}
WEFT_INLINE void store_8(void* p, Words v) {
  const uint16x4_t halves = vmovn_u32((uint32x4_t)v);
  const uint8x8_t bytes = vmovn_u16(vcombine_u16(halves, halves));
  const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(bytes), 0);
  __builtin_memcpy(p, &four, 4);
}
#elif WEFT_WASM
WEFT_INLINE Words load_u8(const void* p) {
  return (Words)wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p)));
}
WEFT_INLINE Words load_i8(const void* p) {
  return (Words)wasm_i32x4_extend_low_i16x8(wasm_i16x8_extend_low_i8x16(wasm_v128_load32_zero(p)));
}
WEFT_INLINE Words load_u16(const void* p) { return (Words)wasm_u32x4_load16x4(p); }
WEFT_INLINE Words load_i16(const void* p) { return (Words)wasm_i32x4_load16x4(p); }
WEFT_INLINE void store_16(void* p, Words v) {
  const v128_t halves = wasm_i16x8_shuffle((v128_t)v, (v128_t)v, 0, 2, 4, 6, 0, 2, 4, 6);
  wasm_v128_store64_lane(p, halves, 0);
}
WEFT_INLINE void store_8(void* p, Words v) {
  const v128_t bytes =
      wasm_i8x16_shuffle((v128_t)v, (v128_t)v, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  wasm_v128_store32_lane(p, bytes, 0);
}
#else
// Targets without vector instructions for this: a plain loop, out of line.
template <class S>
__attribute__((noinline)) Words load_words(const void* p) {
  const S* from = (const S*)p;
  Words v;
  for (int i = 0; i < kVectorBytes / 4; ++i) v[i] = from[i];
  return v;
}
WEFT_INLINE Words load_u8(const void* p) { return load_words<uint8_t>(p); }
WEFT_INLINE Words load_i8(const void* p) { return load_words<int8_t>(p); }
WEFT_INLINE Words load_u16(const void* p) { return load_words<uint16_t>(p); }
WEFT_INLINE Words load_i16(const void* p) { return load_words<int16_t>(p); }
__attribute__((noinline)) inline void store_8(void* p, Words v) {
  for (int i = 0; i < kVectorBytes / 4; ++i) ((uint8_t*)p)[i] = uint8_t(v[i]);
}
__attribute__((noinline)) inline void store_16(void* p, Words v) {
  for (int i = 0; i < kVectorBytes / 4; ++i) ((uint16_t*)p)[i] = uint16_t(v[i]);
}
#endif

// Inlined where a conversion is one instruction. Elsewhere it is a loop over elements, out of line:
// inlined into every formula it would be half of the generic code.
#if WEFT_AVX512 || WEFT_AVX2 || WEFT_NEON
#define WEFT_CONVERSION WEFT_INLINE
#else
#define WEFT_CONVERSION __attribute__((noinline)) inline
#endif
WEFT_CONVERSION Vec<float> load_float16(const void* p) {
#if WEFT_AVX512
  return Vec<float>::of((Vec<float>::Native)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i*)p)));
#elif WEFT_AVX2
  return Vec<float>::of((Vec<float>::Native)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)p)));
#elif WEFT_NEON
  uint16x4_t halves;
  __builtin_memcpy(&halves, p, 8);
  return Vec<float>::of(vcvt_f32_f16(vreinterpret_f16_u16(halves)));
#else
  Vec<float> v;
  for (int i = 0; i < Vec<float>::kLanes; ++i) v.v[i] = widen(((const Float16*)p)[i]);
  return v;
#endif
}
WEFT_CONVERSION void store_float16(void* p, Vec<float> v) {
#if WEFT_AVX512
  _mm256_storeu_si256((__m256i*)p, _mm512_cvtps_ph((__m512)v.v, _MM_FROUND_TO_NEAREST_INT));
#elif WEFT_AVX2
  _mm_storeu_si128((__m128i*)p, _mm256_cvtps_ph((__m256)v.v, _MM_FROUND_TO_NEAREST_INT));
#elif WEFT_NEON
  const uint16x4_t halves = vreinterpret_u16_f16(vcvt_f16_f32(v.v));
  __builtin_memcpy(p, &halves, 8);
#else
  for (int i = 0; i < Vec<float>::kLanes; ++i) ((Float16*)p)[i] = narrow_float16(v.v[i]);
#endif
}
// Rounds by adding half of the last bit that stays, and one more if that bit is odd (ties to even).
// NaN keeps its upper bits and becomes quiet.
WEFT_INLINE void store_bfloat16(void* p, Vec<float> v) {
  using U = Vec<uint32_t>;
  const U bits = reinterpret<U>(v);
  const U rounded = (bits + U(0x7fff) + ((bits >> 16) & U(1))) >> 16;
  const U kept = select(v != v, (bits >> 16) | U(0x40), rounded);
  store_16(p, (Words)kept.v);
}

#if WEFT_AVX512
// sum + x factor in the lanes that `lanes` selects. Only these elements of x are read.
WEFT_INLINE Vec<float> fma_some(uint16_t lanes, const float* x, Vec<float> factor, Vec<float> sum) {
  const __m512 there = _mm512_maskz_loadu_ps(lanes, x);
  return Vec<float>::of(
      (Vec<float>::Native)_mm512_mask3_fmadd_ps(there, (__m512)factor.v, (__m512)sum.v, lanes));
}
#endif

template <class S>
struct Memory {
  using V = Vec<LaneType<S>>;
  // Does one instruction load and store a part of a vector?
  static constexpr bool kHasMasks = WEFT_AVX512 || (WEFT_AVX2 && sizeof(S) >= 4);

  // The conversion is chosen by S when this is compiled.
  WEFT_INLINE static V load(const S* p) {
    V v;
    if constexpr (sizeof(S) == sizeof(typename V::Element)) {
      __builtin_memcpy(&v.v, p, sizeof v.v);
    } else if constexpr (kIsSame<S, Float16>) {
      v = load_float16(p);
    } else if constexpr (kIsSame<S, BFloat16>) {
      v = value_(Vec<int32_t>::of(load_u16(p)) << 16);
    } else if constexpr (kIsSame<S, Boolean> || kIsSame<S, uint8_t>) {
      v.v = (typename V::Native)load_u8(p);
    } else if constexpr (kIsSame<S, int8_t>) {
      v.v = (typename V::Native)load_i8(p);
    } else if constexpr (kIsSame<S, uint16_t>) {
      v.v = (typename V::Native)load_u16(p);
    } else {
      v.v = (typename V::Native)load_i16(p);
    }
    return v;
  }
  // bool is stored as 0 or 1, whatever the lane holds; narrow integers drop their upper bits.
  WEFT_INLINE static void store(S* p, V v) {
    if constexpr (sizeof(S) == sizeof(typename V::Element)) {
      __builtin_memcpy(p, &v.v, sizeof v.v);
    } else if constexpr (kIsSame<S, Float16>) {
      store_float16(p, v);
    } else if constexpr (kIsSame<S, BFloat16>) {
      store_bfloat16(p, v);
    } else if constexpr (kIsSame<S, Boolean>) {
      store_8(p, (Words)(v != V(0)).v & 1);
    } else if constexpr (sizeof(S) == 1) {
      store_8(p, (Words)v.v);
    } else {
      store_16(p, (Words)v.v);
    }
  }

  // 0 <= n <= kLanes. Without masks the part goes through a buffer.
  WEFT_INLINE static V load_part(const S* p, int64_t n) {
#if WEFT_AVX512
    if constexpr (sizeof(S) == 4) {
      return V::of((typename V::Native)_mm512_maskz_loadu_epi32(__mmask16((1u << n) - 1), p));
    } else if constexpr (sizeof(S) == 8) {
      return V::of((typename V::Native)_mm512_maskz_loadu_epi64(__mmask8((1u << n) - 1), p));
    } else if constexpr (sizeof(S) == 2) {
      const __m256i some = _mm256_maskz_loadu_epi16(__mmask16((1u << n) - 1), p);
      return load((const S*)&some);
    } else {
      const __m128i some = _mm_maskz_loadu_epi8(__mmask16((1u << n) - 1), p);
      return load((const S*)&some);
    }
#elif WEFT_AVX2
    if constexpr (sizeof(S) == 4) {
      return V::of((typename V::Native)_mm256_maskload_epi32((const int*)p, first_words(n)));
    } else if constexpr (sizeof(S) == 8) {
      return V::of(
          (typename V::Native)_mm256_maskload_epi64((const long long*)p, first_words(2 * n)));
    }
#endif
    // No masks for this size: by way of a buffer on the stack.
    S buffer[V::kLanes] = {};
    __builtin_memcpy(buffer, p, n * sizeof *p);
    return load(buffer);
  }
  WEFT_INLINE static void store_part(S* p, V v, int64_t n) {
#if WEFT_AVX512
    // Narrow elements: the whole vector is converted, then a part of it is stored.
    if constexpr (sizeof(S) == 4) {
      _mm512_mask_storeu_epi32(p, __mmask16((1u << n) - 1), (__m512i)v.v);
      return;
    } else if constexpr (sizeof(S) == 8) {
      _mm512_mask_storeu_epi64(p, __mmask8((1u << n) - 1), (__m512i)v.v);
      return;
    } else if constexpr (sizeof(S) == 2) {
      __m256i all;
      store((S*)&all, v);
      _mm256_mask_storeu_epi16(p, __mmask16((1u << n) - 1), all);
      return;
    } else {
      __m128i all;
      store((S*)&all, v);
      _mm_mask_storeu_epi8(p, __mmask16((1u << n) - 1), all);
      return;
    }
#elif WEFT_AVX2
    if constexpr (sizeof(S) == 4) {
      _mm256_maskstore_epi32((int*)p, first_words(n), (__m256i)v.v);
      return;
    } else if constexpr (sizeof(S) == 8) {
      _mm256_maskstore_epi64((long long*)p, first_words(2 * n), (__m256i)v.v);
      return;
    }
#endif
    S buffer[V::kLanes];
    store(buffer, v);
    __builtin_memcpy(p, buffer, n * sizeof *p);
  }

#if WEFT_AVX2
 private:
  // A mask of the first n words of four bytes, for AVX2's masked loads and stores.
  WEFT_INLINE static __m256i first_words(int64_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(int(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
#endif
};

// Loads and stores of masks. In memory they are bool, one byte an element, whatever the lanes'
// width.
template <int Bytes>
struct MaskMemory {
  using M = Mask<Bytes>;
  static constexpr int kLanes = kVectorBytes / Bytes;
  static constexpr bool kHasMasks = WEFT_AVX512;

  WEFT_INLINE static M load(const Boolean* p) {
    if constexpr (Bytes == 4) {
      return {(typename M::Native)load_u8(p) != 0};
    } else {
      // AVX-512 and AVX2 have an instruction that makes 8 bytes of each.
#if WEFT_AVX512
      return {(typename M::Native)_mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i*)p)) != 0};
#elif WEFT_AVX2
      int bytes;
      __builtin_memcpy(&bytes, p, 4);
      return {(typename M::Native)_mm256_cvtepu8_epi64(_mm_cvtsi32_si128(bytes)) != 0};
#else
      M m;
      for (int i = 0; i < kLanes; ++i) m.v[i] = -int64_t(p[i].byte != 0);
      return m;
#endif
    }
  }
  WEFT_INLINE static void store(Boolean* p, M m) {
    if constexpr (Bytes == 4) {
      store_8(p, m.v & 1);
    } else {
#if WEFT_AVX512
      _mm_storel_epi64((__m128i*)p, _mm512_cvtepi64_epi8((__m512i)(m.v & 1)));
#elif WEFT_AVX2
      // The low word of each lane, then the low byte of each word.
      const __m256i picked = _mm256_permutevar8x32_epi32((__m256i)(m.v & 1),
                                                         _mm256_setr_epi32(0, 2, 4, 6, 0, 0, 0, 0));
      const __m128i bytes = _mm_shuffle_epi8(
          _mm256_castsi256_si128(picked),
          _mm_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
      const int four = _mm_cvtsi128_si32(bytes);
      __builtin_memcpy(p, &four, 4);
#else
      for (int i = 0; i < kLanes; ++i) p[i].byte = uint8_t(m.v[i] & 1);
#endif
    }
  }
  WEFT_INLINE static M load_part(const Boolean* p, int64_t n) {
#if WEFT_AVX512
    const __m128i some = _mm_maskz_loadu_epi8(__mmask16((1u << n) - 1), p);
    return load((const Boolean*)&some);
#else
    Boolean buffer[kLanes] = {};
    __builtin_memcpy(buffer, p, n * sizeof *p);
    return load(buffer);
#endif
  }
  WEFT_INLINE static void store_part(Boolean* p, M m, int64_t n) {
#if WEFT_AVX512
    __m128i all = _mm_setzero_si128();
    store((Boolean*)&all, m);
    _mm_mask_storeu_epi8(p, __mmask16((1u << n) - 1), all);
#else
    Boolean buffer[kLanes];
    store(buffer, m);
    __builtin_memcpy(p, buffer, n * sizeof *p);
#endif
  }
};
