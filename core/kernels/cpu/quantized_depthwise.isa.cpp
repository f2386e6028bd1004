// Convolutions of NHWC images of int8 of which each channel has a filter of its own:
// kernels/quantized.h.
//
// A unit is some rows of an image's result for 64 channels. For each row it lays the columns of the
// windows down once, with the rows of the window side by side in a lane of 32 bits: four bytes for
// VPDPBUSD, two of 16 bits for PMADDWD. A result is then one such product for each column of the
// window, and neighbours share the columns. Interleaving within 128-bit parts leaves channels in
// an order that the same kind of packing undoes at the end, so nothing is permuted between.
#include "kernels/isa_target.h"
#include "kernels/quantized_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/requantize_impl.h"

#include "kernels/cpu/quads_impl.h"

#include "kernels/cpu/quantized_rows_impl.h"

constexpr int kBlock = int(kDepthwiseBlock);
constexpr int kBlockVectors = kBlock / Sums::kLanes;

// Lanes of two taps; channels in their order.
struct PairLanes {
  static constexpr int kTaps = 2;
  static constexpr int32_t kShift = 0;
  static constexpr int kTogether = kBlockVectors;  // vectors of a result that are stored at once

  WEFT_INLINE static void order(const int32_t (&channels)[kBlock], int32_t* lanes) {
    __builtin_memcpy(lanes, channels, sizeof channels);
  }
  WEFT_INLINE static void reorder(const int32_t (&lanes)[kBlock], int32_t* channels) {
    __builtin_memcpy(channels, lanes, sizeof lanes);
  }
  template <int... I>
  WEFT_INLINE static void interleave(Shorts a, Shorts b, int8_t* to, Numbers<I...>) {
    constexpr int kHalf = int(sizeof...(I)) / 2;
    const Shorts low =
        __builtin_shufflevector(a, b, (I % 2 ? int(sizeof...(I)) + I / 2 : I / 2)...);
    const Shorts high =
        __builtin_shufflevector(a, b, (kHalf + (I % 2 ? int(sizeof...(I)) + I / 2 : I / 2))...);
    __builtin_memcpy(to, &low, sizeof low);
    __builtin_memcpy(to + sizeof low, &high, sizeof high);
  }
  // A column of rows of an image, for one block of channels.
  WEFT_INLINE static void lay(const int8_t* const (&rows)[kTaps], int64_t channels, int8_t* to) {
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
      interleave(load_bytes_as_shorts(from[0] + i), load_bytes_as_shorts(from[1] + i), to + 4 * i,
                 typename CountTo<kStep>::Type());
  }
  // Of quads the two bytes that this group has.
  WEFT_INLINE static void widen(int32_t (&quads)[kBlock], int64_t group) {
    for (int32_t& quad : quads) {
      const int32_t low = int8_t(quad >> group % 2 * 16),
                    high = int8_t(quad >> (group % 2 * 16 + 8));
      quad = int32_t((uint32_t(high) << 16) | (uint32_t(low) & 0xffff));
    }
  }
  WEFT_INLINE static Sums add(Sums data, Sums weights, Sums sum) {
    return sum + pair_products((Shorts)data.v, (Shorts)weights.v);
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
// The same with channels 0 to 3 and 8 to 11 of 16 in one vector and the others in the next, as
// interleaving leaves them.
struct SplitPairLanes : PairLanes {
  static constexpr int kTogether = 2;
  static constexpr int kStep = kTogether * Sums::kLanes;  // channels

  WEFT_INLINE static void order(const int32_t (&channels)[kBlock], int32_t* lanes) {
    for (int c = 0; c < kBlock; c += kStep)
      for (int part = 0; part < 4; ++part)
        __builtin_memcpy(lanes + c + part % 2 * 8 + part / 2 * 4, channels + c + part * 4, 16);
  }
  WEFT_INLINE static void reorder(const int32_t (&lanes)[kBlock], int32_t* channels) {
    order(lanes, channels);  // the second and the third four change places
  }
  WEFT_INLINE static void lay(const int8_t* const (&rows)[kTaps], int64_t channels, int8_t* to) {
    int64_t c = 0;
    for (; c + kStep <= channels; c += kStep) lay_step(rows[0] + c, rows[1] + c, to + 4 * c);
    if (c == channels) return;
    int8_t rest[kTaps][kStep] = {};
    for (int r = 0; r < kTaps; ++r) __builtin_memcpy(rest[r], rows[r] + c, channels - c);
    lay_step(rest[0], rest[1], to + 4 * c);
  }
  // kTogether vectors of some results.
  template <int kResults>
  WEFT_INLINE static void store_all(int8_t* to, int64_t step, const Sums (&y)[kResults][kTogether],
                                    const Bounds& bounds, int64_t channels) {
    repeat<(kResults + 1) / 2>([&](auto pair) WEFT_LAMBDA {
      constexpr int r = 2 * decltype(pair)::value;
      constexpr bool kIsPair = r + 1 < kResults;
      constexpr int next = kIsPair ? r + 1 : r;
      const __m256i words[2] = {_mm256_packs_epi32((__m256i)y[r][0].v, (__m256i)y[r][1].v),
                                _mm256_packs_epi32((__m256i)y[next][0].v, (__m256i)y[next][1].v)};
      const __m256i bytes = _mm256_permute4x64_epi64(bounds.held(words[0], words[1]), 0xd8);
      const __m128i rows[2] = {_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1)};
      for (int i = 0; i < (kIsPair ? 2 : 1); ++i)
        if (channels == kStep)
          _mm_storeu_si128((__m128i*)(to + (r + i) * step), rows[i]);
        else
          __builtin_memcpy(to + (r + i) * step, &rows[i], channels);
    });
  }

 private:
  WEFT_INLINE static void lay_step(const int8_t* a, const int8_t* b, int8_t* to) {
    const __m256i first = (__m256i)load_bytes_as_shorts(a),
                  second = (__m256i)load_bytes_as_shorts(b);
    _mm256_storeu_si256((__m256i*)to, _mm256_unpacklo_epi16(first, second));
    _mm256_storeu_si256((__m256i*)(to + 32), _mm256_unpackhi_epi16(first, second));
  }
};
#endif

#if WEFT_DOT_BYTES && WEFT_AVX512
// Lanes of four taps; a vector has four channels of every 16.
struct QuadLanes {
  static constexpr int kTaps = 4;
  static constexpr int32_t kShift = 128;
  static constexpr int kTogether = kBlockVectors;

