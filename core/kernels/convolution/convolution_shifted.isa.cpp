// Convolutions of stride one without gathering columns. A row tile of the image is copied once,
// with its padding. Positions are numbered along the padded rows, so the columns of one tap are the
// row tile itself, shifted by the tap's offset. Positions in the padding are computed, too, and
// dropped: a few columns for each row.
#include "kernels/convolution/convolution_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/convolution_impl.h"

// The geometry of one direction, with padded rows.
struct Shifted : Sight {
  int64_t pitch;                           // of padded rows
  int64_t plane, row, out_plane, out_row;  // distances between planes and between rows

  Shifted(const Convolution& p, bool is_forward, bool images_are_rows = false)
      : Sight(p, is_forward),
        pitch(out_width + span_col),
        plane(height * width),
        row(width),
        out_plane(out_height * out_width),
        out_row(out_width) {
    // The sequences of a batch as rows of one image.
    if (!images_are_rows) return;
    height = out_height = p.batch;
    row = p.groups * channels * width;
    out_row = p.groups * out_channels * out_width;
  }
  int64_t positions() const { return (out_height - 1) * pitch + out_width; }

  // How far the columns of a tap are shifted.
  int64_t tap_offset(const Convolution& p, int64_t tap) const {
    return tap_row(p, tap) * pitch + tap_col(p, tap);
  }

  // Copies rows first .. first + rows - 1 of some channels with padding; channels are channel_pitch
  // lanes apart.
  template <class S>
  void copy_row_tile(const S* image, Range from_channels, int64_t first, int64_t rows,
                     int64_t channel_pitch, LaneType<S>* to) const {
    // Columns [begin, end) of a padded row are in the image.
    const int64_t begin = lesser(greater(-origin_col, 0), pitch);
    const int64_t end = greater(lesser(width - origin_col, pitch), begin);
    for (int64_t channel = from_channels.begin; channel < from_channels.end; ++channel) {
      LaneType<S>* line = to + (channel - from_channels.begin) * channel_pitch;
      for (int64_t i = 0; i < rows; ++i, line += pitch) {
        const int64_t image_row = first + i + origin_row;
        if (image_row < 0 || image_row >= height) {
          fill_zero(line, pitch);
          continue;
        }
        if (begin > 0) fill_zero(line, begin);
        copy_dense(image + channel * plane + image_row * row + origin_col + begin, end - begin,
                   line + begin);
        if (end < pitch) fill_zero(line + end, pitch - end);
      }
    }
  }

  // Stores those positions of a tile that are outputs, and adds the bias.
  template <class S>
  void store(const LaneType<S>* tile, int64_t tile_row, int64_t first, int64_t cols, S* out,
             const S* bias) const {
    using T = LaneType<S>;
    for (int64_t channel = 0; channel < out_channels; ++channel) {
      const LaneType<S>* sums = tile + channel * tile_row;
      const Vec<T> offset(bias ? to_lane(bias[channel]) : T(0));
      int64_t out_at = first / pitch, col = first % pitch;
      for (int64_t at = 0; at < cols; at += pitch - col, col = 0, ++out_at) {
        const int64_t n = lesser(out_width - col, cols - at);
        S* line = out + channel * out_plane + out_at * out_row + col;
        for (int64_t j = 0; j < n; j += Vec<T>::kLanes) {
          const int64_t lanes = lesser(n - j, Vec<T>::kLanes);
          Vec<T> sum = Memory<T>::load(sums + at + j);
          if (bias) sum = sum + offset;
          if (lanes == Vec<T>::kLanes) {
            Memory<S>::store(line + j, sum);
          } else {
            Memory<S>::store_part(line + j, sum, lanes);
          }
        }
      }
    }
  }
};

// One copy of the code for both directions, because it is long.
template <class S>
WEFT_SHARED void pack_weights(const Convolution& p, const ConvolutionBlocks& blocks,
                              bool is_forward, const S* weights, int64_t row, int64_t rows,
                              int64_t k, int64_t count, LaneType<S>* to) {
  if (is_forward)
    Forward<S>(p, blocks).pack_weights(weights, row, rows, k, count, to);
  else
    // Phase 0 is the only one, because the stride is one.
    Backward<S>(p, blocks, 0).pack_weights(weights, row, rows, k, count, to);
}

