// The gradient of a convolution's weights over channel blocks. A tile is a few channels of x by two
// vectors of filters, kept in registers while the positions of a row tile run past:
//
//     dw[channel][filters] += x[position + tap][channel] * dy[position][filters]
//
// For a plain image, a tile is a few columns of the kernel for one channel instead, or all taps of
// a small window; these lie side by side in a copy of the row tile with its padding. For blocks
// nothing is padded: each tap runs over the positions that see the image there. The sums of a row
// tile are added to those of the row tiles before it.
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/blocked/blocked_impl.h"

// kGroups groups of kRows rows, x_group apart. kPart: a vector of filters is not full.
template <int kRows, int kVectors, bool kPart, int kGroups = 1>
void weight_tile(const WeightTile& tile) {
  using V = Vec<float>;
  constexpr int kAll = kRows * kGroups;
  const auto load = [&](const float* from) WEFT_LAMBDA {
    return kPart ? Memory<float>::load_part(from, tile.lanes) : Memory<float>::load(from);
  };
  V sums[kAll][kVectors];
  WEFT_UNROLL
  for (int row = 0; row < kAll; ++row) {
    WEFT_UNROLL
    for (int vector = 0; vector < kVectors; ++vector) sums[row][vector] = V(0);
  }
  const int64_t dy_vector = tile.dy_vector, x_group = kGroups > 1 ? tile.x_group : 0;
  for (int64_t image = 0; image < tile.images; ++image) {
    for (int64_t row = 0; row < tile.rows; ++row) {
      const float* x = tile.x + image * tile.x_image + row * tile.x_row;
      const float* dy = tile.dy + image * tile.dy_image + row * tile.dy_row;
      for (int64_t col = 0; col < tile.cols; ++col) {
        V right[kVectors];
        WEFT_UNROLL
        for (int j = 0; j < kVectors; ++j) right[j] = load(dy + j * dy_vector);
        WEFT_UNROLL
        for (int i = 0; i < kAll; ++i) {
          const V left(x[i / kRows * x_group + i % kRows]);
          WEFT_UNROLL
          for (int j = 0; j < kVectors; ++j) sums[i][j] = fma_(left, right[j], sums[i][j]);
        }
        x += tile.x_pixel;
        dy += tile.dy_pixel;
      }
    }
  }
  // The sums of the row tiles before are in memory.
  repeat<kAll>([&](auto row) WEFT_LAMBDA {
    repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
      constexpr int i = decltype(row)::value, j = decltype(vector)::value;
      float* to = tile.sums + i * tile.sums_row + j * tile.lanes;
      if constexpr (kPart)
        Memory<float>::store_part(to, load(to) + sums[i][j], tile.lanes);
      else
        Memory<float>::store(to, load(to) + sums[i][j]);
    });
  });
}

template <int... I>
constexpr WeightTileKernels every_weight_tile(Numbers<I...>) {
  return {{{{weight_tile<I + 1, 1, false>...}, {weight_tile<I + 1, 2, false>...}},
           {{weight_tile<I + 1, 1, true>...}, {weight_tile<I + 1, 2, true>...}}}};
}
const WeightTileKernels kWeightTiles = every_weight_tile(typename CountTo<kWeightRows>::Type());

// One row of a 3 x 3 window has fewer sums than the processor can have multiply-adds under way, so
// all three rows are computed together.
constexpr int kSmallWindow = 3;
constexpr bool kHasWindowTiles = kMaxPixels >= 14;  // more than 16 registers
template <int kVectors, bool kPart>
constexpr WeightTileKernel window_tile() {
  if constexpr (kHasWindowTiles)
    return weight_tile<kSmallWindow, kVectors, kPart, kSmallWindow>;
  else
    return nullptr;
}
constexpr WeightTileKernel kWindowTiles[2][2] = {  // [part of a vector][vectors - 1]
    {window_tile<1, false>(), window_tile<2, false>()},
    {window_tile<1, true>(), window_tile<2, true>()}};