  // Four channels at a time change places.
  WEFT_INLINE static void order(const int32_t (&channels)[kBlock], int32_t* lanes) {
    for (int v = 0; v < 4; ++v)
      for (int part = 0; part < 4; ++part)
        __builtin_memcpy(lanes + v * 16 + part * 4, channels + part * 16 + v * 4, 16);
  }
  WEFT_INLINE static void reorder(const int32_t (&lanes)[kBlock], int32_t* channels) {
    for (int v = 0; v < 4; ++v)
      for (int part = 0; part < 4; ++part)
        __builtin_memcpy(channels + part * 16 + v * 4, lanes + v * 16 + part * 4, 16);
  }
  WEFT_INLINE static void lay(const int8_t* const (&rows)[kTaps], int64_t channels, int8_t* to) {
    const __mmask64 lanes = lanes_of(channels);
    const __m512i flip = _mm512_set1_epi8(-128);
    __m512i row[4];
    repeat<kTaps>([&](auto tap) WEFT_LAMBDA {
      constexpr int r = decltype(tap)::value;
      row[r] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(lanes, rows[r]), flip);
    });
    const __m512i low[2] = {_mm512_unpacklo_epi8(row[0], row[1]),
                            _mm512_unpacklo_epi8(row[2], row[3])};
    const __m512i high[2] = {_mm512_unpackhi_epi8(row[0], row[1]),
                             _mm512_unpackhi_epi8(row[2], row[3])};
    _mm512_storeu_si512(to, _mm512_unpacklo_epi16(low[0], low[1]));
    _mm512_storeu_si512(to + 64, _mm512_unpackhi_epi16(low[0], low[1]));
    _mm512_storeu_si512(to + 128, _mm512_unpacklo_epi16(high[0], high[1]));
    _mm512_storeu_si512(to + 192, _mm512_unpackhi_epi16(high[0], high[1]));
  }
  WEFT_INLINE static void widen(int32_t (&)[kBlock], int64_t) {}
  WEFT_INLINE static Sums add(Sums data, Sums weights, Sums sum) {
    return add_dot_bytes(data, weights, sum);
  }
  WEFT_INLINE static void store(int8_t* to, const Sums (&y)[kBlockVectors], const Bounds& bounds,
                                int64_t channels) {
    const __m512i bytes = bounds.bytes(y[0], y[1], y[2], y[3]);
    if (channels == kBlock)
      _mm512_storeu_si512(to, bytes);
    else
      _mm512_mask_storeu_epi8(to, lanes_of(channels), bytes);
  }
  WEFT_INLINE static __mmask64 lanes_of(int64_t channels) {
    return ~__mmask64(0) >> (64 - channels);
  }
};
#endif

