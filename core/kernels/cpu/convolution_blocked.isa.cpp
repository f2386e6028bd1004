// Direct convolution over channel blocks. A tile is a few pixels of a row by two vectors of output
// channels, held in registers while columns of the kernel, channels and rows run past; blocks of
// channels keep the weights of a tile in the first-level cache, and sums wait in y between them.
//
// Nothing is padded: rows of the kernel that fall outside are left out, and a tile at the border is
// taken column by column of the kernel, each with the pixels that see the image there.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/blocked_impl.h"

template <int kPixels, int kVectors, int kStep>
void blocked_tile(const BlockedTile& tile) {
  using V = Vec<float>;
  constexpr int kLanes = V::kLanes;
  V sums[kPixels][kVectors];
  repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
    repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
      constexpr int i = decltype(pixel)::value, j = decltype(vector)::value;
      sums[i][j] = tile.accumulate
                       ? Memory<float>::load(tile.y + i * tile.y_pixel + j * tile.y_vector)
                       : V(0);
    });
  });
  const int64_t step = kStep ? kStep : tile.x_pixel;
  const float* ahead = tile.ahead;
  const int64_t weights_vector = kLanes == kPanelChannels ? tile.weights_vector : kLanes;
  for (int64_t col = 0; col < tile.count.col; ++col) {
    for (int64_t channel = 0; channel < tile.count.channel; ++channel) {
      const float* x = tile.x + col * tile.x_step.col + channel * tile.x_step.channel;
      const float* weights =
          tile.weights + col * tile.weights_step.col + channel * tile.weights_step.channel;
      for (int64_t row = 0; row < tile.count.row; ++row) {
        const float* w = weights;
        for (int64_t k = 0; k < tile.depth; ++k) {
          __builtin_prefetch(ahead, 0, 2);
          ahead += tile.ahead_step;
          V right[kVectors];
          repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
            constexpr int j = decltype(vector)::value;
            right[j] = Memory<float>::load(w + j * weights_vector);
          });
          repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
            constexpr int i = decltype(pixel)::value;
            const V left(x[i * step + k]);
            repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
              constexpr int j = decltype(vector)::value;
              sums[i][j] = fma_(left, right[j], sums[i][j]);
            });
          });
          w += kPanelChannels;
        }
        x += tile.x_step.row;
        if (row + 1 == tile.wrap) x -= tile.wrap_step;
        weights += tile.weights_step.row;
      }
    }
  }
  repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
    repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
      constexpr int i = decltype(pixel)::value, j = decltype(vector)::value;
      const int64_t at = i * tile.y_pixel + j * tile.y_vector;
      if (tile.epilogue)
        sums[i][j] = finish(
            sums[i][j], *tile.epilogue, tile.bias ? tile.bias + j * kLanes : nullptr,
            tile.residual ? tile.residual + i * tile.y_pixel + j * tile.residual_vector : nullptr);
      Memory<float>::store(tile.y + at, sums[i][j]);
    });
  });
}

template <int... I>
constexpr TileKernels every_tile(Numbers<I...>) {
  return {{{{blocked_tile<I + 1, 1, 0>...}, {blocked_tile<I + 1, 2, 0>...}},
           {{blocked_tile<I + 1, 1, 16>...}, {blocked_tile<I + 1, 2, 16>...}},
           {{blocked_tile<I + 1, 1, 32>...}, {blocked_tile<I + 1, 2, 32>...}},
           {{blocked_tile<I + 1, 1, 1>...}, {blocked_tile<I + 1, 2, 1>...}},
           {{blocked_tile<I + 1, 1, 2>...}, {blocked_tile<I + 1, 2, 2>...}}}};
}
const TileKernels kTiles = every_tile(typename CountTo<kMostPixels>::Type());

// One unit: what stays the same for all its tiles.
class BlockedUnit {
 public:
  BlockedUnit(const BlockedConvolution& problem, const BlockedCut& cut,
              const BlockedOperands& operands, void* scratch)
      : problem_(problem),
        p_(problem.shape),
        cut_(cut),
        operands_(operands),
        cols_(p_, (int64_t*)scratch),
        tiles_(p_.out_width, kMostPixels),
        epilogue_{Vec<float>(problem.low), Vec<float>(problem.high)} {
    const int64_t plane = problem.x_held * p_.in_width * problem.in_block;
    const int64_t cell = problem.in_block * kPanelChannels;
    const int64_t channels = p_.in_channels / p_.groups;
    x_pixel_ = p_.stride_width * problem.in_block;
    x_step_ = {p_.dilation_width * problem.in_block, plane,
               p_.dilation_height * p_.in_width * problem.in_block};
    const Lattice& taps = problem.taps;
    weights_step_ = {cell * taps.col_step, taps.height * taps.width * cell,
                     taps.width * cell * taps.row_step};
    first_tap_ = (taps.row * taps.width + taps.col) * cell;
    y_pixel_ = problem.out_block * problem.results.col_step;
    y_plane_ = problem.results.height * problem.results.width;
    residual_plane_ = problem.residual_held * problem.results.width;
    blocks_ = channels / problem.in_block;
    panel_ = channels * taps.height * taps.width * kPanelChannels;
    // Vectors of two blocks: a tile is made beside y.
    is_apart_ = Vec<float>::kLanes > problem.out_block;
  }

