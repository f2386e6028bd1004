// Convolutions of int8 NHWC images in which each channel has a filter of its own:
// kernels/int8/quantized.h.
//
// A unit is some rows of an image's result for 64 channels. For each row it stages the columns of
// the windows once, with the rows of the window side by side in a lane of 32 bits: four bytes for
// VPDPBUSD, two 16-bit numbers for PMADDWD. A result is then one such product for each column of
// the window, and neighbouring results share columns. Interleaving works within 128 bits, which
// leaves the channels in another order; packing the results to bytes restores it, so nothing is
// permuted in between.
//
// If there are few channels and windows move by one column, several neighbouring columns fill the
// 64 bytes of a block, in the image as well as in the result: they are treated as one column.
#include "kernels/int8/quantized_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/simd/known_steps.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/int8/requantize_impl.h"

#include "kernels/int8/int8x4_impl.h"

#include "kernels/int8/quantized_rows_impl.h"

constexpr int kBlock = int(kDepthwiseBlock);
constexpr int kBlockVectors = kBlock / Sums::kLanes;

#include "kernels/int8/depthwise_lanes_impl.h"

// Lanes: see depthwise_lanes_impl.h.
template <class Lanes>
struct DepthwiseUnit {
  const QuantizedDepthwise& p;
  const QuantizedDepthwiseCut& cut;
  int64_t image, first_row, rows, first_channel, channels;
  int8_t* row_tile;
  int32_t* weights;           // in the order of lanes
  int64_t block_columns = 1;  // columns in a block
  // rows of the window that are staged; 4 if two rows of results share them
  int64_t rows_staged = p.shape.kernel_height;

  // Lanes of a block that are used.
  int64_t lanes() const { return block_columns * channels; }

  static constexpr int64_t kGroupBytes = kBlock * 4;
  int64_t groups() const { return (p.shape.kernel_height + Lanes::kTaps - 1) / Lanes::kTaps; }
  int64_t int8x4s_of_column() const { return (p.shape.kernel_height + kInt8x4 - 1) / kInt8x4; }
  int64_t column_bytes() const { return groups() * kGroupBytes; }

  // The weights of an int8x4 of taps, or the sums behind them, for one channel.
  const int8_t* packed(int64_t int8x4, int64_t channel) const {
    return p.filters + (int8x4 * p.shape.in_channels + first_channel + channel) * kInt8x4;
  }

  // Numbers of this block's channels, repeated for columns side by side; absent ones get `absent`.
  WEFT_INLINE void load_block(const void* from, int32_t absent, int32_t (&to)[kBlock]) const {
    for (int64_t x = 0; x < block_columns; ++x)
      __builtin_memcpy(to + x * channels, from, channels * sizeof *to);
    for (int64_t c = lanes(); c < kBlock; ++c) to[c] = absent;
  }

  // Brings the weights into the order of lanes. down: the window begins so many rows below the
  // first staged row.
  void prepare_weights(int down = 0) const {
    int32_t* to = weights;
    for (int64_t kx = 0; kx < p.shape.kernel_width; ++kx)
      for (int64_t g = 0; g < groups(); ++g, to += kBlock) {
        alignas(64) int32_t int8x4s[kBlock];
        load_block(packed(kx * int8x4s_of_column() + g * Lanes::kTaps / kInt8x4, 0), 0, int8x4s);
        for (int32_t& int8x4 : int8x4s) int8x4 = int32_t(uint32_t(int8x4) << 8 * down);
        Lanes::widen(int8x4s, g);
        Lanes::order(int8x4s, to);
      }
  }

  // What the sums of each channel start with: bias minus zero point times sum of weights.
  void find_starts(int32_t (&starts)[kBlock]) const {
    alignas(64) int32_t sums[kBlock], bias[kBlock] = {};
    load_block(packed(int8x4s_of_column() * p.shape.kernel_width, 0), 0, sums);
    if (p.bias) load_block(p.bias + first_channel, 0, bias);
    const Sums zero_point(p.zero_point + Lanes::kShift);
    for (int c = 0; c < kBlock; c += Sums::kLanes)
      Memory<int32_t>::store(starts + c, Memory<int32_t>::load(bias + c) -
                                             zero_point * Memory<int32_t>::load(sums + c));
  }

