// Convolutions of int8 NCHW images: kernels/int8/quantized.h.
//
// A unit is some rows of an image's result by some filters. It first copies the part of the image
// that it reads into a row tile: channels as int8x4s, padded with the zero point, with one
// sub-image for each phase of the stride. There each tap of the window is at a fixed distance from
// the place of a result, so panels of 32 places are read where they lie (b_offsets), and nothing is
// gathered for each tap. Results of places behind the end of a row are not stored.
#include "kernels/int8/quantized_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/int8/requantize_impl.h"

#include "kernels/int8/int8x4_impl.h"

// Here filters are A and the image is B, so B is the unsigned side.
WEFT_INLINE const Int8x4Tiles& convolution_tiles() {
#if !WEFT_PAIRS_OF_BYTES
  return kInt8x4Tiles<DotStep<false>, true>;
#else
#if WEFT_DOT_BYTES
  if (dots_bytes()) return kInt8x4Tiles<DotStep<false>, true>;
#endif
  return kInt8x4Tiles<PairStep, true>;
#endif
}

typedef int8_t Bytes16 __attribute__((vector_size(16)));

// Loads 16 elements that are kStep apart.
template <int kStep>
WEFT_INLINE Bytes16 load_spread(const int8_t* from) {
  Bytes16 first, second;
  __builtin_memcpy(&first, from, 16);
  if constexpr (kStep == 1) return first;
  __builtin_memcpy(&second, from + 16, 16);
  return __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26,
                                 28, 30);
}

// to[i] = (a[i], b[i], c[i], d[i]) for 16 places, each combined with `flip` by exclusive or.
template <int kStep>
WEFT_INLINE void interleave(const int8_t* const (&from)[4], int64_t at, int8_t flip, int8_t* to) {
  Bytes16 rows[4];
  for (int r = 0; r < 4; ++r) rows[r] = load_spread<kStep>(from[r] + at * kStep) ^ flip;
  const auto low = [](Bytes16 a, Bytes16 b) WEFT_LAMBDA {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  };
  const auto high = [](Bytes16 a, Bytes16 b) WEFT_LAMBDA {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                   31);
  };
  // a0 c0 a1 c1 … with b0 d0 b1 d1 … gives a0 b0 c0 d0 a1 …
  const Bytes16 ac[2] = {low(rows[0], rows[2]), high(rows[0], rows[2])};
  const Bytes16 bd[2] = {low(rows[1], rows[3]), high(rows[1], rows[3])};
  for (int half = 0; half < 2; ++half) {
    const Bytes16 int8x4s[2] = {low(ac[half], bd[half]), high(ac[half], bd[half])};
    __builtin_memcpy(to + half * 32, int8x4s, sizeof int8x4s);
  }
}

// One unit; members give its part of the result.
struct ConvolutionUnit {
  const QuantizedConvolution& p;
  const QuantizedConvolutionCut& cut;
  const Int8x4Tiles& tiles;
  int64_t image, group, first_row, rows, first_filter, filters;
  int8_t* row_tile;
  int64_t* offsets;
  char* wide;  // the filters of a tile, widened

  const Convolution& shape() const { return p.shape; }
  int64_t channels() const { return shape().in_channels / shape().groups; }
  int64_t channel_int8x4s() const { return (channels() + kInt8x4 - 1) / kInt8x4; }
  int64_t taps() const { return shape().kernel_height * shape().kernel_width; }
  int64_t int8x4s() const { return taps() * channel_int8x4s(); }
  int64_t tile_height() const {
    const Convolution& s = shape();
    return rows + (s.kernel_height - 1) * s.dilation_height / s.stride_height;
  }
  int64_t plane() const {
    return tile_height() * cut.pitch * kInt8x4;
  }  // bytes of an int8x4 of channels in a sub-image

  // Taps belong to so many phases of the stride, in turn.
  int64_t row_phases() const {
    return shape().kernel_height < cut.row_period ? shape().kernel_height : cut.row_period;
  }
  int64_t col_phases() const {
    return shape().kernel_width < cut.col_period ? shape().kernel_width : cut.col_period;
  }

