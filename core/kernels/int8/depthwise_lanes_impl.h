// How channels and taps of a depthwise window of int8 lie in the lanes of vectors, for each kind of
// multiplying instruction. A Lanes type stages a column of the image, multiplies it by weights in
// the same order, and stores results in the order of channels.
//
// kTaps      rows of the window in one lane of 32 bits
// kShift     what staged bytes are shifted by, which the starts of sums must undo
// kTogether  vectors of a result that are stored together
//
// Included by quantized_depthwise.isa.cpp inside the namespace of an instruction set.

// Two taps of 16 bits in a lane, for PMADDWD; channels in their order.
struct PairLanes {
  static constexpr int kTaps = 2;
  static constexpr int32_t kShift = 0;
  static constexpr int kTogether = kBlockVectors;  // all vectors of a result

  // From the order of channels to that of lanes, and back: here they are the same.
  WEFT_INLINE static void order(const int32_t (&channels)[kBlock], int32_t* lanes) {
    __builtin_memcpy(lanes, channels, sizeof channels);
  }
  WEFT_INLINE static void reorder(const int32_t (&lanes)[kBlock], int32_t* channels) {
    __builtin_memcpy(channels, lanes, sizeof lanes);
  }
  // Interleaves two rows of 16-bit numbers, so that a lane has one of each.
  template <int... I>
  WEFT_INLINE static void interleave(Int16s a, Int16s b, int8_t* to, Numbers<I...>) {
    constexpr int kHalf = int(sizeof...(I)) / 2;
    const Int16s low =
        __builtin_shufflevector(a, b, (I % 2 ? int(sizeof...(I)) + I / 2 : I / 2)...);
    const Int16s high =
        __builtin_shufflevector(a, b, (kHalf + (I % 2 ? int(sizeof...(I)) + I / 2 : I / 2))...);
    __builtin_memcpy(to, &low, sizeof low);
    __builtin_memcpy(to + sizeof low, &high, sizeof high);
  }
  // Stages one column: two rows of the image, for a block of channels; absent channels are zero.
  WEFT_INLINE static void stage(const int8_t* const (&rows)[kTaps], int64_t channels, int8_t* to) {
    constexpr int kStep = kVectorBytes / 2;
    int8_t whole[2][kBlock];
    const int8_t* from[2] = {rows[0], rows[1]};
    if (channels < kBlock)
      for (int r = 0; r < 2; ++r) {
        __builtin_memcpy(whole[r], from[r], channels);
        __builtin_memset(whole[r] + channels, 0, kBlock - channels);
        from[r] = whole[r];
      }
    for (int i = 0; i < kBlock; i += kStep)
      interleave(load_int8_as_int16(from[0] + i), load_int8_as_int16(from[1] + i), to + 4 * i,
                 typename CountTo<kStep>::Type());
  }
  // Packed weights have four taps in a lane; this leaves the two of a group, as 16-bit numbers.
  WEFT_INLINE static void widen(int32_t (&int8x4s)[kBlock], int64_t group) {
    for (int32_t& int8x4 : int8x4s) {
      const int32_t low = int8_t(int8x4 >> group % 2 * 16),
                    high = int8_t(int8x4 >> (group % 2 * 16 + 8));
      int8x4 = int32_t((uint32_t(high) << 16) | (uint32_t(low) & 0xffff));
    }
  }
  WEFT_INLINE static Sums add(Sums data, Sums weights, Sums sum) {
    return sum + pair_products((Int16s)data.v, (Int16s)weights.v);
  }
  WEFT_INLINE static void store(int8_t* to, const Sums (&y)[kBlockVectors], const Bounds& bounds,
                                int64_t channels) {
    int8_t buffer[kBlock];
    int8_t* const whole = channels == kBlock ? to : buffer;
    repeat<kBlockVectors>([&](auto vector) WEFT_LAMBDA {
      constexpr int v = decltype(vector)::value;
      bounds.store(whole + v * Sums::kLanes, y[v]);
    });
    if (channels < kBlock) __builtin_memcpy(to, buffer, channels);
  }
};

#if WEFT_AVX2
// The same in the order in which AVX2's interleaving leaves channels: of each 16, channels 0 to 3
// and 8 to 11 are in one vector, the others in the next.
struct SplitPairLanes : PairLanes {
  static constexpr int kTogether = 2;
  static constexpr int kStep = kTogether * Sums::kLanes;  // channels that are stored together