  // Rows of the image under a group of taps; in place of a row that does not exist, zero points,
  // with a step of 0.
  struct RowTileRows {
    const int8_t* at[Lanes::kTaps];
    int64_t step[Lanes::kTaps];
  };
  RowTileRows rows_of_group(int64_t top, int64_t group, const int8_t* nothing) const {
    const Convolution& s = p.shape;
    RowTileRows found;
    for (int t = 0; t < Lanes::kTaps; ++t) {
      const int64_t tap = group * Lanes::kTaps + t, y = top + tap * s.dilation_height;
      const bool is_there = tap < rows_staged && y >= 0 && y < s.in_height;
      found.step[t] = is_there ? s.in_channels : 0;
      found.at[t] =
          is_there ? p.x + (image * s.in_height + y) * s.in_width * s.in_channels + first_channel
                   : nothing;
    }
    return found;
  }

  // Stages the block of columns from x on, some of which are outside the image.
  void stage_edge(const RowTileRows& whole, int64_t x, const int8_t* nothing, int8_t* to) const {
    const int64_t begin = x < 0 ? 0 : x, last = p.shape.in_width,
                  end = x + block_columns < last ? x + block_columns : last;
    int8_t columns[Lanes::kTaps][kBlock];
    const int8_t* from[Lanes::kTaps];
    for (int t = 0; t < Lanes::kTaps; ++t) {
      from[t] = nothing;
      if (begin >= end || whole.step[t] == 0) continue;
      __builtin_memcpy(columns[t], nothing, kBlock);
      __builtin_memcpy(columns[t] + (begin - x) * channels, whole.at[t] + begin * whole.step[t],
                       (end - begin) * channels);
      from[t] = columns[t];
    }
    Lanes::stage(from, lanes(), to);
  }

  // Stages all columns that the windows of one row of results read.
  void fill_row_tile(int64_t oy) const {
    const Convolution& s = p.shape;
    alignas(64) int8_t nothing[kBlock];
    __builtin_memset(nothing, p.zero_point, sizeof nothing);
    for (int64_t g = 0; g < groups(); ++g) {
      RowTileRows row = rows_of_group(oy * s.stride_height - s.pad_top, g, nothing);
      const RowTileRows whole = row;
      int8_t* to = row_tile + g * kGroupBytes;
      int64_t x = -s.pad_left;
      const int64_t end = cut.columns - s.pad_left, step_to = column_bytes(), count = lanes();
      const int64_t last = s.in_width - block_columns + 1, inside = end < last ? end : last;
      for (; x < 0 && x < end; ++x, to += step_to) stage_edge(whole, x, nothing, to);
      for (; x < inside; ++x, to += step_to) {
        Lanes::stage(row.at, count, to);
        WEFT_UNROLL
        for (int tap = 0; tap < Lanes::kTaps; ++tap) row.at[tap] += row.step[tap];
      }
      for (; x < end; ++x, to += step_to) stage_edge(whole, x, nothing, to);
    }
  }

  // Adds all taps to vector v of some results from column ox on. kTaps: lanes of a window with
  // neighbouring columns if the compiler knows the number, otherwise 0.
  template <int kResults, int kTaps>
  WEFT_INLINE void add_taps(int64_t ox, int v, Sums (&sums)[kResults]) const {
    const Convolution& s = p.shape;
    const int64_t column = column_bytes(), step = s.stride_width * block_columns * column;
    const int32_t* weight = weights + v * Sums::kLanes;
    const int8_t* from = row_tile + ox * s.stride_width * column + v * kVectorBytes;
    const auto add = [&](const int8_t* at, const int32_t* tap) WEFT_LAMBDA {
      const Sums of_tap = Memory<int32_t>::load(tap);
      WEFT_UNROLL
      for (int r = 0; r < kResults; ++r) {
        const Sums data = Memory<int32_t>::load((const int32_t*)(at + r * step));
        sums[r] = Lanes::add(data, of_tap, sums[r]);
      }
    };
    if constexpr (kTaps > 0) {
      WEFT_UNROLL
      for (int t = 0; t < kTaps; ++t) add(from + t * kGroupBytes, weight + t * kBlock);
    } else {
      for (int64_t kx = 0; kx < s.kernel_width; ++kx, from += s.dilation_width * column)
        for (int64_t g = 0; g < groups(); ++g, weight += kBlock)
          add(from + g * kGroupBytes, weight);
    }
  }