  // Where each int8x4 of a filter meets the row tile, relative to a result's place.
  void find_offsets() const {
    const Convolution& s = shape();
    int64_t int8x4 = 0;
    for (int64_t y = 0; y < s.kernel_height; ++y)
      for (int64_t x = 0; x < s.kernel_width; ++x) {
        const int64_t image = y % cut.row_period * col_phases() + x % cut.col_period;
        const int64_t place = y * s.dilation_height / s.stride_height * cut.pitch +
                              x * s.dilation_width / s.stride_width;
        for (int64_t c = 0; c < channel_int8x4s(); ++c)
          offsets[int8x4++] = (image * channel_int8x4s() + c) * plane() + place * kInt8x4;
      }
  }

  void fill_row_tile() const {
    const Convolution& s = shape();
    for (int64_t py = 0; py < row_phases(); ++py)
      for (int64_t px = 0; px < col_phases(); ++px)
        for (int64_t c = 0; c < channel_int8x4s(); ++c)
          for (int64_t r = 0; r < tile_height(); ++r)
            fill_row(c * kInt8x4,
                     (first_row + r) * s.stride_height + py * s.dilation_height % s.stride_height -
                         s.pad_top,
                     px * s.dilation_width % s.stride_width - s.pad_left,
                     row_tile + ((py * col_phases() + px) * channel_int8x4s() + c) * plane() +
                         r * cut.pitch * kInt8x4);
  }

  // Copies places x, x + stride, … of row y of four channels. Channels that do not exist have
  // weights of zero, so any channel will do for them.
  void fill_row(int64_t channel, int64_t y, int64_t x, int8_t* to) const {
    const Convolution& s = shape();
    const int8_t nothing = int8_t(p.zero_point) ^ int8_t(tiles.flip);
    const bool is_inside = y >= 0 && y < s.in_height;
    const int64_t step = s.stride_width;
    int64_t begin = x < 0 ? (-x + step - 1) / step : 0;
    int64_t end = !is_inside || x >= s.in_width ? 0 : (s.in_width - x + step - 1) / step;
    if (end > cut.pitch) end = cut.pitch;
    if (begin > end) begin = end;
    __builtin_memset(to, nothing, begin * kInt8x4);
    if (begin < end) {
      const int8_t* from[4];
      for (int64_t i = 0; i < kInt8x4; ++i) {
        const int64_t c = channel + i < channels() ? channel + i : channels() - 1;
        from[i] =
            p.x +
            (((image * s.in_channels + group * channels() + c) * s.in_height + y) * s.in_width + x);
      }
      int64_t at = begin;
      if (step == 1) at = interleave_all<1>(from, begin, end, to);
      if (step == 2) at = interleave_all<2>(from, begin, end, to);
      for (; at < end; ++at)
        for (int64_t i = 0; i < kInt8x4; ++i)
          to[at * kInt8x4 + i] = from[i][at * step] ^ int8_t(tiles.flip);
    }
    __builtin_memset(to + end * kInt8x4, nothing, (cut.pitch - end) * kInt8x4);
  }
  // Whole vectors, as long as they read inside x. What is written too much is overwritten by what
  // follows. Returns the first place that is left.
  template <int kStep>
  WEFT_INLINE int64_t interleave_all(const int8_t* const (&from)[4], int64_t at, int64_t end,
                                     int8_t* to) const {
    const Convolution& s = shape();
    const int8_t* const x_end = p.x + s.batch * s.in_channels * s.in_height * s.in_width;
    const int8_t* last = from[0];  // the one of the four that lies last
    for (int i = 1; i < 4; ++i) last = from[i] > last ? from[i] : last;
    for (; at < end && x_end - last >= (at + 16) * kStep; at += 16)
      interleave<kStep>(from, at, int8_t(tiles.flip), to + at * kInt8x4);
    return at;
  }

  // Packed weights of the unit's filter i.
  const int8_t* filter(int64_t i) const {
    return p.filters + (group * (shape().out_channels / shape().groups) + first_filter + i) *
                           (int8x4s() + 1) * kInt8x4;
  }