// The work of one thread; run() computes a unit: some channels by some filters of a group.
class BlockedWeightUnit {
 public:
  BlockedWeightUnit(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                    const BlockedWeightOperands& operands, void* scratch)
      : problem_(problem),
        p_(problem.shape),
        cut_(cut),
        operands_(operands),
        cols_(p_, (int64_t*)scratch),
        sums_((float*)((char*)scratch + cut.sums)),
        row_tile_((float*)((char*)scratch + cut.row_tile)),
        is_plain_(problem.in_block == 1),
        taps_(p_.kernel_height * p_.kernel_width),
        channels_(p_.in_channels / p_.groups),
        filters_(p_.out_channels / p_.groups),
        in_windows_(kHasWindowTiles && is_plain_ && p_.kernel_height == kSmallWindow &&
                    p_.kernel_width == kSmallWindow && p_.dilation_width == 1) {
    const int64_t plane = p_.out_height * p_.out_width;
    // Images, rows and pixels of a tile, as distances in elements.
    tile_.lanes = lesser(problem.out_block, Vec<float>::kLanes);
    const ImagePlaces& places = problem.places;
    tile_.x_image =
        (places.in_volume > 1 ? places.step : places.volume_step) * p_.in_height * p_.in_width;
    tile_.x_row = p_.stride_height * (is_plain_ ? cut.pitch : p_.in_width * problem.in_block);
    tile_.x_pixel = p_.stride_width * problem.in_block;
    tile_.dy_image = p_.out_channels * plane;
    tile_.dy_row = p_.out_width * problem.out_block;
    tile_.dy_pixel = problem.out_block;
    tile_.dy_vector = tile_.lanes < problem.out_block ? tile_.lanes : plane * problem.out_block;
    tile_.sums_row = kWeightFilters;
  }

  void run(int64_t unit) {
    const int64_t chunk = unit % cut_.channel_chunks;
    const int64_t filter_chunks = (filters_ + kWeightFilters - 1) / kWeightFilters;
    const int64_t group = unit / cut_.channel_chunks / filter_chunks;
    first_channel_ = chunk * cut_.channels;
    count_ = lesser(cut_.channels, channels_ - first_channel_);
    first_filter_ = unit / cut_.channel_chunks % filter_chunks * kWeightFilters;
    end_filter_ = lesser(filters_, first_filter_ + kWeightFilters);
    // The sums of all taps begin with zero.
    for (int64_t i = 0; i < taps_ * cut_.channels * kWeightFilters; ++i) sums_[i] = 0;
    const float* x =
        operands_.x + (group * channels_ + first_channel_) * p_.in_height * p_.in_width;
    const float* dy = operands_.dy + group * filters_ * p_.out_height * p_.out_width;
    const ImagePlaces& places = problem_.places;
    for (int64_t image = 0; image < p_.batch; image += tile_.images) {
      // Only images at equal distances can be one tile's images.
      const int64_t end =
          places.in_volume > 1 ? (image / places.in_volume + 1) * places.in_volume : p_.batch;
      tile_.images = lesser(cut_.images, end - image);
      for (int64_t row = 0; row < p_.out_height; row += cut_.rows)
        row_tile(x + places.first(image) * p_.in_height * p_.in_width, dy + image * tile_.dy_image,
                 row, lesser(p_.out_height, row + cut_.rows));
    }
    store(operands_.dw + (group * filters_ * channels_ + first_channel_) * taps_);
  }

 private:
  // Adds what one row tile contributes to all taps.
  void row_tile(const float* x, const float* dy, int64_t begin, int64_t end) {
    if (is_plain_) copy_row_tile(x, begin, end);
    if (in_windows_) return plain_windows(dy, begin, end);
    for (int64_t row = 0; row < p_.kernel_height; ++row) {
      if (is_plain_)
        plain_taps(dy, begin, end, row);
      else
        blocked_taps(x, dy, begin, end, row);
    }
  }

  // Positions in rows begin .. end - 1 of the results, for one row of the kernel.
  void blocked_taps(const float* x, const float* dy, int64_t begin, int64_t end, int64_t row) {
    const int64_t start = row * p_.dilation_height - p_.pad_top;  // the image row of result row 0
    begin = greater(begin, ceil_divide(-start, p_.stride_height));
    end = lesser(end, ceil_divide(p_.in_height - start, p_.stride_height));
    if (begin >= end) return;
    tile_.rows = end - begin;
    for (int64_t col = 0; col < p_.kernel_width; ++col) {
      const int64_t from = cols_.first(col);
      tile_.cols = cols_.end(col) - from;
      if (tile_.cols <= 0) continue;
      const int64_t image_col = from * p_.stride_width - p_.pad_left + col * p_.dilation_width;
      const float* at =
          x + ((begin * p_.stride_height + start) * p_.in_width + image_col) * problem_.in_block;
      float* sums = sums_ + (row * p_.kernel_width + col) * problem_.in_block * kWeightFilters;
      const float* cotangent = dy + (begin * p_.out_width + from) * problem_.out_block;
      for (int64_t i = 0; i < problem_.in_block; i += kWeightRows)
        all_filters(at + i, cotangent, sums + i * kWeightFilters,
                    lesser(kWeightRows, problem_.in_block - i));
    }
  }

