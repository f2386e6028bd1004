// What products and convolutions of int8 share on both sides of their tiles: rows of A as tiles
// read them, and sums that become results.
//
// Included inside the namespace of an instruction set, after kernels/cpu/quads_impl.h.

// Elements of A, shifted to unsigned bytes or widened to 16 bits.
struct RowWriter {
  char* to;
  bool shifts;

  WEFT_INLINE void copy(const int8_t* from, int64_t count) {
    int64_t i = 0;
    if (shifts) {
#if WEFT_AVX512
      const __m512i flip = _mm512_set1_epi8(-128);
      for (; i < count; i += 64) {
        const __mmask64 lanes = count - i < 64 ? (__mmask64(1) << (count - i)) - 1 : ~__mmask64(0);
        const __m512i bytes = _mm512_maskz_loadu_epi8(lanes, from + i);
        _mm512_mask_storeu_epi8(to + i, lanes, _mm512_xor_si512(bytes, flip));
      }
#endif
      for (; i < count; ++i) to[i] = char(uint8_t(from[i]) ^ 0x80);
      to += count;
      return;
    }
    constexpr int64_t kStep = kVectorBytes / 2;
    for (; i + kStep <= count; i += kStep) {
      const Shorts wide = load_bytes_as_shorts(from + i);
      __builtin_memcpy(to + 2 * i, &wide, sizeof wide);
    }
    for (; i < count; ++i) ((int16_t*)to)[i] = from[i];
    to += 2 * count;
  }
  WEFT_INLINE void fill(int32_t value, int64_t count) {
    if (shifts) {
      for (int64_t i = 0; i < count; ++i) to[i] = char(uint8_t(value) ^ 0x80);
    } else {
      for (int64_t i = 0; i < count; ++i) ((int16_t*)to)[i] = int16_t(value);
    }
    to += count * (shifts ? 1 : 2);
  }
};

// The window of one result of an NHWC image, row by row of it.
struct WindowReader {
  const Convolution& s;
  const int8_t* x;
  int32_t zero_point;

  void read(int64_t image, int64_t oy, int64_t ox, RowWriter writer) const {
    const int64_t top = oy * s.stride_height - s.pad_top;
    const int64_t left = ox * s.stride_width - s.pad_left;
    const int64_t run = s.kernel_width * s.in_channels;
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

 private:
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

// Sums of some columns of C, in rows, to what C has.
struct Finish {
  const Requantization& how;
  const QuantizedResidual& residual;
  void* c;
  int64_t c_row;
  int64_t k;              // products of a sum
  const int32_t* starts;  // of columns `col` and following: what their sums lack

  // Lanes that are not there get a value that is not in the way.
  WEFT_INLINE static Sums of_channels(const int32_t* values, int64_t at, int64_t lanes,
                                      int32_t absent) {
    if (lanes == Sums::kLanes) return Memory<int32_t>::load(values + at);
    alignas(64) int32_t buffer[Sums::kLanes];
    for (int64_t i = 0; i < Sums::kLanes; ++i) buffer[i] = i < lanes ? values[at + i] : absent;
    return Memory<int32_t>::load(buffer);
  }

  void rows(const int32_t* sums, int64_t sums_row, int64_t row, int64_t count, int64_t col,
            int64_t width) const {
    for (int64_t j = 0; j < width; j += Sums::kLanes) {
      const int64_t lanes = width - j < Sums::kLanes ? width - j : Sums::kLanes;
      const Part part{sums + j, sums_row, row * c_row + col + j,
                      count,    lanes,    Memory<int32_t>::load(starts + j)};
      const Sums factor =
          residual.values ? of_channels(residual.factors, col + j, lanes, 0) : Sums(0);
      if (!how.multiplier) {
        each<true>(part, factor, [&](int64_t at, Sums x) WEFT_LAMBDA {
          Memory<int32_t>::store_part((int32_t*)c + at, x, lanes);
        });
        continue;
      }
      const bool is_own = how.is_per_channel;
      const Sums shift = is_own ? of_channels(how.shift, col + j, lanes, -1) : Sums(*how.shift);
      const Sums multiplier =
          is_own ? of_channels(how.multiplier, col + j, lanes, 0) : Sums(*how.multiplier);
      const Bounds bounds(how);
      int8_t* const y = (int8_t*)c;
      if (is_bounded(part, shift, factor)) {
        const BoundedRescale rescale = BoundedRescale::of(multiplier, shift, how.zero_point);
        if (lanes < Sums::kLanes) {
          each<true>(part, factor, [&](int64_t at, Sums x) WEFT_LAMBDA {
            bounds.store_part(y + at, rescale(x), lanes);
          });
        } else if (residual.values) {
          each<true>(part, factor,
                     [&](int64_t at, Sums x) WEFT_LAMBDA { bounds.store(y + at, rescale(x)); });
        } else {
          each<false>(part, factor,
                      [&](int64_t at, Sums x) WEFT_LAMBDA { bounds.store(y + at, rescale(x)); });
        }
        continue;
      }
      const Rescale rescale = Rescale::of(multiplier, shift);
      each<true>(part, factor, [&](int64_t at, Sums x) WEFT_LAMBDA {
        Memory<int8_t>::store_part(y + at, placed(rescale(x), how), lanes);
      });
    }
  }

 private:
  struct Part {
    const int32_t* sums;
    int64_t sums_row, at, count, lanes;
    Sums start;
  };

  template <bool kMayHaveResidual, class Store>
  WEFT_INLINE void each(const Part& part, Sums factor, Store store) const {
    int64_t at = part.at;
    for (int64_t r = 0; r < part.count; ++r, at += c_row) {
      Sums x = Memory<int32_t>::load(part.sums + r * part.sums_row) + part.start;
      if (kMayHaveResidual && residual.values)
        x = x + factor * (part.lanes == Sums::kLanes
                              ? Memory<int8_t>::load(residual.values + at)
                              : Memory<int8_t>::load_part(residual.values + at, part.lanes));
      store(at, x);
    }
  }

  // Whether BoundedRescale takes these channels, whatever their sums are.
  WEFT_INLINE bool is_bounded(const Part& part, Sums shift, Sums factor) const {
    constexpr int64_t kProduct = 256 * 128, kMostFactor = 1 << 21;
    const int64_t room = BoundedRescale::kBound - k * kProduct - 128 * kMostFactor;
    if (room <= 0) return false;
    const Sums most(room < BoundedRescale::kBound ? int32_t(room) : 0);
    const Sums most_factor = Sums(kMostFactor);
    if (is_any(part.start > most) || is_any(part.start < Sums(0) - most)) return false;
    if (is_any(factor > most_factor) || is_any(factor < Sums(0) - most_factor)) return false;
    return BoundedRescale::takes(shift);
  }
};