  void run(int64_t unit) {
    first_row_ = problem_.rows.begin + unit % cut_.row_chunks * cut_.rows;
    end_row_ = lesser(problem_.rows.end, first_row_ + cut_.rows);
    const int64_t image = unit / cut_.row_chunks % p_.batch;
    const int64_t chunk = unit / cut_.row_chunks / p_.batch;
    const int64_t group = chunk / cut_.panel_chunks;
    const int64_t filters = p_.out_channels / p_.groups;
    const int64_t panels = (filters + kPanelChannels - 1) / kPanelChannels;
    const int64_t panel = chunk % cut_.panel_chunks * cut_.panels;
    const int64_t end = lesser(filters, (panel + cut_.panels) * kPanelChannels);
    x_ = operands_.x + (image * p_.in_channels + group * (p_.in_channels / p_.groups)) *
                           problem_.x_held * p_.in_width;
    constexpr int64_t kLanes = Vec<float>::kLanes;
    for (int64_t c = panel * kPanelChannels; c < end; c += 2 * kLanes) {
      const int64_t channel = group * filters + c;
      channels_ = lesser(2 * kLanes, end - c);
      vectors_ = channels_ > kLanes ? 2 : 1;
      weights_ =
          operands_.weights + (group * panels + c / kPanelChannels) * panel_ + c % kPanelChannels;
      bias_ = operands_.bias ? operands_.bias + channel : nullptr;
      const int64_t block = image * p_.out_channels + channel - channel % problem_.out_block;
      y_ = block * y_plane_ + channel % problem_.out_block;
      residual_ = block * residual_plane_ + channel % problem_.out_block;
      all_tiles();
    }
  }

 private:
  void all_tiles() {
    if (is_apart_) {
      for (int64_t row = first_row_; row < end_row_; ++row)
        tiles_.each([&](int64_t begin, int64_t end) WEFT_LAMBDA { apart(row, begin, end); });
      return;
    }
    y_vector_ = Vec<float>::kLanes < problem_.out_block ? Vec<float>::kLanes
                                                        : y_plane_ * problem_.out_block;
    for (int64_t block = 0; block < blocks_; block += cut_.blocks) {
      fetch_after(block);
      for (int64_t row = first_row_; row < end_row_; ++row)
        tiles_.each([&](int64_t begin, int64_t end) WEFT_LAMBDA {
          one_tile(block, row, begin, end, operands_.y + place(row, begin), y_pixel_, y_vector_,
                   &epilogue_, residual(row, begin));
        });
    }
  }

  // Of a result in y, and the residual that is added to it.
  int64_t place(int64_t row, int64_t col) const {
    return y_ + place_in(problem_.results.height, row, col);
  }
  const float* residual(int64_t row, int64_t col) const {
    if (!operands_.residual) return nullptr;
    return operands_.residual + residual_ + place_in(problem_.residual_held, row, col);
  }
  int64_t place_in(int64_t held, int64_t row, int64_t col) const {
    const Lattice& results = problem_.results;
    const int64_t at = results.row + row * results.row_step;
    return ((at < held ? at : at % held) * results.width + results.col + col * results.col_step) *
           problem_.out_block;
  }

  // While the weights of these blocks are used from the first-level cache, the first tiles fetch
  // those of the next ones, or of the next channels: in a network weights come from memory.
  void fetch_after(int64_t block) {
    const int64_t next = block + cut_.blocks;
    ahead_ = next < blocks_ ? weights_ + next * weights_step_.channel
                            : weights_ + 2 * Vec<float>::kLanes / kPanelChannels * panel_;
    lines_ = cut_.blocks * weights_step_.channel / kPanelChannels;
    fetched_ = 0;
  }
  void fetch(BlockedTile& tile, int64_t lines) {
    const int64_t panel = fetched_ < lines_ ? 0 : 1;
    const bool is_done = fetched_ >= vectors_ * lines_;
    tile.ahead = is_done ? tile.weights
                         : ahead_ + panel * panel_ + (fetched_ - panel * lines_) * kPanelChannels;
    tile.ahead_step = is_done ? 0 : kPanelChannels;
    fetched_ += lines;
  }

