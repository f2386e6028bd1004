// Both ends of int8 tiles, which products and convolutions share: staging rows of A in the form
// that tiles read, and making results of sums.
//
// Included inside the namespace of an instruction set, after kernels/int8/int8x4_impl.h.

// Runs of few elements are copied in one or two pieces of kPiece bytes.
constexpr int64_t kPiece = 16;
constexpr int64_t kShortRun = 2 * kPiece;

// Copies bytes, each combined with `flip` by exclusive or.
WEFT_INLINE void copy_flipped(char* to, const int8_t* from, int64_t count, uint8_t flip) {
  int64_t i = 0;
#if WEFT_AVX512
  const __m512i flips = _mm512_set1_epi8(int8_t(flip));
  for (; i + 64 <= count; i += 64)
    _mm512_storeu_si512(to + i, _mm512_xor_si512(_mm512_loadu_si512(from + i), flips));
  if (i < count) {
    const __mmask64 lanes = (__mmask64(1) << (count - i)) - 1;
    const __m512i rest = _mm512_maskz_loadu_epi8(lanes, from + i);
    _mm512_mask_storeu_epi8(to + i, lanes, _mm512_xor_si512(rest, flips));
  }
#else
  if (flip == 0) {
    __builtin_memcpy(to, from, count);
    return;
  }
  typedef uint8_t Bytes __attribute__((vector_size(kVectorBytes)));
  for (; i + kVectorBytes <= count; i += kVectorBytes) {
    Bytes bytes;
    __builtin_memcpy(&bytes, from + i, sizeof bytes);
    bytes ^= flip;
    __builtin_memcpy(to + i, &bytes, sizeof bytes);
  }
  for (; i < count; ++i) to[i] = char(uint8_t(from[i]) ^ flip);
#endif
}

WEFT_INLINE void copy_piece(char* to, const int8_t* from, uint8_t flip) {
  typedef uint8_t Piece __attribute__((vector_size(kPiece)));
  Piece piece;
  __builtin_memcpy(&piece, from, sizeof piece);
  piece ^= flip;
  __builtin_memcpy(to, &piece, sizeof piece);
}

// Writes elements of A in the form that tiles read: bytes, flipped for DotStep, or 16-bit numbers.
struct RowWriter {
  char* to;
  bool widens;
  uint8_t flip;

  WEFT_INLINE void copy(const int8_t* from, int64_t count) {
    if (!widens) {
      copy_flipped(to, from, count, flip);
      to += count;
      return;
    }
    int64_t i = 0;
    constexpr int64_t kStep = kVectorBytes / 2;
    for (; i + kStep <= count; i += kStep) {
      const Int16s wide = load_int8_as_int16(from + i);
      __builtin_memcpy(to + 2 * i, &wide, sizeof wide);
    }
    for (; i < count; ++i) ((int16_t*)to)[i] = from[i];
    to += 2 * count;
  }
  WEFT_INLINE void fill(int32_t value, int64_t count) {
    if (!widens) {
      __builtin_memset(to, value ^ flip, count);
    } else {
      for (int64_t i = 0; i < count; ++i) ((int16_t*)to)[i] = int16_t(value);
    }
    to += count * (widens ? 2 : 1);
  }
};

// The place of a result in an NHWC image. s null: the rows of A are no windows.
struct WindowPlace {
  int64_t image, oy, ox;

  WEFT_INLINE static WindowPlace of(const Convolution* s, int64_t result) {
    if (!s) return {0, 0, 0};
    return {result / s->out_width / s->out_height, result / s->out_width % s->out_height,
            result % s->out_width};
  }
  // Goes on by `count` results, at most to the start of the next row.
  WEFT_INLINE void advance(const Convolution& s, int64_t count) {
    ox += count;
    if (ox < s.out_width) return;
    ox = 0;
    if (++oy < s.out_height) return;
    oy = 0;
    ++image;
  }
};

