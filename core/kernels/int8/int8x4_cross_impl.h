// Two products for one multiplication (Winograd, "A new algorithm for inner product", 1968):
//
//   a0 b0 + a1 b1 = (a0 + b1)(a1 + b0) - a0 a1 - b0 b1
//
// The subtracted terms depend on one side alone. So each staged row of A ends with its own, and the
// sums of a column start with the column's own. The processor adds 16-bit numbers at twice the rate
// at which it multiplies them, so all of its units are busy, where PairStep waits for the
// multiplying ones. Both sides are staged for this form. Sums of two bytes fit 16 bits, so the
// result is exact.
//
// Included inside the namespace of AVX2, after kernels/int8/int8x4_impl.h.

// A step of Int8x4Tile; PairStep (int8x4_impl.h) explains the members.
struct CrossStep {
  static constexpr int kColumns = 2 * Sums::kLanes;
  // of an int8x4 of A, as 16-bit numbers in the order a0 a2, a1 a3
  static constexpr int64_t kLeftBytes = 8;
  static constexpr bool kShifts = false;
  static constexpr int kVectors = 2, kMaxRows = 4;
  static constexpr bool kHasRowStarts = true, kEndsInPlace = true, kHasRuns = false,
                        kFinishes = true;

  template <int kRows>
  WEFT_INLINE static void add(Sums (&sums)[kRows][2], const char* a, int64_t a_row,
                              const int8_t* b) {
    Int16s right[4];  // b1 b3 and b0 b2, of each of two vectors of columns
    WEFT_UNROLL
    for (int j = 0; j < 4; ++j) __builtin_memcpy(&right[j], b + j * kVectorBytes, sizeof right[j]);
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const Int16s even = spread(a + i * a_row), odd = spread(a + i * a_row + 4);
      sums[i][0] = sums[i][0] + pair_products(even + right[0], odd + right[1]);
      sums[i][1] = sums[i][1] + pair_products(even + right[2], odd + right[3]);
    }
  }
  WEFT_INLINE static Sums result(const Sums (&sums)[2], int vector) { return sums[vector]; }

  // Stages a row of k elements, and behind it what its sums start with. Elements that fill up the
  // last int8x4 may be anything within `readable` bytes: their products are subtracted again. It
  // writes up to 24 bytes behind the row's end.
  WEFT_INLINE static void stage_row(const int8_t* from, int64_t k, int64_t readable, char* to) {
    Sums products(0);
    int64_t i = 0;
    for (; i + 16 <= k; i += 16) products = products + stage_int8x4(from + i, to + 2 * i);
    if (i < k) {
      // Only products of int8x4s that exist count.
      alignas(32) static constexpr int32_t kThere[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
      const int64_t int8x4s = (k - i + kInt8x4 - 1) / kInt8x4;
      int8_t rest[16] = {};
      const int8_t* last = from + i;
      if (i + 16 > readable) {
        __builtin_memcpy(rest, last, k - i);
        last = rest;
      }
      products = products +
                 (stage_int8x4(last, to + 2 * i) & Memory<int32_t>::load(kThere + 8 - 2 * int8x4s));
    }
    store_start(products, to + (k + kInt8x4 - 1) / kInt8x4 * kLeftBytes);
  }
  // Ends a row of whole vectors that is staged already.
  WEFT_INLINE static void end_row(const char* row, char* end) {
    Sums products(0);
    for (; row < end; row += kVectorBytes) {
      Int16s int8x4s;
      __builtin_memcpy(&int8x4s, row, sizeof int8x4s);
      products = products + twice(int8x4s);
    }
    store_start(products, end);
  }
  // The elements of four int8x4s in the order of staged rows.
  WEFT_INLINE static Int16s ordered(Int16s int8x4s) {
    const __m256i order = _mm256_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15, 0,
                                           1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
    return (Int16s)_mm256_shuffle_epi8((__m256i)int8x4s, order);
  }

  // Stages kColumns columns of a panel; the columns' own terms are subtracted from `starts`.
  WEFT_INLINE static void stage_columns(const int8_t* b, int64_t int8x4s, int8_t* to,
                                        int32_t* starts) {
    Sums lacks[2] = {Sums(0), Sums(0)};
    for (int64_t int8x4 = 0; int8x4 < int8x4s;
         ++int8x4, b += kInt8x4PanelBytes, to += kInt8x4PanelBytes) {
      WEFT_UNROLL
      for (int j = 0; j < 2; ++j) {
        const Int16s odd = odd_of(b + j * kVectorBytes), even = even_of(b + j * kVectorBytes);
        int8_t* const place = to + 2 * j * kVectorBytes;
        __builtin_memcpy(place, &odd, sizeof odd);
        __builtin_memcpy(place + kVectorBytes, &even, sizeof even);
        lacks[j] = lacks[j] + pair_products(odd, even);
      }
    }
    for (int j = 0; j < 2; ++j)
      Memory<int32_t>::store(starts + j * Sums::kLanes,
                             Memory<int32_t>::load(starts + j * Sums::kLanes) - lacks[j]);
  }
  // b1 b3, or b0 b2, of each int8x4 of a vector of columns.
  WEFT_INLINE static Int16s odd_of(const int8_t* b) {
    return (Int16s)_mm256_srai_epi16(_mm256_loadu_si256((const __m256i*)b), 8);
  }
  WEFT_INLINE static Int16s even_of(const int8_t* b) {
    return (Int16s)_mm256_maddubs_epi16(_mm256_set1_epi16(1),
                                        _mm256_loadu_si256((const __m256i*)b));
  }

 private:
  WEFT_INLINE static Int16s spread(const char* a) {
    int32_t pair;
    __builtin_memcpy(&pair, a, sizeof pair);
    return (Int16s)Sums(pair).v;
  }
  // 2 (a0 a1 + a2 a3) for each int8x4: each product appears in two lanes.
  WEFT_INLINE static Sums twice(Int16s int8x4s) {
    return pair_products(int8x4s, (Int16s)_mm256_shuffle_epi32((__m256i)int8x4s, 0xb1));
  }
  WEFT_INLINE static Sums stage_int8x4(const int8_t* from, char* to) {
    const Int16s int8x4s = ordered(load_int8_as_int16(from));
    __builtin_memcpy(to, &int8x4s, sizeof int8x4s);
    return twice(int8x4s);
  }
  // Half of the doubled products is every second lane.
  WEFT_INLINE static void store_start(Sums products, char* to) {
    uint32_t lanes[Sums::kLanes];
    __builtin_memcpy(lanes, &products.v, sizeof lanes);
    const uint32_t start = 0 - lanes[0] - lanes[2] - lanes[4] - lanes[6];
    __builtin_memcpy(to, &start, sizeof start);
  }
};