  void apart(int64_t row, int64_t begin, int64_t end) {
    alignas(64) float sums[kMostPixels * 2 * Vec<float>::kLanes];
    constexpr int64_t kRow = 2 * Vec<float>::kLanes;
    fetch_after(0);
    for (int64_t block = 0; block < blocks_; block += cut_.blocks)
      one_tile(block, row, begin, end, sums, kRow, Vec<float>::kLanes, nullptr, nullptr);
    const int64_t size = problem_.out_block, plane = y_plane_ * size;
    for (int64_t c = 0; c < channels_; c += size) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t at = place(row, i) + c / size * plane;
        const float* added = residual(row, i);
        if (added) added += c * residual_plane_;
        const Vec<float> sum = Memory<float>::load_part(sums + (i - begin) * kRow + c, size);
        Memory<float>::store_part(
            operands_.y + at, finish_part(sum, epilogue_, bias_ ? bias_ + c : nullptr, added, size),
            size);
      }
    }
  }

  void one_tile(int64_t block, int64_t row, int64_t begin, int64_t end, float* y, int64_t y_pixel,
                int64_t y_vector, const Epilogue* epilogue, const float* residual) {
    const TapRange rows = taps_inside(row, p_.stride_height, p_.pad_top, p_.dilation_height,
                                      p_.kernel_height, p_.in_height);
    BlockedTile tile;
    tile.x_pixel = x_pixel_;
    tile.y_pixel = y_pixel;
    tile.y_vector = y_vector;
    tile.weights_vector = panel_;
    tile.x_step = x_step_;
    tile.weights_step = weights_step_;
    tile.depth = problem_.in_block;
    tile.accumulate = block > 0;
    tile.bias = bias_;
    tile.residual = residual;
    tile.residual_vector = Vec<float>::kLanes < problem_.out_block
                               ? Vec<float>::kLanes
                               : residual_plane_ * problem_.out_block;
    const int64_t channels = lesser(cut_.blocks, blocks_ - block);
    const bool is_last = block + channels == blocks_;
    const RingRows ring =
        ring_rows(row * p_.stride_height - p_.pad_top + rows.begin * p_.dilation_height,
                  p_.dilation_height, rows.end - rows.begin, problem_.x_held);
    tile.wrap = ring.wrap;
    tile.wrap_step = x_step_.channel;
    const float* x =
        x_ + block * x_step_.channel + (ring.first * p_.in_width - p_.pad_left) * problem_.in_block;
    const float* weights =
        weights_ + first_tap_ + block * weights_step_.channel + rows.begin * weights_step_.row;
    const auto columns = [&](int64_t col, int64_t cols, int64_t from, int64_t to) WEFT_LAMBDA {
      tile.count = {cols, channels, rows.end - rows.begin};
      tile.x = x + col * x_step_.col + from * x_pixel_;
      tile.weights = weights + col * weights_step_.col;
      tile.y = y + (from - begin) * y_pixel;
      fetch(tile, cols * channels * (rows.end - rows.begin) * tile.depth);
      tile_kernel(x_pixel_, vectors_, to - from)(tile);
    };
    const Epilogue* last = is_last ? epilogue : nullptr;
    if (cols_.all_inside(begin, end)) {
      tile.epilogue = last;
      columns(0, p_.kernel_width, begin, end);
      return;
    }
    tile.epilogue = nullptr;
    if (!tile.accumulate) columns(0, 0, begin, end);
    tile.accumulate = true;
    for (int64_t col = 0; col < p_.kernel_width;) {
      const int64_t from = greater(begin, cols_.first(col)), to = lesser(end, cols_.end(col));
      int64_t next = col + 1;
      while (next < p_.kernel_width && greater(begin, cols_.first(next)) == from &&
             lesser(end, cols_.end(next)) == to)
        ++next;
      if (from < to) columns(col, next - col, from, to);
      col = next;
    }
    tile.epilogue = last;
    if (last) columns(0, 0, begin, end);
  }

  const BlockedConvolution& problem_;
  const Convolution& p_;
  const BlockedCut& cut_;
  const BlockedOperands& operands_;
  ColumnRanges cols_;
  PixelTiles tiles_;
  Epilogue epilogue_;
  Strides3 x_step_, weights_step_;
  int64_t x_pixel_, y_pixel_, y_plane_, first_tap_, blocks_, panel_, y_vector_, lines_;
  int64_t fetched_, residual_plane_, residual_;
  int vectors_;
  bool is_apart_;
  int64_t first_row_, end_row_, channels_, y_;
  const float* x_;
  const float* weights_;
  const float* ahead_;
  const float* bias_;
};

void blocked_convolution(const BlockedConvolution& problem, const BlockedCut& cut,
                         const BlockedOperands& operands, Range units, void* scratch) {
  BlockedUnit work(problem, cut, operands, scratch);
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