template <class Lanes>
struct DepthwiseUnit {
  const QuantizedDepthwise& p;
  const QuantizedDepthwiseCut& cut;
  int64_t image, first_row, rows, first_channel, channels;
  int8_t* band;
  int32_t* weights;  // in the order of lanes

  static constexpr int64_t kGroupBytes = kBlock * 4;
  int64_t groups() const { return (p.shape.kernel_height + Lanes::kTaps - 1) / Lanes::kTaps; }
  int64_t quads_of_column() const { return (p.shape.kernel_height + kQuad - 1) / kQuad; }
  int64_t column_bytes() const { return groups() * kGroupBytes; }

  const int8_t* packed(int64_t quad, int64_t channel) const {
    return p.filters + (quad * p.shape.in_channels + first_channel + channel) * kQuad;
  }

  // Numbers of this block's channels, and of those that are not there.
  WEFT_INLINE void load_block(const void* from, int32_t absent, int32_t (&to)[kBlock]) const {
    __builtin_memcpy(to, from, channels * sizeof *to);
    for (int64_t c = channels; c < kBlock; ++c) to[c] = absent;
  }

  void prepare_weights() const {
    int32_t* to = weights;
    for (int64_t kx = 0; kx < p.shape.kernel_width; ++kx)
      for (int64_t g = 0; g < groups(); ++g, to += kBlock) {
        alignas(64) int32_t quads[kBlock];
        load_block(packed(kx * quads_of_column() + g * Lanes::kTaps / kQuad, 0), 0, quads);
        Lanes::widen(quads, g);
        Lanes::order(quads, to);
      }
  }

  // What sums of each channel start with, in their order.
  void find_starts(int32_t (&starts)[kBlock]) const {
    alignas(64) int32_t sums[kBlock], bias[kBlock] = {};
    load_block(packed(quads_of_column() * p.shape.kernel_width, 0), 0, sums);
    if (p.bias) load_block(p.bias + first_channel, 0, bias);
    const Sums zero_point(p.zero_point + Lanes::kShift);
    for (int c = 0; c < kBlock; c += Sums::kLanes)
      Memory<int32_t>::store(starts + c, Memory<int32_t>::load(bias + c) -
                                             zero_point * Memory<int32_t>::load(sums + c));
  }

  void fill_band(int64_t oy) const {
    const Convolution& s = p.shape;
    alignas(64) int8_t nothing[kBlock];
    __builtin_memset(nothing, p.zero_point, sizeof nothing);
    const int64_t top = oy * s.stride_height - s.pad_top;
    const int8_t* outside[Lanes::kTaps];
    for (const int8_t*& row : outside) row = nothing;
    for (int64_t g = 0; g < groups(); ++g) {
      const int8_t* row[Lanes::kTaps];
      int64_t step[Lanes::kTaps];
      for (int t = 0; t < Lanes::kTaps; ++t) {
        const int64_t tap = g * Lanes::kTaps + t, y = top + tap * s.dilation_height;
        const bool is_there = tap < s.kernel_height && y >= 0 && y < s.in_height;
        step[t] = is_there ? s.in_channels : 0;
        row[t] = is_there
                     ? p.x + (image * s.in_height + y) * s.in_width * s.in_channels + first_channel
                     : nothing;
      }
      int8_t* to = band + g * kGroupBytes;
      int64_t x = -s.pad_left;
      const int64_t end = cut.columns - s.pad_left, step_to = column_bytes();
      const int64_t inside = end < s.in_width ? end : s.in_width, count = channels;
      for (; x < 0 && x < end; ++x, to += step_to) Lanes::lay(outside, kBlock, to);
      for (; x < inside; ++x, to += step_to) {
        Lanes::lay(row, count, to);
        repeat<Lanes::kTaps>(
            [&](auto tap) WEFT_LAMBDA { row[decltype(tap)::value] += step[decltype(tap)::value]; });
      }
      for (; x < end; ++x, to += step_to) Lanes::lay(outside, kBlock, to);
    }
  }

