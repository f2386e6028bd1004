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

// Rows of an image for one block of channels; a row that is not there is the zero point.
struct SourceRows {
  const int8_t* at[4];
  int64_t channels;
};

// Lanes of two taps; channels in their order.
struct PairLanes {
  static constexpr int kTaps = 2;
  static constexpr int32_t kShift = 0;

  WEFT_INLINE static int channel_of(int lane) { return lane; }
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
  WEFT_INLINE static void lay(const SourceRows& rows, int8_t* to) {
    constexpr int kStep = kVectorBytes / 2;
    int8_t whole[2][kBlock];
    const int8_t* from[2] = {rows.at[0], rows.at[1]};
    if (rows.channels < kBlock)
      for (int r = 0; r < 2; ++r) {
        __builtin_memcpy(whole[r], from[r], rows.channels);
        __builtin_memset(whole[r] + rows.channels, 0, kBlock - rows.channels);
        from[r] = whole[r];
      }
    for (int i = 0; i < kBlock; i += kStep)
      interleave(load_bytes_as_shorts(from[0] + i), load_bytes_as_shorts(from[1] + i), to + 4 * i,
                 typename CountTo<kStep>::Type());
  }
  // Two bytes of the quad that has this group's taps.
  WEFT_INLINE static int32_t weights(const int8_t* quad, int64_t group) {
    const int16_t pair[2] = {quad[group % 2 * 2], quad[group % 2 * 2 + 1]};
    int32_t lane;
    __builtin_memcpy(&lane, pair, sizeof lane);
    return lane;
  }
  WEFT_INLINE static Sums add(Sums data, Sums weights, Sums sum) {
    return sum + pair_products((Shorts)data.v, (Shorts)weights.v);
  }
  WEFT_INLINE static void store(int8_t* to, const Sums (&y)[kBlockVectors], const Bounds& bounds) {
    for (int v = 0; v < kBlockVectors; ++v) bounds.store(to + v * Sums::kLanes, y[v]);
  }
};

#if WEFT_DOT_BYTES
// Lanes of four taps; a vector has four channels of every 16.
struct QuadLanes {
  static constexpr int kTaps = 4;
  static constexpr int32_t kShift = 128;