  WEFT_INLINE static void order(const int32_t (&channels)[kBlock], int32_t* lanes) {
    for (int c = 0; c < kBlock; c += kStep)
      for (int part = 0; part < 4; ++part)
        __builtin_memcpy(lanes + c + part % 2 * 8 + part / 2 * 4, channels + c + part * 4, 16);
  }
  WEFT_INLINE static void reorder(const int32_t (&lanes)[kBlock], int32_t* channels) {
    order(lanes, channels);  // it exchanges the second and the third four, so it is its own inverse
  }
  WEFT_INLINE static Sums add(Sums data, Sums weights, Sums sum) {
    sum = PairLanes::add(data, weights, sum);
    // One product after the other: the compiler would compute all of them first, and that needs
    // more registers than there are.
    asm("" : "+x"(sum.v));
    return sum;
  }
  WEFT_INLINE static void stage(const int8_t* const (&rows)[kTaps], int64_t channels, int8_t* to) {
    int64_t c = 0;
    for (; c + kStep <= channels; c += kStep) stage_step(rows[0] + c, rows[1] + c, to + 4 * c);
    if (c == channels) return;
    int8_t rest[kTaps][kStep] = {};
    for (int r = 0; r < kTaps; ++r) __builtin_memcpy(rest[r], rows[r] + c, channels - c);
    stage_step(rest[0], rest[1], to + 4 * c);
  }
  // Stores kTogether vectors of some results; results are `step` bytes apart.
  template <int kResults>
  WEFT_INLINE static void store_all(int8_t* to, int64_t step, const Sums (&y)[kResults][kTogether],
                                    const Bounds& bounds, int64_t channels) {
    repeat<(kResults + 1) / 2>([&](auto pair) WEFT_LAMBDA {
      constexpr int r = 2 * decltype(pair)::value;
      constexpr bool kIsPair = r + 1 < kResults;
      constexpr int next = kIsPair ? r + 1 : r;
      const __m256i words[2] = {_mm256_packs_epi32((__m256i)y[r][0].v, (__m256i)y[r][1].v),
                                _mm256_packs_epi32((__m256i)y[next][0].v, (__m256i)y[next][1].v)};
      const __m256i bytes = _mm256_permute4x64_epi64(bounds.clamped(words[0], words[1]), 0xd8);
      const __m128i first = _mm256_castsi256_si128(bytes),
                    second = _mm256_extracti128_si256(bytes, 1);
      if (channels == kStep) {
        _mm_storeu_si128((__m128i*)(to + r * step), first);
        if (kIsPair) _mm_storeu_si128((__m128i*)(to + next * step), second);
      } else {
        store_part(to + r * step, first, channels);
        if (kIsPair) store_part(to + next * step, second, channels);
      }
    });
  }

 private:
  // Out of line, so that the vectors of whole stores need no place on the stack.
  [[gnu::noinline]] static void store_part(int8_t* to, __m128i row, int64_t channels) {
    __builtin_memcpy(to, &row, channels);
  }
  WEFT_INLINE static void stage_step(const int8_t* a, const int8_t* b, int8_t* to) {
    const __m256i first = (__m256i)load_int8_as_int16(a), second = (__m256i)load_int8_as_int16(b);
    _mm256_storeu_si256((__m256i*)to, _mm256_unpacklo_epi16(first, second));
    _mm256_storeu_si256((__m256i*)(to + 32), _mm256_unpackhi_epi16(first, second));
  }
};
#endif

#if WEFT_DOT_BYTES && !WEFT_NEON
#if WEFT_AVX512
typedef __m512i Wide;
#define WEFT_WIDE(operation) _mm512_##operation
#else
typedef __m256i Wide;
#define WEFT_WIDE(operation) _mm256_##operation
#endif

// Four taps as bytes in a lane (int8x4), for VPDPBUSD. Of as many channels as a vector has bytes,
// each of four vectors has four channels out of every 16.
struct Int8x4Lanes {
  static constexpr int kTaps = 4;
  static constexpr int32_t kShift = 128;
  static constexpr int kTogether = 4;
  static constexpr int kStep = int(kVectorBytes);  // channels that are staged and stored together