  // Vector v of some results from ox on. kTaps: groups of a kernel whose columns are neighbours, 0
  // for any.
  template <int kResults, int kTaps>
  WEFT_INLINE void add_taps(int64_t ox, int v, Sums (&sums)[kResults]) const {
    const Convolution& s = p.shape;
    const int64_t column = column_bytes(), step = s.stride_width * column;
    const int32_t* weight = weights + v * Sums::kLanes;
    const int8_t* from = band + ox * step + v * kVectorBytes;
    const auto add = [&](const int8_t* at, const int32_t* tap) WEFT_LAMBDA {
      const Sums of_tap = Memory<int32_t>::load(tap);
      repeat<kResults>([&](auto result) WEFT_LAMBDA {
        constexpr int r = decltype(result)::value;
        const Sums data = Memory<int32_t>::load((const int32_t*)(at + r * step));
        sums[r] = Lanes::add(data, of_tap, sums[r]);
      });
    };
    if constexpr (kTaps > 0) {
      repeat<kTaps>([&](auto tap) WEFT_LAMBDA {
        constexpr int t = decltype(tap)::value;
        add(from + t * kGroupBytes, weight + t * kBlock);
      });
    } else {
      for (int64_t kx = 0; kx < s.kernel_width; ++kx, from += s.dilation_width * column)
        for (int64_t g = 0; g < groups(); ++g, weight += kBlock)
          add(from + g * kGroupBytes, weight);
    }
  }

  // Results of a row at 64 bytes of the output or of a buffer.
  struct Scales {
    Sums start[kBlockVectors];
    BoundedRescale rescale[kBlockVectors];
  };
  WEFT_INLINE void order_of_channels(const int32_t* values, int32_t absent,
                                     int32_t (&lanes)[kBlock]) const {
    alignas(64) int32_t block[kBlock];
    if (p.how.is_per_channel) {
      load_block(values + first_channel, absent, block);
    } else {
      for (int32_t& value : block) value = *values;
    }
    Lanes::order(block, lanes);
  }
  bool find_scales(const int32_t (&starts)[kBlock], Scales& scales) const {
    if (!p.how.multiplier || p.residual.values) return false;
    constexpr int64_t kProduct = 256 * 128;
    const int64_t taps = p.shape.kernel_height * p.shape.kernel_width;
    const int64_t room = BoundedRescale::kBound - 1 - taps * kProduct;
    if (room <= 0) return false;
    alignas(64) int32_t start[kBlock], multiplier[kBlock], shift[kBlock];
    Lanes::order(starts, start);
    order_of_channels(p.how.multiplier, 0, multiplier);
    order_of_channels(p.how.shift, -1, shift);
    const Sums most{int32_t(room)};
    for (int v = 0; v < kBlockVectors; ++v) {
      const auto load = [&](const int32_t* from)
                            WEFT_LAMBDA { return Memory<int32_t>::load(from + v * Sums::kLanes); };
      scales.start[v] = load(start);
      if (is_any(scales.start[v] > most) || is_any(scales.start[v] < Sums(0) - most) ||
          !BoundedRescale::takes(load(shift)))
        return false;
      scales.rescale[v] = BoundedRescale::of(load(multiplier), load(shift), p.how);
    }
    return true;
  }

  int64_t place(int64_t oy, int64_t ox) const {
    return (image * p.shape.out_height + oy) * p.shape.out_width + ox;
  }

  template <int kResults, int kTaps, bool kRectified>
  WEFT_INLINE void rescale(int64_t ox, const Scales& scales, const Bounds& bounds,
                           int8_t* y) const {
    constexpr int kTogether = Lanes::kTogether;
    constexpr int64_t kStep = kTogether * Sums::kLanes;
    for (int64_t c = 0; c == 0 || (kStep < kBlock && c < channels); c += kStep) {
      Sums results[kResults][kTogether];
      const auto rescale_vector = [&](int i) WEFT_LAMBDA {
        const int v = int(c / Sums::kLanes) + i;
        Sums sums[kResults];
        for (Sums& sum : sums) sum = scales.start[v];
        add_taps<kResults, kTaps>(ox, v, sums);
        repeat<kResults>([&](auto result) WEFT_LAMBDA {
          constexpr int r = decltype(result)::value;
          results[r][i] = scales.rescale[v].template rescaled<kRectified>(sums[r]);
        });
      };
      if constexpr (kTogether > 8)  // of the narrowest vectors there are too many
        for (int i = 0; i < kTogether; ++i) rescale_vector(i);
      else
        repeat<kTogether>([&](auto i) WEFT_LAMBDA { rescale_vector(decltype(i)::value); });
      if constexpr (kTogether == kBlockVectors)
        repeat<kResults>([&](auto result) WEFT_LAMBDA {
          constexpr int r = decltype(result)::value;
          Lanes::store(y + r * p.shape.in_channels, results[r], bounds, channels);
        });
      else
        Lanes::store_all(y + c, p.shape.in_channels, results, bounds,
                         channels - c < kStep ? channels - c : kStep);
    }
  }