// Reads the windows of an NHWC image, row by row of a window.
struct WindowReader {
  const Convolution& s;
  const int8_t* x;
  int32_t zero_point;

  // How many windows from this result on (at most `maximum`) lie inside the image and have rows so
  // short that read_short() can copy them together with what is behind them.
  int64_t short_inside(int64_t image, int64_t oy, int64_t ox, int64_t maximum) const {
    const int64_t top = oy * s.stride_height - s.pad_top;
    const int64_t left = ox * s.stride_width - s.pad_left;
    const int64_t bottom = top + (s.kernel_height - 1) * s.dilation_height;
    const int64_t room = s.in_width - s.kernel_width - left;
    if (s.dilation_width != 1 || s.kernel_width * s.in_channels > kShortRun || top < 0 ||
        left < 0 || room < 0 || bottom >= s.in_height)
      return 0;
    int64_t count = room / s.stride_width + 1;
    if (count > s.out_width - ox) count = s.out_width - ox;
    if (count > maximum) count = maximum;
    // Behind the last bytes of the last image there is nothing to read.
    const int64_t places = ((s.batch - image) * s.in_height - bottom) * s.in_width - left -
                           (count - 1) * s.stride_width;
    return places * s.in_channels >= kShortRun ? count : 0;
  }
  // Copies such windows. Rows of A are a_row bytes apart; behind the last there must be room for a
  // piece.
  void read_short(int64_t image, int64_t oy, int64_t ox, int64_t count, char* to, int64_t a_row,
                  uint8_t flip) const {
    const int64_t run = s.kernel_width * s.in_channels;
    const int64_t top = oy * s.stride_height - s.pad_top;
    const int64_t left = ox * s.stride_width - s.pad_left;
    const int8_t* from = x + ((image * s.in_height + top) * s.in_width + left) * s.in_channels;
    const int64_t step = s.dilation_height * s.in_width * s.in_channels;
    for (; count > 0; --count, from += s.stride_width * s.in_channels, to += a_row) {
      const int8_t* row = from;
      char* out = to;
      for (int64_t ky = 0; ky < s.kernel_height; ++ky, row += step, out += run) {
        copy_piece(out, row, flip);
        if (run > kPiece) copy_piece(out + kPiece, row + kPiece, flip);
      }
    }
  }

  // Copies the window of any result; the padding is the zero point.
  void read(int64_t image, int64_t oy, int64_t ox, RowWriter writer) const {
    const int64_t top = oy * s.stride_height - s.pad_top;
    const int64_t left = ox * s.stride_width - s.pad_left;
    const int64_t run = s.kernel_width * s.in_channels;
    if (s.dilation_width == 1 && top >= 0 && left >= 0 && left + s.kernel_width <= s.in_width &&
        top + (s.kernel_height - 1) * s.dilation_height < s.in_height) {
      const int8_t* row = x + ((image * s.in_height + top) * s.in_width + left) * s.in_channels;
      const int64_t step = s.dilation_height * s.in_width * s.in_channels;
      for (int64_t ky = 0; ky < s.kernel_height; ++ky, row += step) writer.copy(row, run);
      return;
    }
    for (int64_t ky = 0; ky < s.kernel_height; ++ky) {
      const int64_t y = top + ky * s.dilation_height;
      if (y < 0 || y >= s.in_height) {
        writer.fill(zero_point, run);
        continue;
      }
      const int8_t* row = x + (image * s.in_height + y) * s.in_width * s.in_channels;
      if (s.dilation_width == 1) {
        read_run(row, left, s.kernel_width, writer);
      } else {
        for (int64_t kx = 0; kx < s.kernel_width; ++kx)
          read_run(row, left + kx * s.dilation_width, 1, writer);
      }
    }
  }