  // Calls move(lane, channel) for each four channels that stay together.
  template <class Move>
  WEFT_INLINE static void each_four(Move move) {
    for (int c = 0; c < kBlock; c += kStep)
      for (int v = 0; v < 4; ++v)
        for (int part = 0; part < kStep / 16; ++part)
          move(c + v * Sums::kLanes + part * 4, c + part * 16 + v * 4);
  }
  WEFT_INLINE static void order(const int32_t (&channels)[kBlock], int32_t* lanes) {
    each_four([&](int lane, int channel)
                  WEFT_LAMBDA { __builtin_memcpy(lanes + lane, channels + channel, 16); });
  }
  WEFT_INLINE static void reorder(const int32_t (&lanes)[kBlock], int32_t* channels) {
    each_four([&](int lane, int channel)
                  WEFT_LAMBDA { __builtin_memcpy(channels + channel, lanes + lane, 16); });
  }
  WEFT_INLINE static void stage(const int8_t* const (&rows)[kTaps], int64_t channels, int8_t* to) {
    for (int64_t c = 0; c < channels; c += kStep) {
      const int64_t there = channels - c < kStep ? channels - c : kStep;
      const Wide flip = WEFT_WIDE(set1_epi8)(-128);
      Wide row[kTaps];
      repeat<kTaps>([&](auto tap) WEFT_LAMBDA {
        constexpr int r = decltype(tap)::value;
        row[r] = load(rows[r] + c, there) ^ flip;
      });
      const Wide low[2] = {WEFT_WIDE(unpacklo_epi8)(row[0], row[1]),
                           WEFT_WIDE(unpacklo_epi8)(row[2], row[3])};
      const Wide high[2] = {WEFT_WIDE(unpackhi_epi8)(row[0], row[1]),
                            WEFT_WIDE(unpackhi_epi8)(row[2], row[3])};
      // One after the other: an array of them would go by way of the stack.
      const auto put = [&](int place, Wide int8x4s) WEFT_LAMBDA {
        __builtin_memcpy(to + 4 * c + place * kStep, &int8x4s, sizeof int8x4s);
      };
      put(0, WEFT_WIDE(unpacklo_epi16)(low[0], low[1]));
      put(1, WEFT_WIDE(unpackhi_epi16)(low[0], low[1]));
      put(2, WEFT_WIDE(unpacklo_epi16)(high[0], high[1]));
      put(3, WEFT_WIDE(unpackhi_epi16)(high[0], high[1]));
    }
  }
  WEFT_INLINE static void widen(int32_t (&)[kBlock], int64_t) {}
  WEFT_INLINE static Sums add(Sums data, Sums weights, Sums sum) {
    return add_dot_bytes(data, weights, sum);
  }
  // Packs four vectors to bytes, which also puts the channels back into their order.
  WEFT_INLINE static void store(int8_t* to, const Sums (&y)[kTogether], const Bounds& bounds,
                                int64_t channels) {
    const Wide bytes = bounds.bytes(y[0], y[1], y[2], y[3]);
#if WEFT_AVX512
    if (channels < kStep)
      return _mm512_mask_storeu_epi8(to, ~__mmask64(0) >> (64 - channels), bytes);
#endif
    __builtin_memcpy(to, &bytes, WEFT_AVX512 ? kStep : channels);
  }
  template <int kResults>
  WEFT_INLINE static void store_all(int8_t* to, int64_t step, const Sums (&y)[kResults][kTogether],
                                    const Bounds& bounds, int64_t channels) {
    WEFT_UNROLL
    for (int r = 0; r < kResults; ++r) {
      if (channels == kStep)
        store(to + r * step, y[r], bounds, kStep);
      else
        store(to + r * step, y[r], bounds, channels);
    }
  }

 private:
  WEFT_INLINE static Wide load(const int8_t* from, int64_t channels) {
#if WEFT_AVX512
    return _mm512_maskz_loadu_epi8(~__mmask64(0) >> (64 - channels), from);
#else
    Wide row{};
    if (channels == kStep)
      __builtin_memcpy(&row, from, kStep);
    else
      __builtin_memcpy(&row, from, channels);
    return row;
#endif
  }
};
#endif