  // Some results share what is loaded of weights and scales.
  template <int kTaps, bool kRectified>
  void rescaled_row(int64_t oy, const Scales& scales, const Bounds& bounds) const {
    const int64_t width = p.shape.out_width, step = p.shape.in_channels;
    int8_t* y = (int8_t*)p.y + place(oy, 0) * step + first_channel;
    int64_t ox = 0;
    if constexpr (WEFT_AVX512 || WEFT_AVX2)
      for (; ox + 4 <= width; ox += 4, y += 4 * step)
        rescale<4, kTaps, kRectified>(ox, scales, bounds, y);
    for (; ox + 2 <= width; ox += 2, y += 2 * step)
      rescale<2, kTaps, kRectified>(ox, scales, bounds, y);
    if (ox < width) rescale<1, kTaps, kRectified>(ox, scales, bounds, y);
  }

  void run() const {
    alignas(64) int32_t starts[kBlock], sums[kBlock], ordered[kBlock];
    prepare_weights();
    find_starts(starts);
    Scales scales;
    const bool is_bounded = find_scales(starts, scales);
    const Bounds bounds(p.how);
    const bool is_rectified = BoundedRescale::rectifies(p.how);
    const int64_t taps = p.shape.kernel_height * p.shape.kernel_width;
    const Finish<kBlock> finish(p.how, p.residual, p.y, p.shape.in_channels, taps, starts,
                                first_channel, channels);
    constexpr int kUsualTaps = 3 * (Lanes::kTaps == 4 ? 1 : 2);  // of 3 x 3
    const bool is_usual =
        p.shape.kernel_width == 3 && groups() * 3 == kUsualTaps && p.shape.dilation_width == 1;
    for (int64_t oy = first_row; oy < first_row + rows; ++oy) {
      fill_band(oy);
      if (is_bounded) {
        const auto row = is_usual ? (is_rectified ? &DepthwiseUnit::rescaled_row<kUsualTaps, true>
                                                  : &DepthwiseUnit::rescaled_row<kUsualTaps, false>)
                                  : (is_rectified ? &DepthwiseUnit::rescaled_row<0, true>
                                                  : &DepthwiseUnit::rescaled_row<0, false>);
        (this->*row)(oy, scales, bounds);
        continue;
      }
      for (int64_t ox = 0; ox < p.shape.out_width; ++ox) {
        for (int v = 0; v < kBlockVectors; ++v) {
          Sums vector[1] = {Sums(0)};
          add_taps<1, 0>(ox, v, vector);
          Memory<int32_t>::store(sums + v * Sums::kLanes, vector[0]);
        }
        Lanes::reorder(sums, ordered);
        finish.rows(ordered, 0, place(oy, ox), 1);
      }
    }
  }
};

template <class Lanes>
void depthwise_units(const QuantizedDepthwise& p, const QuantizedDepthwiseCut& cut, Range units,
                     void* scratch) {
  const Convolution& s = p.shape;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t block = unit % cut.blocks * kBlock, rest = unit / cut.blocks;
    const int64_t first_row = rest % cut.row_chunks * cut.rows;
    const DepthwiseUnit<Lanes> work{
        p,
        cut,
        rest / cut.row_chunks,
        first_row,
        s.out_height - first_row < cut.rows ? s.out_height - first_row : cut.rows,
        block,
        s.in_channels - block < kBlock ? s.in_channels - block : kBlock,
        (int8_t*)scratch,
        (int32_t*)((char*)scratch + cut.weights)};
    work.run();
  }
}

void quantized_depthwise(const QuantizedDepthwise& p, const QuantizedDepthwiseCut& cut, Range units,
                         void* scratch) {
#if WEFT_DOT_BYTES && WEFT_AVX512
  if (processor_has_dot_bytes()) return depthwise_units<QuadLanes>(p, cut, units, scratch);
#endif
#if WEFT_AVX2
  depthwise_units<SplitPairLanes>(p, cut, units, scratch);
#else
  depthwise_units<PairLanes>(p, cut, units, scratch);
#endif
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