  // Copies `width` places of a row of the image from `left` on, some of which may lie beside it.
  WEFT_INLINE void read_run(const int8_t* row, int64_t left, int64_t width,
                            RowWriter& writer) const {
    int64_t begin = left < 0 ? -left : 0;
    if (begin > width) begin = width;
    int64_t end = s.in_width - left < width ? s.in_width - left : width;
    if (end < begin) end = begin;
    if (begin > 0) writer.fill(zero_point, begin * s.in_channels);
    if (begin < end)
      writer.copy(row + (left + begin) * s.in_channels, (end - begin) * s.in_channels);
    if (end < width) writer.fill(zero_point, (width - end) * s.in_channels);
  }
};

// Makes results of the sums of some columns of C. What each vector of columns needs is found once
// for all rows.
template <int kColumns>
struct Finish {
  // What one vector of columns needs.
  struct Vector {
    Sums start, factor, multiplier, shift;
    BoundedRescale bounded;
    int64_t lanes;    // columns that exist
    bool is_bounded;  // does the short formula hold?
  };
  const Requantization& how;
  const QuantizedResidual& residual;
  void* c;
  int64_t c_row, col, width;
  Bounds bounds;
  Vector vectors[kColumns / Sums::kLanes];

  // k: products in a sum. starts: what is added to the sums of columns col, col + 1, …
  WEFT_INLINE Finish(const Requantization& how, const QuantizedResidual& residual, void* c,
                     int64_t c_row, int64_t k, const int32_t* starts, int64_t col, int64_t width)
      : how(how), residual(residual), c(c), c_row(c_row), col(col), width(width), bounds(how) {
    for (int64_t j = 0; j < width; j += Sums::kLanes) {
      Vector& v = vectors[j / Sums::kLanes];
      v.lanes = width - j < Sums::kLanes ? width - j : Sums::kLanes;
      v.start = Memory<int32_t>::load(starts + j);
      v.factor = residual.values ? of_columns(residual.factors, j, v.lanes, 0) : Sums(0);
      v.is_bounded = false;
      if (!how.multiplier) continue;
      const bool is_own = how.is_per_channel;
      v.shift = is_own ? of_columns(how.shift, j, v.lanes, -1) : Sums(*how.shift);
      v.multiplier = is_own ? of_columns(how.multiplier, j, v.lanes, 0) : Sums(*how.multiplier);
      v.is_bounded = is_bounded(v, k);
      if (v.is_bounded) v.bounded = BoundedRescale::of(v.multiplier, v.shift, how);
    }
  }

  // For tiles that rescale in registers; false if the short formula does not hold for all columns.
  // Vectors without columns get zeros.
  WEFT_INLINE bool find(TileFinish& finish) const {
    for (int i = 0; i < kColumns / Sums::kLanes; ++i) {
      const bool is_there = i * Sums::kLanes < width;
      if (is_there && !vectors[i].is_bounded) return false;
      finish.start[i] = is_there ? vectors[i].start : Sums(0);
      finish.factor[i] = is_there ? vectors[i].factor : Sums(0);
      finish.rescale[i] = is_there ? vectors[i].bounded : BoundedRescale{};
    }
    return true;
  }

  // Rescales `count` rows of stored sums, sums_row apart, as rows `row` and following of C.
  void rows(const int32_t* sums, int64_t sums_row, int64_t row, int64_t count) const {
    for (int64_t j = 0; j < width; j += Sums::kLanes) {
      const Vector& v = vectors[j / Sums::kLanes];
      const Part part{sums + j, sums_row, row * c_row + col + j, count, v.start};
      const Sums factor = v.factor;
      const int64_t lanes = v.lanes;
      int8_t* const y = (int8_t*)c;
      if (!how.multiplier) {
        each<true>(part, factor, lanes, [&](int64_t at, Sums x) WEFT_LAMBDA {
          Memory<int32_t>::store_part((int32_t*)c + at, x, lanes);
        });
      } else if (!v.is_bounded) {
        const Rescale rescale = Rescale::of(v.multiplier, v.shift);
        each<true>(part, factor, lanes, [&](int64_t at, Sums x) WEFT_LAMBDA {
          bounds.store_part(y + at, placed(rescale(x), how), lanes);
        });
      } else if (BoundedRescale::rectifies(how)) {
        bounded_rows<true>(part, v, y);
      } else {
        bounded_rows<false>(part, v, y);
      }
    }
  }

