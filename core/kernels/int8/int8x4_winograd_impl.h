// Convolutions with windows three columns wide, with half as many products of int8: Winograd's F(4,
// 3) along the rows of an image (Lavin and Gray, 2016), in integers.
//
//   24 y = A^T sum over channels and rows of the window of (24 G w) * (B^T x)
//
// Four neighbouring results of a row take six products where windows take twelve. Bytes become
// numbers of at most 13 bits, whose products fit 32 bits. Sums wrap. 24 y is divided by 3, which
// has an inverse modulo 2^32, and shifted by 8, so y is exact while it is below 2^28, and every bit
// is that of the plain sum.
//
// Included inside the namespace of AVX2, after kernels/int8/quantized_rows_impl.h and
// kernels/int8/int8x4_cross_impl.h.

// A *group* is up to four neighbouring results of one row.
struct Int8x4Winograd {
  static constexpr int64_t kResults = 4, kFrequencies = 6;
  static constexpr int64_t kMaxK = 1 << 14;  // 128 * 128 * k, a bound of the sums, stays below 2^28
  static constexpr int64_t kStep = 16;       // channels that are transformed together

  // Does this form apply? Rows must be so wide that there are at most half as many groups as
  // results: scratch has room for so many.
  WEFT_INLINE static bool takes(const Convolution& s, int64_t k) {
    return s.kernel_width == 3 && s.stride_width == 1 && s.dilation_width == 1 &&
           s.in_channels % kStep == 0 && k < kMaxK && s.out_width >= 7;
  }

  // Calls f(row, ox, count) for each group of the results first .. first + rows - 1; `ox` is its
  // first result's column.
  template <class F>
  WEFT_INLINE static void each_group(int64_t first, int64_t rows, int64_t width, F f) {
    int64_t ox = first % width;
    for (int64_t row = 0; row < rows;) {
      int64_t count = width - ox < kResults ? width - ox : kResults;
      if (rows - row < count) count = rows - row;
      f(row, ox, count);
      row += count;
      ox = ox + count == width ? 0 : ox + count;
    }
  }

  // Stages what the results from (image, oy, ox) on read, as rows of A for CrossStep: one row for
  // each frequency, `to_step` bytes apart. `nothing` is a pixel of the padding.
  static void stage_rows(const Convolution& s, const int8_t* x, int64_t place,
                         const int8_t* nothing, char* to, int64_t to_step) {
    const auto [image, oy, ox] = WindowPlace::of(&s, place);
    const int64_t left = ox - s.pad_left;
    char* const begin = to;
    for (int64_t ky = 0; ky < s.kernel_height; ++ky) {
      const int64_t y = oy * s.stride_height - s.pad_top + ky * s.dilation_height;
      const int8_t* const row = x + (image * s.in_height + y) * s.in_width * s.in_channels;
      const int8_t* pixels[kFrequencies];
      for (int64_t i = 0; i < kFrequencies; ++i) {
        const bool is_there = y >= 0 && y < s.in_height && left + i >= 0 && left + i < s.in_width;
        pixels[i] = is_there ? row + (left + i) * s.in_channels : nothing;
      }
      for (int64_t c = 0; c < s.in_channels; c += kStep, to += 2 * kStep) {
        Int16s d[kFrequencies];
        WEFT_UNROLL
        for (int i = 0; i < kFrequencies; ++i) d[i] = load_int8_as_int16(pixels[i] + c);
        // B^T d, with common terms computed once.
        const Int16s a = d[4] - (d[2] << 2), b = d[3] - (d[1] << 2);
        const Int16s e = d[4] - d[2], f = (d[3] - d[1]) << 1;
        const Int16s frequencies[kFrequencies] = {
            a + ((d[0] << 2) - d[2]),          a + b, a - b, e + f, e - f,
            d[5] - d[3] + ((d[1] - d[3]) << 2)};
        WEFT_UNROLL
        for (int i = 0; i < kFrequencies; ++i) {
          const Int16s ordered = CrossStep::ordered(frequencies[i]);
          __builtin_memcpy(to + i * to_step, &ordered, sizeof ordered);
        }
      }
    }
    for (int64_t i = 0; i < kFrequencies; ++i)
      CrossStep::end_row(begin + i * to_step, to + i * to_step);
  }

