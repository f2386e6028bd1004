// Elementwise int8 kernels and poolings: int32 sums to int8, sums of two int8 arrays, tables, and
// poolings of NHWC images (kernels/int8/quantized.h).
#include "kernels/int8/quantized_kernels_impl.h"
#include "kernels/isa/extras.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/int8/requantize_impl.h"

typedef int8_t Bytes __attribute__((vector_size(kVectorBytes)));

// A row is one channel; or all channels, if these lie side by side and each has its own multiplier.
void requantize(const Requantize& p, Range rows) {
  const bool across = p.inner == 1 && p.how.is_per_channel;
  const int64_t width = across ? p.channels : p.inner;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t channel = p.how.is_per_channel && !across ? row % p.channels : 0;
    Rescale rescale = Rescale::of(Sums(p.how.multiplier[channel]), Sums(p.how.shift[channel]));
    for (int64_t i = 0; i < width; i += Sums::kLanes) {
      const int64_t lanes = width - i < Sums::kLanes ? width - i : Sums::kLanes;
      if (across)
        rescale = Rescale::of(Memory<int32_t>::load_part(p.how.multiplier + i, lanes),
                              Memory<int32_t>::load_part(p.how.shift + i, lanes));
      const Sums x = Memory<int32_t>::load_part(p.x + row * width + i, lanes);
      Memory<int8_t>::store_part(p.y + row * width + i, placed(rescale(x), p.how), lanes);
    }
  }
}

// An operand on the scale of the sum: what Rescale would give for (x - zero_point) <<
// kQuantizedAddBits. x - zero_point has only nine bits, so no 64-bit products are needed. With d =
// x - zero_point and the multiplier split into an upper part and kLow lower bits it is
//
//   ((d << 20) * multiplier + 2^30) >> 31 = d * upper + ((d * lower + 2^(kLow - 1)) >> kLow).
struct Operand {
  static constexpr int kLow = 31 - kQuantizedAddBits;
  Sums zero_point, upper, lower, right, half;
  Sums sign;  // -1 if bits are shifted out: halves of negative numbers round the other way

  WEFT_INLINE static Operand of(const QuantizedAdd& p, int i) {
    const int32_t right = -p.shifts[i], multiplier = p.multipliers[i];
    return {Sums(p.zero_points[i]),
            Sums(multiplier >> kLow),
            Sums(multiplier & ((1 << kLow) - 1)),
            Sums(right),
            Sums(right > 0 ? 1 << (right - 1) : 0),
            Sums(right > 0 ? -1 : 0)};
  }
  WEFT_INLINE Sums operator()(Sums x) const {
    const Sums d = x - zero_point;
    const Sums high = d * upper + ((d * lower + Sums(1 << (kLow - 1))) >> kLow);
    return (high + half + ((high >> 31) & sign)) >> right;
  }
};

// Both operands on the scale of the result. The short formula is used where the shift allows it.
struct SumOfTwo {
  const QuantizedAdd& p;
  const Operand a, b;
  const Rescale rescale;
  const BoundedRescale bounded;
  const bool is_bounded;

  WEFT_INLINE explicit SumOfTwo(const QuantizedAdd& p)
      : p(p),
        a(Operand::of(p, 0)),
        b(Operand::of(p, 1)),
        rescale(Rescale::of(Sums(*p.how.multiplier), Sums(*p.how.shift))),
        bounded(BoundedRescale::of(Sums(*p.how.multiplier), Sums(*p.how.shift), rounding(p.how))),
        is_bounded(BoundedRescale::takes(Sums(*p.how.shift))) {}

  // With a low bound below the zero point, so that the short formula is not that of a rectifier.
  WEFT_INLINE static Requantization rounding(Requantization how) {
    how.low = how.zero_point - 1;
    return how;
  }
  WEFT_INLINE Sums of(Sums x, Sums y) const {
    const Sums sum = a(x) + b(y);
    return is_bounded ? min_(max_(bounded.rescaled<false>(sum), Sums(p.how.low)), Sums(p.how.high))
                      : placed(rescale(sum), p.how);
  }
};