 private:
  struct Part {
    const int32_t* sums;
    int64_t sums_row, at, count;
    Sums start;
  };

  // Values of a vector of columns; lanes without a column get one that does no harm.
  WEFT_INLINE Sums of_columns(const int32_t* values, int64_t j, int64_t lanes,
                              int32_t absent) const {
    if (lanes == Sums::kLanes) return Memory<int32_t>::load(values + col + j);
    alignas(64) int32_t buffer[Sums::kLanes];
    for (int64_t i = 0; i < Sums::kLanes; ++i) buffer[i] = i < lanes ? values[col + j + i] : absent;
    return Memory<int32_t>::load(buffer);
  }

  // The first bytes as lanes; the others are zero.
  WEFT_INLINE static Sums first_bytes(const int8_t* from, int64_t lanes) {
#if WEFT_AVX512
    const auto there = __mmask16((1u << lanes) - 1);
    return Sums::of((Sums::Native)_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(there, from)));
#else
    int8_t buffer[Sums::kLanes];
    for (int64_t i = 0; i < Sums::kLanes; ++i) buffer[i] = i < lanes ? from[i] : int8_t(0);
    return Memory<int8_t>::load(buffer);
#endif
  }

  // The short formula, with and without a residual.
  template <bool kRectified>
  WEFT_INLINE void bounded_rows(const Part& part, const Vector& v, int8_t* y) const {
    const BoundedRescale rescale = v.bounded;
    const Bounds ends = bounds;
    const int64_t lanes = v.lanes;
    if (lanes < Sums::kLanes) {
      each<true>(part, v.factor, lanes, [&](int64_t at, Sums x) WEFT_LAMBDA {
        ends.store_part(y + at, rescale.template rescaled<kRectified>(x), lanes);
      });
    } else if (residual.values) {
      each<true>(part, v.factor, lanes, [&](int64_t at, Sums x) WEFT_LAMBDA {
        ends.store(y + at, rescale.template rescaled<kRectified>(x));
      });
    } else {
      each<false>(part, v.factor, lanes, [&](int64_t at, Sums x) WEFT_LAMBDA {
        ends.store(y + at, rescale.template rescaled<kRectified>(x));
      });
    }
  }

  // Calls store(offset in C, sums) for each row.
  template <bool kMayHaveResidual, class Store>
  WEFT_INLINE void each(const Part& part, Sums factor, int64_t lanes, Store store) const {
    int64_t at = part.at;
    for (int64_t r = 0; r < part.count; ++r, at += c_row) {
      Sums x = Memory<int32_t>::load(part.sums + r * part.sums_row) + part.start;
      if (kMayHaveResidual && residual.values)
        x = x + factor * (lanes == Sums::kLanes ? Memory<int8_t>::load(residual.values + at)
                                                : first_bytes(residual.values + at, lanes));
      store(at, x);
    }
  }

  // Does the short formula hold for these channels whatever the data is? The bound counts the
  // largest products, the starts and the largest residual.
  WEFT_INLINE static bool is_bounded(const Vector& v, int64_t k) {
    constexpr int64_t kProduct = 256 * 128, kMaxFactor = 1 << 21;
    const int64_t room = BoundedRescale::kBound - 1 - k * kProduct - 128 * kMaxFactor;
    if (room <= 0) return false;
    const Sums maximum{int32_t(room)}, max_factor{int32_t(kMaxFactor)}, zero(0);
    return !is_any((v.start > maximum) | (v.start < zero - maximum) | (v.factor > max_factor) |
                   (v.factor < zero - max_factor)) &&
           BoundedRescale::takes(v.shift);
  }
};