// One filter's positions, several vectors side by side, so that no sum waits for the one before it.
// Stores whole vectors, up to kVectors of them beyond the last position.
template <int kVectors>
WEFT_INLINE void add_row(const BlockProduct<float>& p, int64_t col) {
  using V = Vec<float>;
  V sums[kVectors];
  WEFT_UNROLL
  for (int v = 0; v < kVectors; ++v)
    sums[v] = p.accumulate ? Memory<float>::load(p.c + col + v * V::kLanes) : V(0);
  for (int64_t k = 0; k < p.k; ++k) {
    const V left(p.a[k]);
    const float* const from = p.b + p.b_offsets[k] + col;
    WEFT_UNROLL
    for (int v = 0; v < kVectors; ++v)
      sums[v] = fma_(left, Memory<float>::load(from + v * V::kLanes), sums[v]);
  }
  WEFT_UNROLL
  for (int v = 0; v < kVectors; ++v) Memory<float>::store(p.c + col + v * V::kLanes, sums[v]);
}
// One filter: first eight vectors at a time, then two.
WEFT_SHARED void multiply_row(const BlockProduct<float>& p) {
  constexpr int kWide = 8, kNarrow = 2, kLanes = Vec<float>::kLanes;
  int64_t col = 0;
  for (; col + kWide * kLanes <= p.cols; col += kWide * kLanes) add_row<kWide>(p, col);
  for (; col < p.cols; col += kNarrow * kLanes) add_row<kNarrow>(p, col);
}

// Both directions; they differ in how weights are packed and where taps lie.
template <class S>
WEFT_SHARED void shifted(const Convolution& p, const ConvolutionBlocks& blocks,
                         const ConvolutionOperands& operands, Range units, void* scratch,
                         bool is_forward) {
  using T = LaneType<S>;
  const Sizes sizes(p);
  const Shifted shift(p, is_forward, blocks.images_are_rows);
  const Buffers<T> buffers(scratch, blocks);
  const int64_t depth = shift.channels * sizes.taps;
  int32_t* offsets = (int32_t*)buffers.panels;
  // Where row k of the columns begins in the row tile: its channel, then its tap.
  for (int64_t k = 0; k < depth; ++k)
    offsets[k] =
        int32_t(k / sizes.taps * blocks.column_stride + shift.tap_offset(p, k % sizes.taps));

  const int64_t image_size = shift.channels * shift.plane;
  const int64_t out_size = shift.out_channels * shift.out_plane;
  const int64_t images = blocks.images_are_rows ? 1 : p.batch;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit % blocks.col_blocks * blocks.cols;
    const int64_t number = unit / blocks.col_blocks;
    const int64_t group = number / images, image = number % images;
    const int64_t cols = lesser(blocks.cols, shift.positions() - first);
    const int64_t slot = image * p.groups + group;  // groups lie side by side in an image
    if (begins_packing(scratch, group)) {
      const S* weights =
          (const S*)operands.weights + group * sizes.out_group * sizes.in_group * sizes.taps;
      for (int64_t k = 0; k < depth; k += blocks.depth) {
        const int64_t count = lesser(blocks.depth, depth - k);
        for (int64_t row = 0; row < shift.out_channels; row += blocks.rows)
          pack_weights(p, blocks, is_forward, weights, row,
                       lesser(blocks.rows, shift.out_channels - row), k, count,
                       buffers.weights + k * shift.out_channels + row * count);
      }
    }
    // The row tile of all rows that these positions read.
    const int64_t first_row = first / shift.pitch;
    const int64_t last_row = (first + cols - 1) / shift.pitch;
    shift.copy_row_tile((const S*)operands.image + slot * image_size, {0, shift.channels},
                        first_row, last_row - first_row + 1 + shift.span_row, blocks.column_stride,
                        buffers.columns);
    for (int64_t k = 0; k < depth; k += blocks.depth) {
      const int64_t count = lesser(blocks.depth, depth - k);
      for (int64_t row = 0; row < shift.out_channels; row += blocks.rows) {
        BlockProduct<T> product;
        product.rows = lesser(blocks.rows, shift.out_channels - row);
        product.cols = cols;
        product.k = count;
        product.a = buffers.weights + k * shift.out_channels + row * count;
        product.a_row = 0;
        product.a_packed = true;
        product.panel_rows = balanced_rows<T>(product.rows);
        product.b = buffers.columns + first - first_row * shift.pitch;
        product.b_row = 0;
        product.b_panel = kTileCols<T>;
        product.b_offsets = offsets + k;
        product.c = buffers.total + row * blocks.cols;
        product.c_row = blocks.cols;
        product.accumulate = k > 0;
        // One filter would use one lane of a micro-kernel's rows; it has a loop of its own.
        if constexpr (kIsSame<T, float>) {
          if (product.rows == 1) {
            multiply_row(product);
            continue;
          }
        }
        multiply_block(product);
      }
    }
    const S* bias = (const S*)operands.bias;
    shift.template store<S>(buffers.total, blocks.cols, first, cols,
                            (S*)operands.out + slot * out_size,
                            bias ? bias + group * sizes.out_group : nullptr);
  }
}