  // Stage the row tile, then a few filters at a time by 32 places at a time.
  void run() const {
    const Convolution& s = shape();
    find_offsets();
    fill_row_tile();
    const int64_t places = (rows - 1) * cut.pitch + s.out_width;
    const int64_t step = balanced_int8x4_rows(filters, tiles);
    for (int64_t i = 0; i < filters; i += step) {
      const int64_t count = filters - i < step ? filters - i : step;
      Int8x4Tile tile{int8x4s(), filter(i), (int8x4s() + 1) * kInt8x4, nullptr, offsets, nullptr};
      if (!tiles.shifts) {
        for (int64_t r = 0; r < count; ++r)
          for (int64_t k = 0; k < int8x4s() * kInt8x4; ++k)
            ((int16_t*)wide)[r * int8x4s() * kInt8x4 + k] = filter(i + r)[k];
        tile.a = wide;
        tile.a_row = int8x4s() * tiles.left_bytes;
      }
      for (int64_t place = 0; place < places; place += kQuantizedColumns) {
        alignas(64) int32_t sums[kInt8x4Rows * kQuantizedColumns];
        const int64_t width =
            places - place < kQuantizedColumns ? places - place : kQuantizedColumns;
        for (int64_t j = 0; j < width; j += tiles.columns) {
          tile.b = row_tile + (place + j) * kInt8x4;
          tile.sums = sums + j;
          tiles.at[count - 1](tile);
        }
        for (int64_t r = 0; r < count; ++r)
          finish(i + r, sums + r * kQuantizedColumns, place, width);
      }
    }
  }

  // Rescales one filter's sums at `width` places.
  void finish(int64_t i, const int32_t* sums, int64_t place, int64_t width) const {
    const int64_t channel = group * (shape().out_channels / shape().groups) + first_filter + i;
    int32_t sum;
    __builtin_memcpy(&sum, filter(i) + int8x4s() * kInt8x4, sizeof sum);
    const uint32_t zero_point = uint32_t(p.zero_point) + (tiles.shifts ? kDotShift : 0);
    const Sums start(
        int32_t((p.bias ? uint32_t(p.bias[channel]) : 0) - zero_point * uint32_t(sum)));
    if (!p.how.multiplier) {
      alignas(64) int32_t whole[kQuantizedColumns];
      for (int64_t j = 0; j < kQuantizedColumns; j += Sums::kLanes)
        Memory<int32_t>::store(whole + j, Memory<int32_t>::load(sums + j) + start);
      store_places((int32_t*)p.y, channel, whole, place, width);
      return;
    }
    const int64_t at = p.how.is_per_channel ? channel : 0;
    const Rescale rescale = Rescale::of(Sums(p.how.multiplier[at]), Sums(p.how.shift[at]));
    alignas(64) int8_t scaled[kQuantizedColumns];
    for (int64_t j = 0; j < kQuantizedColumns; j += Sums::kLanes)
      Memory<int8_t>::store(scaled + j,
                            placed(rescale(Memory<int32_t>::load(sums + j) + start), p.how));
    store_places((int8_t*)p.y, channel, scaled, place, width);
  }

  // Stores the places that are results, row by row.
  template <class T>
  void store_places(T* y, int64_t channel, const T* from, int64_t place, int64_t width) const {
    const Convolution& s = shape();
    y += ((image * s.out_channels + channel) * s.out_height + first_row) * s.out_width;
    for (int64_t end = place + width; place < end;) {
      const int64_t row = place / cut.pitch, col = place % cut.pitch;
      const int64_t next = (row + 1) * cut.pitch < end ? (row + 1) * cut.pitch : end;
      const int64_t count = (next - place < s.out_width - col) ? next - place : s.out_width - col;
      if (count > 0) __builtin_memcpy(y + row * s.out_width + col, from, count * sizeof(T));
      from += next - place;
      place = next;
    }
  }
};

// Units of the same rows are neighbours, but each stages its row tile again.
void quantized_convolution(const QuantizedConvolution& p, const QuantizedConvolutionCut& cut,
                           Range units, void* scratch) {
#if !WEFT_PAIRS_OF_BYTES
  if (!dots_bytes()) return avx2::quantized_convolution(p, cut, units, scratch);
#endif
  const Convolution& s = p.shape;
  const int64_t filters = s.out_channels / s.groups;
  const int64_t filter_chunks = (filters + cut.filters - 1) / cut.filters;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    int64_t rest = unit;
    const int64_t first_filter = rest % filter_chunks * cut.filters;
    rest /= filter_chunks;
    const int64_t first_row = rest % cut.row_chunks * cut.rows;
    rest /= cut.row_chunks;
    const ConvolutionUnit work{
        p,
        cut,
        convolution_tiles(),
        rest / s.groups,
        rest % s.groups,
        first_row,
        s.out_height - first_row < cut.rows ? s.out_height - first_row : cut.rows,
        first_filter,
        filters - first_filter < cut.filters ? filters - first_filter : cut.filters,
        (int8_t*)scratch,
        (int64_t*)((char*)scratch + cut.offsets),
        (char*)scratch + cut.wide};
    work.run();
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