  WEFT_INLINE static int channel_of(int lane) {
    return lane % 16 / 4 * 16 + lane / 16 * 4 + lane % 4;
  }
  WEFT_INLINE static void lay(const SourceRows& rows, int8_t* to) {
    const __mmask64 lanes =
        rows.channels < 64 ? (__mmask64(1) << rows.channels) - 1 : ~__mmask64(0);
    const __m512i flip = _mm512_set1_epi8(-128);
    __m512i row[4];
    for (int r = 0; r < 4; ++r)
      row[r] = _mm512_xor_si512(_mm512_maskz_loadu_epi8(lanes, rows.at[r]), flip);
    const __m512i low[2] = {_mm512_unpacklo_epi8(row[0], row[1]),
                            _mm512_unpacklo_epi8(row[2], row[3])};
    const __m512i high[2] = {_mm512_unpackhi_epi8(row[0], row[1]),
                             _mm512_unpackhi_epi8(row[2], row[3])};
    _mm512_storeu_si512(to, _mm512_unpacklo_epi16(low[0], low[1]));
    _mm512_storeu_si512(to + 64, _mm512_unpackhi_epi16(low[0], low[1]));
    _mm512_storeu_si512(to + 128, _mm512_unpacklo_epi16(high[0], high[1]));
    _mm512_storeu_si512(to + 192, _mm512_unpackhi_epi16(high[0], high[1]));
  }
  WEFT_INLINE static int32_t weights(const int8_t* quad, int64_t) {
    int32_t lane;
    __builtin_memcpy(&lane, quad, sizeof lane);
    return lane;
  }
  WEFT_INLINE static Sums add(Sums data, Sums weights, Sums sum) {
    return add_dot_bytes(data, weights, sum);
  }
  WEFT_INLINE static void store(int8_t* to, const Sums (&y)[kBlockVectors], const Bounds& bounds) {
    Sums held[kBlockVectors];
    for (int v = 0; v < kBlockVectors; ++v)
      held[v] = bounds.is_needed ? min_(max_(y[v], bounds.low), bounds.high) : y[v];
    const __m512i words[2] = {_mm512_packs_epi32((__m512i)held[0].v, (__m512i)held[1].v),
                              _mm512_packs_epi32((__m512i)held[2].v, (__m512i)held[3].v)};
    _mm512_storeu_si512(to, _mm512_packs_epi16(words[0], words[1]));
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

  void prepare_weights() const {
    int32_t* to = weights;
    for (int64_t kx = 0; kx < p.shape.kernel_width; ++kx)
      for (int64_t g = 0; g < groups(); ++g)
        for (int lane = 0; lane < kBlock; ++lane) {
          const int channel = Lanes::channel_of(lane);
          const int64_t quad = kx * quads_of_column() + g * Lanes::kTaps / kQuad;
          *to++ = channel < channels ? Lanes::weights(packed(quad, channel), g) : 0;
        }
  }

  // What sums of each channel start with, in their order.
  void find_starts(int32_t (&starts)[kBlock]) const {
    for (int64_t c = 0; c < kBlock; ++c) {
      starts[c] = 0;
      if (c >= channels) continue;
      int32_t sum;
      __builtin_memcpy(&sum, packed(quads_of_column() * p.shape.kernel_width, c), sizeof sum);
      const uint32_t bias = p.bias ? uint32_t(p.bias[first_channel + c]) : 0;
      starts[c] =
          int32_t(bias - (uint32_t(p.zero_point) + uint32_t(Lanes::kShift)) * uint32_t(sum));
    }
  }

  void fill_band(int64_t oy) const {
    const Convolution& s = p.shape;
    alignas(64) int8_t nothing[kBlock];
    __builtin_memset(nothing, p.zero_point, sizeof nothing);
    const int64_t top = oy * s.stride_height - s.pad_top;
    for (int64_t g = 0; g < groups(); ++g) {
      SourceRows rows{{}, channels};
      int64_t step[4];
      for (int t = 0; t < 4; ++t) {
        const int64_t tap = g * Lanes::kTaps + t, y = top + tap * s.dilation_height;
        const bool is_there =
            t < Lanes::kTaps && tap < s.kernel_height && y >= 0 && y < s.in_height;
        step[t] = is_there ? s.in_channels : 0;
        rows.at[t] = is_there ? p.x + ((image * s.in_height + y) * s.in_width) * s.in_channels +
                                    first_channel
                              : nothing;
      }
      SourceRows outside{{nothing, nothing, nothing, nothing}, kBlock};
      int8_t* to = band + g * kGroupBytes;
      for (int64_t x = -s.pad_left; x < cut.columns - s.pad_left; ++x, to += column_bytes()) {
        if (x < 0 || x >= s.in_width) {
          Lanes::lay(outside, to);
          continue;
        }
        Lanes::lay(rows, to);
        for (int t = 0; t < 4; ++t) rows.at[t] += step[t];
      }
    }
  }

  // Sums of result ox, without their starts. kColumns: those of the kernel with one group of rows,
  // 0 for any.
  template <int kColumns>
  WEFT_INLINE void sums_at(int64_t ox, Sums (&sums)[kBlockVectors]) const {
    const Convolution& s = p.shape;
    const int32_t* weight = weights;
    for (int v = 0; v < kBlockVectors; ++v) sums[v] = Sums(0);
    const auto add = [&](const int8_t* from) WEFT_LAMBDA {
      repeat<kBlockVectors>([&](auto vector) WEFT_LAMBDA {
        constexpr int v = decltype(vector)::value;
        sums[v] = Lanes::add(Memory<int32_t>::load((const int32_t*)from + v * Sums::kLanes),
                             Memory<int32_t>::load(weight + v * Sums::kLanes), sums[v]);
      });
      weight += kBlock;
    };
    const int64_t column = (kColumns ? 1 : groups()) * kGroupBytes;
    const int8_t* from = band + ox * s.stride_width * column;
    if constexpr (kColumns > 0) {
      repeat<kColumns>([&](auto) WEFT_LAMBDA {
        add(from);
        from += s.dilation_width * column;
      });
    } else {
      for (int64_t kx = 0; kx < s.kernel_width; ++kx, from += s.dilation_width * column)
        for (int64_t g = 0; g < groups(); ++g) add(from + g * kGroupBytes);
    }
  }

  // Results of a row at 64 bytes of the output or of a buffer.
  struct Scales {
    Sums start[kBlockVectors];
    BoundedRescale rescale[kBlockVectors];
  };
  bool find_scales(const int32_t (&starts)[kBlock], Scales& scales) const {
    if (!p.how.multiplier || p.residual.values) return false;
    constexpr int64_t kProduct = 256 * 128;
    const int64_t taps = p.shape.kernel_height * p.shape.kernel_width;
    const int64_t room = BoundedRescale::kBound - 1 - taps * kProduct;
    if (room <= 0) return false;
    alignas(64) int32_t start[kBlock], multiplier[kBlock], shift[kBlock];
    for (int lane = 0; lane < kBlock; ++lane) {
      const int channel = Lanes::channel_of(lane);
      const int64_t at = p.how.is_per_channel ? first_channel + channel : 0;
      const bool is_there = channel < channels;
      start[lane] = starts[channel];
      multiplier[lane] = is_there ? p.how.multiplier[at] : 0;
      shift[lane] = is_there ? p.how.shift[at] : -1;
      if (start[lane] > room || start[lane] < -room) return false;
    }
    for (int v = 0; v < kBlockVectors; ++v) {
      const Sums of_shift = Memory<int32_t>::load(shift + v * Sums::kLanes);
      if (!BoundedRescale::takes(of_shift)) return false;
      scales.start[v] = Memory<int32_t>::load(start + v * Sums::kLanes);
      scales.rescale[v] = BoundedRescale::of(Memory<int32_t>::load(multiplier + v * Sums::kLanes),
                                             of_shift, p.how.zero_point);
    }
    return true;
  }

  int64_t place(int64_t oy, int64_t ox) const {
    return (image * p.shape.out_height + oy) * p.shape.out_width + ox;
  }

  template <int kColumns>
  void rescaled_row(int64_t oy, const Scales& scales, const Bounds& bounds) const {
    int8_t* y = (int8_t*)p.y + place(oy, 0) * p.shape.in_channels + first_channel;
    for (int64_t ox = 0; ox < p.shape.out_width; ++ox, y += p.shape.in_channels) {
      Sums results[kBlockVectors];
      sums_at<kColumns>(ox, results);
      repeat<kBlockVectors>([&](auto vector) WEFT_LAMBDA {
        constexpr int v = decltype(vector)::value;
        results[v] = scales.rescale[v](results[v] + scales.start[v]);
      });
      if (channels == kBlock) {
        Lanes::store(y, results, bounds);
      } else {
        alignas(64) int8_t buffer[kBlock];
        Lanes::store(buffer, results, bounds);
        __builtin_memcpy(y, buffer, channels);
      }
    }
  }

  void run() const {
    alignas(64) int32_t starts[kBlock], sums[kBlock], ordered[kBlock];
    prepare_weights();
    find_starts(starts);
    Scales scales;
    const bool is_bounded = find_scales(starts, scales);
    const Bounds bounds(p.how);
    const int64_t taps = p.shape.kernel_height * p.shape.kernel_width;
    const Finish finish{p.how, p.residual, p.y, p.shape.in_channels, taps, starts};
    for (int64_t oy = first_row; oy < first_row + rows; ++oy) {
      fill_band(oy);
      if (is_bounded) {
        if (groups() == 1 && p.shape.kernel_width == 3) {
          rescaled_row<3>(oy, scales, bounds);
        } else {
          rescaled_row<0>(oy, scales, bounds);
        }
        continue;
      }
      for (int64_t ox = 0; ox < p.shape.out_width; ++ox) {
        Sums vectors[kBlockVectors];
        sums_at<0>(ox, vectors);
        for (int v = 0; v < kBlockVectors; ++v)
          Memory<int32_t>::store(sums + v * Sums::kLanes, vectors[v]);
        for (int lane = 0; lane < kBlock; ++lane) ordered[Lanes::channel_of(lane)] = sums[lane];
        finish.rows(ordered, 0, place(oy, ox), 1, first_channel, channels);
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
#if WEFT_DOT_BYTES
  if (processor_has_dot_bytes()) return depthwise_units<QuadLanes>(p, cut, units, scratch);
#endif
  depthwise_units<PairLanes>(p, cut, units, scratch);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