  // What rescales each vector of a block.
  struct Scales {
    Sums start[kBlockVectors];
    BoundedRescale rescale[kBlockVectors];
  };
  // Values of channels, or one for all, in the order of lanes.
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
  // False if the short formula (BoundedRescale) does not hold for some channel.
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
    const Sums maximum{int32_t(room)};
    for (int v = 0; v < kBlockVectors; ++v) {
      const auto load = [&](const int32_t* from)
                            WEFT_LAMBDA { return Memory<int32_t>::load(from + v * Sums::kLanes); };
      scales.start[v] = load(start);
      if (is_any(scales.start[v] > maximum) || is_any(scales.start[v] < Sums(0) - maximum) ||
          !BoundedRescale::takes(load(shift)))
        return false;
      scales.rescale[v] = BoundedRescale::of(load(multiplier), load(shift), p.how);
    }
    return true;
  }

  // Number of a result in the output image.
  int64_t place(int64_t oy, int64_t ox) const {
    return (image * p.shape.out_height + oy) * p.shape.out_width + ox;
  }

  // Some blocks of results from ox on; each has `there` lanes.
  template <int kResults, int kTaps, bool kRectified>
  WEFT_INLINE void rescale(int64_t ox, const Scales& scales, const Bounds& bounds, int64_t there,
                           int8_t* y) const {
    constexpr int kTogether = Lanes::kTogether;
    constexpr int64_t kStep = kTogether * Sums::kLanes;
    const int64_t step = block_columns * p.shape.in_channels;
    for (int64_t c = 0; c == 0 || (kStep < kBlock && c < there); c += kStep) {
      Sums results[kResults][kTogether];
      const auto rescale_vector = [&](int i) WEFT_LAMBDA {
        const int v = int(c / Sums::kLanes) + i;
        Sums sums[kResults];
        WEFT_UNROLL
        for (int r = 0; r < kResults; ++r) sums[r] = scales.start[v];
        add_taps<kResults, kTaps>(ox, v, sums);
        WEFT_UNROLL
        for (int r = 0; r < kResults; ++r)
          results[r][i] = scales.rescale[v].template rescaled<kRectified>(sums[r]);
      };
      constexpr int kRegisters = WEFT_AVX512 ? 32 : 16;
      if constexpr (kTogether * 4 >= kRegisters)  // results would not stay in registers
        for (int i = 0; i < kTogether; ++i) rescale_vector(i);
      else {
        WEFT_UNROLL
        for (int i = 0; i < kTogether; ++i) rescale_vector(i);
      }
      if constexpr (kTogether == kBlockVectors) {
        WEFT_UNROLL
        for (int r = 0; r < kResults; ++r) Lanes::store(y + r * step, results[r], bounds, there);
      } else
        Lanes::store_all(y + c, step, results, bounds, there - c < kStep ? there - c : kStep);
    }
  }

  // One row of results. Several results are computed together, because they share loaded weights
  // and scales.
  template <int kTaps, bool kRectified>
  void rescaled_row(int64_t oy, const Scales& scales, const Bounds& bounds) const {
    const int64_t width = p.shape.out_width, step = block_columns * p.shape.in_channels;
    int8_t* y = (int8_t*)p.y + place(oy, 0) * p.shape.in_channels + first_channel;
    int64_t ox = 0;
    if constexpr (WEFT_AVX512 || WEFT_AVX2)
      for (; ox + 4 * block_columns <= width; ox += 4 * block_columns, y += 4 * step)
        rescale<4, kTaps, kRectified>(ox, scales, bounds, lanes(), y);
    for (; ox + 2 * block_columns <= width; ox += 2 * block_columns, y += 2 * step)
      rescale<2, kTaps, kRectified>(ox, scales, bounds, lanes(), y);
    for (; ox < width; ox += block_columns, y += step) {
      const int64_t columns = width - ox < block_columns ? width - ox : block_columns;
      rescale<1, kTaps, kRectified>(ox, scales, bounds, columns * channels, y);
    }
  }

  // All rows. A lane of four taps has room for a fourth row of windows three rows high, so two rows
  // of results share what is staged.
  void run_rescaled(const Scales& scales) {
    const Convolution& s = p.shape;
    const Bounds bounds(p.how);
    const bool is_rectified = BoundedRescale::rectifies(p.how);
    constexpr int kUsualTaps = 3 * (Lanes::kTaps == 4 ? 1 : 2);  // lanes of a 3 x 3 window
    constexpr int kKnownTaps = WEFT_KNOWN_STEPS > 0 ? kUsualTaps : 0;
    const bool is_usual =
        s.kernel_width == 3 && groups() * 3 == kUsualTaps && s.dilation_width == 1;
    const auto row = is_usual ? (is_rectified ? &DepthwiseUnit::rescaled_row<kKnownTaps, true>
                                              : &DepthwiseUnit::rescaled_row<kKnownTaps, false>)
                              : (is_rectified ? &DepthwiseUnit::rescaled_row<0, true>
                                              : &DepthwiseUnit::rescaled_row<0, false>);
    const bool in_pairs =
        is_usual && s.kernel_height == 3 && s.stride_height == 1 && s.dilation_height == 1;
    alignas(64) int32_t lower_weights[kUsualTaps * kBlock];
    DepthwiseUnit lower = *this;
    if (in_pairs) {
      rows_staged = 4;
      lower.weights = lower_weights;
      lower.prepare_weights(1);
    }
    for (int64_t oy = first_row; oy < first_row + rows; ++oy) {
      fill_row_tile(oy);
      (this->*row)(oy, scales, bounds);
      if (in_pairs && ++oy < first_row + rows) (lower.*row)(oy, scales, bounds);
    }
  }

  // The general way: one result at a time, with one column in a block.
  void run_finished(const int32_t (&starts)[kBlock]) const {
    alignas(64) int32_t sums[kBlock], ordered[kBlock];
    const int64_t taps = p.shape.kernel_height * p.shape.kernel_width;
    const Finish<kBlock> finish(p.how, p.residual, p.y, p.shape.in_channels, taps, starts,
                                first_channel, channels);
    for (int64_t oy = first_row; oy < first_row + rows; ++oy) {
      fill_row_tile(oy);
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

  // Takes as many columns side by side as fit, if the short formula holds.
  void run() {
    alignas(64) int32_t starts[kBlock];
    Scales scales;
    if (Lanes::kTogether == kBlockVectors && p.shape.stride_width == 1) {
      const int64_t fit = kBlock / p.shape.in_channels;
      block_columns = fit > 1 ? fit : 1;
    }
    prepare_weights();
    find_starts(starts);
    if (find_scales(starts, scales)) return run_rescaled(scales);
    if (block_columns > 1) {
      block_columns = 1;
      prepare_weights();
      find_starts(starts);
    }
    run_finished(starts);
  }
};

// The units of a call, with one kind of lanes.
template <class Lanes>
void depthwise_units(const QuantizedDepthwise& p, const QuantizedDepthwiseCut& cut, Range units,
                     void* scratch) {
  const Convolution& s = p.shape;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t block = unit % cut.blocks * kBlock, rest = unit / cut.blocks;
    const int64_t first_row = rest % cut.row_chunks * cut.rows;
    DepthwiseUnit<Lanes> work{
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
#if WEFT_DOT_BYTES && !WEFT_NEON
  if (dots_bytes()) return depthwise_units<Int8x4Lanes>(p, cut, units, scratch);
#endif
#if !WEFT_PAIRS_OF_BYTES
  avx2::quantized_depthwise(p, cut, units, scratch);
#elif WEFT_AVX2
  depthwise_units<SplitPairLanes>(p, cut, units, scratch);
#else
  depthwise_units<PairLanes>(p, cut, units, scratch);
#endif
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