// With few filters, a product would fill only a few lanes of a vector. So here positions are in
// lanes, and the weight of a tap is the sum over them. Some taps and filters are computed together
// and share what they load, as many as there are registers for. With 32 registers this pays up to a
// whole vector of filters, with 16 only for as many filters as are computed together.
constexpr int filters_together(int parts) { return parts == 1 ? 3 : parts == 2 ? 2 : 1; }
constexpr int taps_together(int parts, int filters) {
  if (parts == 1) return filters == 1 ? 9 : 7;
  return parts == 2 && filters == 1 ? 5 : 3;
}
template <class T>
constexpr int kTapFilters = kIsSame<T, float> ? filters_together(Wide<T>::kParts) : 1;
template <class T>
constexpr int64_t kFewFilters = Wide<T>::kParts == 1 ? Vec<T>::kLanes : kTapFilters<T>;

// What sum_taps() reads; strides in elements.
template <class T>
struct TapProduct {
  const T* row_tile;
  const int32_t* offsets;  // where each tap begins in the row tile
  int64_t taps;
  const T* dy;
  int64_t line;             // between the rows of two filters' dy
  int64_t outs, positions;  // behind the last position there are zeros up to a whole vector
  bool accumulate;
  T* weights;  // [taps][outs]; the sums so far, if accumulate
};

// kTaps taps by kOuts filters at a time; the last ones are computed again where they do not divide.
template <class T, int kOuts>
void sum_taps(const TapProduct<T>& p) {
  using W = Wide<T>;
  constexpr int kTaps = taps_together(W::kParts, kOuts);
  for (int64_t first = 0; first < p.taps; first += kTaps) {
    const T* from[kTaps];
    for (int t = 0; t < kTaps; ++t) from[t] = p.row_tile + p.offsets[lesser(first + t, p.taps - 1)];
    for (int64_t out = 0; out < p.outs; out += kOuts) {
      const T* dy[kOuts];
      W sums[kTaps][kOuts];
#pragma GCC unroll 3
      for (int o = 0; o < kOuts; ++o) dy[o] = p.dy + lesser(out + o, p.outs - 1) * p.line;
#pragma GCC unroll 9
      for (int t = 0; t < kTaps; ++t) {
#pragma GCC unroll 3
        for (int o = 0; o < kOuts; ++o) sums[t][o] = W::repeat(T(0));
      }
      // Positions are added in lanes; a fold adds the lanes at the end.
      for (int64_t i = 0; i < p.positions; i += W::kLanes) {
        W factors[kOuts];
#pragma GCC unroll 3
        for (int o = 0; o < kOuts; ++o) factors[o] = W::load(dy[o] + i);
#pragma GCC unroll 9
        for (int t = 0; t < kTaps; ++t) {
          W x = W::load(from[t] + i);
#if WEFT_AVX512
          __asm__("" : "+v"(x.part[0].v));  // forces one load: x lies across two cache lines
#endif
#pragma GCC unroll 3
          for (int o = 0; o < kOuts; ++o)
            for (int part = 0; part < W::kParts; ++part)
              sums[t][o].part[part] =
                  fma_(factors[o].part[part], x.part[part], sums[t][o].part[part]);
        }
      }
      for (int t = 0; t < kTaps && first + t < p.taps; ++t)
        for (int o = 0; o < kOuts && out + o < p.outs; ++o) {
          T& weight = p.weights[(first + t) * p.outs + out + o];
          const T sum = fold<Sum>(sums[t][o]);
          weight = p.accumulate ? weight + sum : sum;
        }
    }
  }
}