void quantized_add(const QuantizedAdd& p, Range elements) {
  const SumOfTwo sum(p);
  int64_t i = elements.begin;
  for (; i + Sums::kLanes <= elements.end; i += Sums::kLanes)
    Memory<int8_t>::store(p.y + i,
                          sum.of(Memory<int8_t>::load(p.a + i), Memory<int8_t>::load(p.b + i)));
  if (const int64_t n = elements.end - i; n > 0)
    Memory<int8_t>::store_part(
        p.y + i,
        sum.of(Memory<int8_t>::load_part(p.a + i, n), Memory<int8_t>::load_part(p.b + i, n)), n);
}

// Tables.

#if WEFT_AVX512 && !defined(__clang__)
// Looks up two tables of 64 bytes by the lower seven bits of each lane. Assembler for the reason
// given in int8x4_impl.h.
WEFT_INLINE __m512i of_two_tables(__m512i places, __m512i low, __m512i high) {
  asm("vpermi2b %2, %1, %0" : "+v"(places) : "v"(low), "v"(high));
  return places;
}
void quantized_lookup(const int8_t* table, const int8_t* x, int8_t* y, int64_t count) {
#if WEFT_WITH_AVX2
  if (!uses(Extra::kAvx512Vbmi)) return avx2::quantized_lookup(table, x, y, count);
#endif
  int64_t i = 0;
  if (uses(Extra::kAvx512Vbmi)) {
    __m512i tables[4];
    for (int part = 0; part < 4; ++part) tables[part] = _mm512_loadu_si512(table + 64 * part);
    // The upper bit of an index chooses between the two pairs of tables.
    for (; i < count; i += 64) {
      const __mmask64 there = count - i < 64 ? ~__mmask64(0) >> (64 - (count - i)) : ~__mmask64(0);
      const __m512i places =
          _mm512_xor_si512(_mm512_maskz_loadu_epi8(there, x + i), _mm512_set1_epi8(-128));
      const __m512i found = _mm512_mask_blend_epi8(_mm512_movepi8_mask(places),
                                                   of_two_tables(places, tables[0], tables[1]),
                                                   of_two_tables(places, tables[2], tables[3]));
      _mm512_mask_storeu_epi8(y + i, there, found);
    }
  }
  for (; i < count; ++i) y[i] = table[x[i] + 128];
}
#elif WEFT_AVX512 && WEFT_WITH_AVX2
void quantized_lookup(const int8_t* table, const int8_t* x, int8_t* y, int64_t count) {
  avx2::quantized_lookup(table, x, y, count);
}
#else
#if WEFT_AVX2
// The upper four bits of an index name one of 16 rows of the table, the lower four an element of
// it. All rows are shuffled by the lower bits; then, bit by bit, one row of each two is kept.
typedef uint16_t Pairs __attribute__((vector_size(kVectorBytes)));

// Looks up 2^kBits rows from `row` on. bits[kBits - 1] has bit 3 + kBits of each index as its upper
// bit.
template <int kBits>
WEFT_INLINE __m256i looked_up(const int8_t* row, __m256i low, const __m256i (&bits)[4]) {
  if constexpr (kBits == 0) {
    const __m128i elements = _mm_loadu_si128((const __m128i*)row);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(elements), low);
  } else {
    constexpr int kHalf = 16 << (kBits - 1);
    return _mm256_blendv_epi8(looked_up<kBits - 1>(row, low, bits),
                              looked_up<kBits - 1>(row + kHalf, low, bits), bits[kBits - 1]);
  }
}
#endif
void quantized_lookup(const int8_t* table, const int8_t* x, int8_t* y, int64_t count) {
  int64_t i = 0;
#if WEFT_AVX2
  for (; i + kVectorBytes <= count; i += kVectorBytes) {
    Bytes some;
    __builtin_memcpy(&some, x + i, kVectorBytes);
    const Pairs places = (Pairs)(some ^ Vec<int8_t>(-128).v);
    const __m256i bits[4] = {(__m256i)(places << 3), (__m256i)(places << 2), (__m256i)(places << 1),
                             (__m256i)places};
    const auto low = (__m256i)((Bytes)places & Vec<int8_t>(15).v);
    const __m256i found = looked_up<4>(table, low, bits);
    __builtin_memcpy(y + i, &found, kVectorBytes);
  }
#endif
  for (; i < count; ++i) y[i] = table[x[i] + 128];
}
#endif