  // The same for a plain image: columns of a kernel row are the rows of a tile.
  void plain_taps(const float* dy, int64_t begin, int64_t end, int64_t row) {
    tile_.rows = end - begin;
    tile_.cols = p_.out_width;
    const int64_t together = p_.dilation_width == 1 ? kWeightRows : 1;
    for (int64_t channel = 0; channel < count_; ++channel) {
      const float* line =
          row_tile_ + (channel * tile_height_ + row * p_.dilation_height) * cut_.pitch;
      float* sums = sums_ + (channel * taps_ + row * p_.kernel_width) * kWeightFilters;
      for (int64_t col = 0; col < p_.kernel_width; col += together)
        all_filters(line + col * p_.dilation_width, dy + begin * p_.out_width * problem_.out_block,
                    sums + col * kWeightFilters, lesser(together, p_.kernel_width - col));
    }
  }

  // The same, with all taps of a 3 x 3 window in one tile.
  void plain_windows(const float* dy, int64_t begin, int64_t end) {
    tile_.rows = end - begin;
    tile_.cols = p_.out_width;
    tile_.x_group = p_.dilation_height * cut_.pitch;
    for (int64_t channel = 0; channel < count_; ++channel)
      all_filters(row_tile_ + channel * tile_height_ * cut_.pitch,
                  dy + begin * p_.out_width * problem_.out_block,
                  sums_ + channel * taps_ * kWeightFilters, kSmallWindow);
  }

  // Two vectors of filters at a time.
  void all_filters(const float* x, const float* dy, float* sums, int64_t rows) {
    tile_.x = x;
    const bool is_part = tile_.lanes < Vec<float>::kLanes;
    const int64_t plane = p_.out_height * p_.out_width, block = problem_.out_block;
    for (int64_t filter = first_filter_; filter < end_filter_; filter += 2 * tile_.lanes) {
      const int vectors = end_filter_ - filter > tile_.lanes ? 2 : 1;
      tile_.dy = dy + filter / block * block * plane + filter % block;
      tile_.sums = sums + filter - first_filter_;
      const WeightTileKernel kernel = in_windows_ ? kWindowTiles[is_part][vectors - 1]
                                                  : kWeightTiles.at[is_part][vectors - 1][rows - 1];
      kernel(tile_);
    }
  }

  // Copies the rows of a plain image that results begin .. end - 1 read, with padding.
  void copy_row_tile(const float* x, int64_t begin, int64_t end) {
    tile_height_ =
        (end - 1 - begin) * p_.stride_height + (p_.kernel_height - 1) * p_.dilation_height + 1;
    const int64_t top = begin * p_.stride_height - p_.pad_top;
    float* to = row_tile_;
    for (int64_t channel = 0; channel < count_; ++channel) {
      for (int64_t row = top; row < top + tile_height_; ++row, to += cut_.pitch) {
        const bool is_inside = row >= 0 && row < p_.in_height;
        const float* from = x + (channel * p_.in_height + row) * p_.in_width - p_.pad_left;
        const int64_t left = is_inside ? lesser(p_.pad_left, cut_.pitch) : cut_.pitch;
        const int64_t right = greater(left, lesser(cut_.pitch, p_.pad_left + p_.in_width));
        for (int64_t col = 0; col < left; ++col) to[col] = 0;
        __builtin_memcpy(to + left, from + left, (right - left) * sizeof(float));
        for (int64_t col = right; col < cut_.pitch; ++col) to[col] = 0;
      }
    }
  }

  // From sums to dw, where taps are innermost.
  void store(float* dw) const {
    const int64_t tap_step = (is_plain_ ? 1 : cut_.channels) * kWeightFilters;
    const int64_t channel_step = (is_plain_ ? taps_ : 1) * kWeightFilters;
    for (int64_t filter = first_filter_; filter < end_filter_; ++filter) {
      float* to = dw + filter * channels_ * taps_;
      const float* from = sums_ + filter - first_filter_;
      for (int64_t channel = 0; channel < count_; ++channel)
        for (int64_t tap = 0; tap < taps_; ++tap)
          *to++ = from[channel * channel_step + tap * tap_step];
    }
  }