  // Stages the columns of one tile of a panel, for each frequency, `to_step` bytes apart. `lacks`
  // is what must be subtracted from the results of a group, times eight.
  static void stage_columns(const int8_t* b, int64_t kernel_height, int64_t channel_int8x4s,
                            int8_t* to, int64_t to_step, Sums (&lacks)[kResults][2]) {
    Sums of_frequency[kFrequencies][2];
    for (auto& sums : of_frequency) sums[0] = sums[1] = Sums(0);
    const int64_t next = channel_int8x4s * kInt8x4PanelBytes;  // column of the window
    for (int64_t ky = 0; ky < kernel_height; ++ky, b += 2 * next)
      for (int64_t int8x4 = 0; int8x4 < channel_int8x4s;
           ++int8x4, b += kInt8x4PanelBytes, to += kInt8x4PanelBytes) {
        WEFT_UNROLL
        for (int j = 0; j < 2; ++j) {
          const int8_t* const from = b + j * kVectorBytes;
          Int16s odd[kFrequencies], even[kFrequencies];
          frequencies_of(CrossStep::odd_of(from), CrossStep::odd_of(from + next),
                         CrossStep::odd_of(from + 2 * next), odd);
          frequencies_of(CrossStep::even_of(from), CrossStep::even_of(from + next),
                         CrossStep::even_of(from + 2 * next), even);
          WEFT_UNROLL
          for (int i = 0; i < kFrequencies; ++i) {
            int8_t* const place = to + i * to_step + 2 * j * kVectorBytes;
            __builtin_memcpy(place, &odd[i], kVectorBytes);
            __builtin_memcpy(place + kVectorBytes, &even[i], kVectorBytes);
            of_frequency[i][j] = of_frequency[i][j] + pair_products(odd[i], even[i]);
          }
        }
      }
    for (int j = 0; j < 2; ++j) {
      Sums sums[kFrequencies], results[kResults];
      for (int i = 0; i < kFrequencies; ++i) sums[i] = of_frequency[i][j];
      results_of(sums, results);
      for (int r = 0; r < kResults; ++r) lacks[r][j] = results[r];
    }
  }

  // From the sums of the frequencies of a group, `step` apart, to the sums of its results.
  WEFT_INLINE static void transform(const int32_t* from, int64_t step,
                                    const Sums (&lacks)[kResults][2], Sums (&to)[kResults][2]) {
    WEFT_UNROLL
    for (int j = 0; j < 2; ++j) {
      Sums sums[kFrequencies], results[kResults];
      WEFT_UNROLL
      for (int i = 0; i < kFrequencies; ++i)
        sums[i] = Memory<int32_t>::load(from + i * step + j * Sums::kLanes);
      results_of(sums, results);
      WEFT_UNROLL
      for (int r = 0; r < kResults; ++r) to[r][j] = (results[r] - lacks[r][j]) >> 3;
    }
  }

 private:
  // 24 G w, for one row of the window's taps (a, b, c), which stays in integers.
  WEFT_INLINE static void frequencies_of(Int16s a, Int16s b, Int16s c, Int16s (&to)[kFrequencies]) {
    const Int16s ends = a + c, middle = b << 1, more = a + (c << 2);
    to[0] = (a << 2) + (a << 1);
    to[1] = -((ends + b) << 2);
    to[2] = (b - ends) << 2;
    to[3] = more + middle;
    to[4] = more - middle;
    to[5] = (c << 4) + (c << 3);
  }
  // A^T m: 24 times the results; multiplying by the inverse of 3 modulo 2^32 leaves eight times.
  WEFT_INLINE static void results_of(const Sums (&m)[kFrequencies], Sums (&to)[kResults]) {
    const Sums third(int32_t(0xaaaaaaab));
    const Sums a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = (m[3] - m[4]) << 1;
    to[0] = (m[0] + a + c) * third;
    to[1] = (b + d) * third;
    to[2] = (a + (c << 2)) * third;
    to[3] = (b + (d << 2) + m[5]) * third;
  }
};