// Poolings.

// Two ways to access neighbouring channels: kBytes of them, or fewer than a vector.
template <int kBytes>
struct WholeBytes {
  typedef int8_t Type __attribute__((vector_size(kBytes)));
  WEFT_INLINE Type minimum() const { return Type{} - int8_t(127) - int8_t(1); }
  WEFT_INLINE Type load(const int8_t* from) const {
    Type bytes;
    __builtin_memcpy(&bytes, from, kBytes);
    return bytes;
  }
  WEFT_INLINE void store(int8_t* to, Type bytes) const { __builtin_memcpy(to, &bytes, kBytes); }
};
#if WEFT_AVX512
struct SomeBytes {
  __mmask64 there;
  WEFT_INLINE explicit SomeBytes(int64_t count) : there(~__mmask64(0) >> (64 - count)) {}
  WEFT_INLINE Bytes minimum() const { return Vec<int8_t>(-128).v; }
  WEFT_INLINE Bytes load(const int8_t* from) const {
    return (Bytes)_mm512_maskz_loadu_epi8(there, from);
  }
  WEFT_INLINE void store(int8_t* to, Bytes bytes) const {
    _mm512_mask_storeu_epi8(to, there, (__m512i)bytes);
  }
};
#else
struct SomeBytes {
  int64_t count;
  WEFT_INLINE explicit SomeBytes(int64_t some) : count(some) {}
  WEFT_INLINE Bytes minimum() const { return Vec<int8_t>(-128).v; }
  WEFT_INLINE Bytes load(const int8_t* from) const {
    Bytes bytes = {};
    __builtin_memcpy(&bytes, from, count);
    return bytes;
  }
  WEFT_INLINE void store(int8_t* to, Bytes bytes) const { __builtin_memcpy(to, &bytes, count); }
};
#endif

// The window of one result; `top` and `left` may lie outside the image.
struct PooledWindow {
  const Pooling& p;
  int64_t channels;
  const int8_t* image;
  int64_t top, left;

  // The taps of an axis that lie inside the image: from first_tap() to taps_before().
  WEFT_INLINE static int64_t first_tap(int64_t at, int64_t dilation) {
    return at < 0 ? (-at + dilation - 1) / dilation : 0;
  }
  WEFT_INLINE static int64_t taps_before(int64_t end, int64_t at, int64_t dilation,
                                         int64_t maximum) {
    return at + (maximum - 1) * dilation < end ? maximum : (end - at + dilation - 1) / dilation;
  }

  // The maxima of some neighbouring channels, which `some` loads and stores.
  template <class Some>
  void maxima(int64_t channel, Some some, int8_t* y) const {
    const int64_t row_step = p.dilation_height * p.in_width * channels;
    const int64_t col_step = p.dilation_width * channels;
    const int64_t first_row = first_tap(top, p.dilation_height);
    const int64_t first_col = first_tap(left, p.dilation_width);
    const int64_t rows = taps_before(p.in_height, top, p.dilation_height, p.kernel_height);
    const int64_t cols = taps_before(p.in_width, left, p.dilation_width, p.kernel_width);
    const int8_t* line = image + (top * p.in_width + left) * channels + channel +
                         first_row * row_step + first_col * col_step;
    auto greatest = some.minimum();
    for (int64_t ky = first_row; ky < rows; ++ky, line += row_step) {
      const int8_t* from = line;
      for (int64_t kx = first_col; kx < cols; ++kx, from += col_step) {
        const auto x = some.load(from);
        greatest = x > greatest ? x : greatest;
      }
    }
    some.store(y, greatest);
  }