  const BlockedConvolution& problem_;
  const Convolution& p_;
  const BlockedWeightCut& cut_;
  const BlockedWeightOperands& operands_;
  ColumnRanges cols_;
  float* sums_;  // [tap][channel][filter]; for plain images [channel][tap][filter]
  float* row_tile_;
  bool is_plain_;
  int64_t taps_, channels_, filters_;  // of a group
  bool in_windows_;
  int64_t first_channel_, count_, first_filter_, end_filter_, tile_height_;
  WeightTile tile_;
};

void blocked_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                    const BlockedWeightOperands& operands, Range units, void* scratch) {
  BlockedWeightUnit work(problem, cut, operands, scratch);
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

// Depthwise: x and dy are multiplied element by element, a channel in each lane.

// One tap for a channel block, over some rows. Four chains of sums, so that none waits for itself.
void depthwise_tap(const WeightTile& tile) {
  using V = Vec<float>;
  constexpr int kChains = 4;
  const auto load = [&](const float* from)
                        WEFT_LAMBDA { return Memory<float>::load_part(from, tile.lanes); };
  V sums[kChains];
  for (int k = 0; k < kChains; ++k) sums[k] = V(0);
  for (int64_t row = 0; row < tile.rows; ++row) {
    const float* x = tile.x + row * tile.x_row;
    const float* dy = tile.dy + row * tile.dy_row;
    int64_t col = 0;
    for (; col + kChains <= tile.cols; col += kChains) {
      WEFT_UNROLL
      for (int k = 0; k < kChains; ++k)
        sums[k] =
            fma_(load(x + (col + k) * tile.x_pixel), load(dy + (col + k) * tile.dy_pixel), sums[k]);
    }
    for (; col < tile.cols; ++col)
      sums[0] = fma_(load(x + col * tile.x_pixel), load(dy + col * tile.dy_pixel), sums[0]);
  }
  const V sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  Memory<float>::store_part(tile.sums, load(tile.sums) + sum, tile.lanes);
}

// A unit is a channel block, over all images.
void blocked_depthwise_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                              const BlockedWeightOperands& operands, Range units, void* scratch) {
  const Convolution& p = problem.shape;
  const ColumnRanges columns(p, (int64_t*)scratch);
  float* const sums = (float*)((char*)scratch + cut.sums);
  const int64_t block = problem.in_block, taps = p.kernel_height * p.kernel_width;
  WeightTile tile;
  tile.lanes = lesser(block, Vec<float>::kLanes);
  tile.x_row = p.stride_height * p.in_width * block;
  tile.x_pixel = p.stride_width * block;
  tile.dy_row = p.out_width * block;
  tile.dy_pixel = block;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    // The sums stay in scratch over all images.
    for (int64_t i = 0; i < taps * block; ++i) sums[i] = 0;
    for (int64_t image = 0; image < p.batch; ++image) {
      const int64_t plane = image * (p.in_channels / block) + unit;
      const float* x = operands.x + plane * p.in_height * p.in_width * block;
      const float* dy = operands.dy + plane * p.out_height * p.out_width * block;
      for (int64_t row_tile = 0; row_tile < p.out_height; row_tile += cut.rows) {
        for (int64_t tap = 0; tap < taps; ++tap) {
          // Rows and columns of results that see the image with this tap.
          const int64_t start = tap / p.kernel_width * p.dilation_height - p.pad_top;
          const int64_t begin = greater(row_tile, ceil_divide(-start, p.stride_height));
          const int64_t end = lesser(lesser(p.out_height, row_tile + cut.rows),
                                     ceil_divide(p.in_height - start, p.stride_height));
          const int64_t col = tap % p.kernel_width, from = columns.first(col);
          tile.rows = end - begin;
          tile.cols = columns.end(col) - from;
          const int64_t at = (begin * p.stride_height + start) * p.in_width +
                             from * p.stride_width - p.pad_left + col * p.dilation_width;
          for (int64_t lane = 0; lane < block && tile.rows > 0; lane += tile.lanes) {
            tile.x = x + at * block + lane;
            tile.dy = dy + (begin * p.out_width + from) * block + lane;
            tile.sums = sums + tap * block + lane;
            depthwise_tap(tile);
          }
        }
      }
    }
    float* dw = operands.dw + unit * block * taps;
    for (int64_t lane = 0; lane < block; ++lane)
      for (int64_t tap = 0; tap < taps; ++tap) dw[lane * taps + tap] = sums[tap * block + lane];
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