// The gradient of the weights of few filters: by such sums, or as a transposed product, ((channel,
// tap) x positions) times (positions x filters). Shifted row tiles are then the rows of the left
// operand, and only dy, which is narrow, is transposed. Each image's product is a chain of its own,
// and the images are added in their order.
// A unit is some (channel, tap) rows of one group, over all images.
template <class S>
void shifted_weight(const Convolution& p, const ConvolutionBlocks& blocks,
                    const ConvolutionOperands& operands, Range units, void* scratch) {
  using T = LaneType<S>;
  const Sizes sizes(p);
  const Shifted shift(p, true);
  const Buffers<T> buffers(scratch, blocks);
  const int64_t depth = sizes.in_group * sizes.taps;
  const int64_t outs = sizes.out_group;
  const int64_t tile_height = blocks.cols;
  const int64_t line = tile_height * shift.pitch + 32;  // of one filter's dy
  T* const dy_lines = buffers.panels + blocks.depth * ((outs + 31) / 32 * 32);
  int32_t* const offsets = (int32_t*)buffers.weights;

  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit % blocks.row_blocks * blocks.rows;
    const int64_t group = unit / blocks.row_blocks;
    const int64_t rows = lesser(blocks.rows, depth - first);
    const Range channels = {first / sizes.taps, (first + rows - 1) / sizes.taps + 1};
    // Where each row of the left operand begins in the copied row tile.
    for (int64_t i = 0; i < rows; ++i)
      offsets[i] = int32_t(((first + i) / sizes.taps - channels.begin) * blocks.column_stride +
                           shift.tap_offset(p, (first + i) % sizes.taps));
    fill_zero(buffers.total, rows * outs);
    for (int64_t image = 0; image < p.batch; ++image) {
      const int64_t slot = image * p.groups + group;
      const S* x = (const S*)operands.image + slot * sizes.in_group * sizes.in_plane;
      const S* dy = (const S*)operands.weights + slot * outs * sizes.out_plane;
      for (int64_t row = 0; row < p.out_height; row += tile_height) {
        const int64_t count = lesser(tile_height, p.out_height - row);
        shift.copy_row_tile(x, channels, row, count + shift.span_row, blocks.column_stride,
                            buffers.columns);
        for (int64_t out = 0; out < outs; ++out) {
          for (int64_t i = 0; i < count; ++i) {
            T* to = dy_lines + out * line + i * shift.pitch;
            copy_dense(dy + (out * p.out_height + row + i) * p.out_width, p.out_width, to);
            fill_zero(to + p.out_width, shift.span_col);  // zeros where dy meets the padding
          }
        }
        const int64_t positions = count * shift.pitch;
        // The last positions read behind the row tile. Their dy is zero, but zero times NaN is NaN,
        // so zeros are written there.
        fill_zero(buffers.columns + (channels.end - channels.begin) * blocks.column_stride,
                  shift.span_col + Wide<T>::kLanes);
        if (outs <= kFewFilters<T>) {
          for (int64_t out = 0; out < outs; ++out)
            fill_zero(dy_lines + out * line + positions, Wide<T>::kLanes);
          const TapProduct<T> product = {
              buffers.columns, offsets,     rows, dy_lines, line, outs, positions - shift.span_col,
              row > 0,         buffers.tile};
          outs == 1 ? sum_taps<T, 1>(product) : sum_taps<T, kTapFilters<T>>(product);
          continue;
        }
        for (int64_t k = 0; k < positions; k += blocks.depth) {
          BlockProduct<T> product;
          product.rows = rows;
          product.cols = outs;
          product.k = lesser(blocks.depth, positions - k);
          pack_b(dy_lines + k, int64_t(1), line, outs, product.k, buffers.panels);
          product.a = buffers.columns + k;
          product.a_row = 0;
          product.a_packed = false;
          product.a_offsets = offsets;
          product.panel_rows = balanced_rows<T>(rows);
          product.b = buffers.panels;
          product.b_row = kTileCols<T>;
          product.b_panel = product.k * kTileCols<T>;
          product.c = buffers.tile;
          product.c_row = outs;
          product.accumulate = row > 0 || k > 0;
          multiply_block(product);
        }
      }
      for (int64_t i = 0; i < rows * outs && sizes.out_plane > 0; i += Vec<T>::kLanes)
        Memory<T>::store(buffers.total + i,
                         Memory<T>::load(buffers.total + i) + Memory<T>::load(buffers.tile + i));
    }
    // The product is transposed: [channel, tap][filter], so it is stored by columns.
    S* dw = (S*)operands.out + group * outs * depth + first;
    for (int64_t out = 0; out < outs; ++out)
      for (int64_t i = 0; i < rows; ++i)
        dw[out * depth + i] = from_lane<S>(buffers.total[i * outs + out]);
  }
}

// The two directions as kernels.
template <class S>
void shifted_forward(const Convolution& p, const ConvolutionBlocks& blocks,
                     const ConvolutionOperands& operands, Range units, void* scratch) {
  shifted<S>(p, blocks, operands, units, scratch, true);
}
template <class S>
void shifted_data(const Convolution& p, const ConvolutionBlocks& blocks,
                  const ConvolutionOperands& operands, Range units, void* scratch) {
  shifted<S>(p, blocks, operands, units, scratch, false);
}

const ConvolutionKernel kConvolutionsShifted[kNumDTypes] = WEFT_LAYER_DTYPES(shifted_forward);
const ConvolutionKernel kConvolutionsDataShifted[kNumDTypes] = WEFT_LAYER_DTYPES(shifted_data);
const ConvolutionKernel kConvolutionsWeightShifted[kNumDTypes] = WEFT_LAYER_DTYPES(shifted_weight);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