  // The averages of kVectors vectors of channels, or of the first `count` channels of one.
  template <int kVectors, bool kIsPart>
  void averages(int64_t channel, int64_t count, int32_t zero_point, int8_t* y) const {
    const int64_t bottom = top + p.kernel_height < p.in_height + p.pad_bottom
                               ? top + p.kernel_height
                               : p.in_height + p.pad_bottom;
    const int64_t right = left + p.kernel_width < p.in_width + p.pad_right
                              ? left + p.kernel_width
                              : p.in_width + p.pad_right;
    Sums sums[kVectors];
    WEFT_UNROLL
    for (int v = 0; v < kVectors; ++v) sums[v] = Sums(0);
    int64_t taps = 0;
    for (int64_t row = top < 0 ? 0 : top; row < bottom && row < p.in_height; ++row)
      for (int64_t col = left < 0 ? 0 : left; col < right && col < p.in_width; ++col, ++taps) {
        const int8_t* from = image + (row * p.in_width + col) * channels + channel;
        WEFT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          const int8_t* const part = from + v * Sums::kLanes;
          sums[v] = sums[v] +
                    (kIsPart ? Memory<int8_t>::load_part(part, count) : Memory<int8_t>::load(part));
        }
      }
    // The division goes by float32: a quotient of at most 128 is then wrong by 1 at most, which the
    // rest of the sum tells.
    const int64_t all = (bottom - top) * (right - left);
    const Sums number{int32_t(p.count_include_pad ? all : taps)}, half = number >> 1;
    const Sums padding(p.count_include_pad ? int32_t((all - taps) * zero_point) : 0);
    const Vec<float> inverse(1 / float(number.v[0]));
    for (const Sums& whole : sums) {
      const Sums sum = whole + padding, sign = sum >> 31;
      const Sums size = Sums::of(sum.v ^ sign.v) - sign + half;
      const Vec<float> about =
          Vec<float>::of(__builtin_convertvector(size.v, Vec<float>::Native)) * inverse;
      const Sums mostly = Sums::of(__builtin_convertvector(about.v, Sums::Native));
      const Sums rest = size - mostly * number;
      const Sums quotient =
          mostly + Sums::of((rest < Sums(0)).v) + Sums(1) + Sums::of((rest < number).v);
      const Sums mean = Sums::of(quotient.v ^ sign.v) - sign;
      if (kIsPart)
        Memory<int8_t>::store_part(y, mean, count);
      else
        Memory<int8_t>::store(y, mean);
      y += Sums::kLanes;
    }
  }
};

// vectors of int32; with 16 lanes, as many results as a cache line has bytes
constexpr int kTogether = 4;

void quantized_pool_nhwc(const Pooling& p, bool is_average, int64_t channels, int32_t zero_point,
                         const int8_t* x, int8_t* y, Range rows) {
  const int64_t lanes = Sums::kLanes;
  y += rows.begin * p.out_width * channels;
  for (int64_t row = rows.begin; row < rows.end; ++row)
    for (int64_t ox = 0; ox < p.out_width; ++ox, y += channels) {
      const PooledWindow window{
          p, channels, x + row / p.out_height * p.in_height * p.in_width * channels,
          row % p.out_height * p.stride_height - p.pad_top, ox * p.stride_width - p.pad_left};
      for (int64_t channel = 0; channel < channels;) {
        const int64_t left = channels - channel;
        int64_t count;
        if (!is_average) {
          count = left < kVectorBytes ? left : kVectorBytes;
          if (!WEFT_AVX512 && count < kVectorBytes && count >= 16) count = 16;
          if (count == kVectorBytes)
            window.maxima(channel, WholeBytes<kVectorBytes>(), y + channel);
          else if (!WEFT_AVX512 && count == 16)
            window.maxima(channel, WholeBytes<16>(), y + channel);
          else
            window.maxima(channel, SomeBytes(count), y + channel);
        } else if (left >= kTogether * lanes) {
          count = kTogether * lanes;
          window.averages<kTogether, false>(channel, count, zero_point, y + channel);
        } else if (left >= lanes) {
          count = lanes;
          window.averages<1, false>(channel, count, zero_point, y + channel);
        } else {
          count = left;
          window.averages<1, true>(channel, count, zero_point, y + channel);
        }
        channel += count;
      }
    }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
