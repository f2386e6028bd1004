// Depthwise convolution over channel blocks: each channel has a filter of its own, so nothing is
// summed over channels. A row is computed in tiles, of which there are three kinds for speed:
// depthwise_tile_impl.h (any window), depthwise_row_impl.h and depthwise_pair_impl.h. All give the
// same bits.
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/simd/known_steps.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/blocked/blocked_impl.h"

#include "kernels/convolution/depthwise/depthwise_tile_impl.h"

#include "kernels/convolution/depthwise/depthwise_row_impl.h"

#include "kernels/convolution/depthwise/depthwise_pair_impl.h"

// Computes rows of results, plane after plane; the kind of tile is chosen once for a call.
template <class S>
class DepthwiseRows {
 public:
  DepthwiseRows(const BlockedConvolution& problem, const BlockedOperands& operands, void* scratch)
      : problem_(problem),
        p_(problem.shape),
        operands_(operands),
        columns_(p_, (int64_t*)scratch),
        tiles_(p_.out_width,
               problem.in_block < Vec<float>::kLanes ? kPartPixels : kDepthwisePixels<S>),
        pair_tiles_(p_.out_width, pair_pixels<S>(p_.out_width)),
        row_tiles_(p_.out_width, row_pixels(p_.kernel_width)),
        size_(problem.in_block),
        in_pairs_(has_pairs(problem)),
        in_rows_(has_rows()),
        couples_((p_.out_width + 1) / 2),
        in_couples_(may_be_in_couples()),
        couple_tiles_(couples_, kMaxCouples) {
    // Distances in elements, the same for all tiles of the call.
    tile_.x_pixel = p_.stride_width * size_;
    tile_.x_row = p_.dilation_height * p_.in_width * size_;
    tile_.x_col = p_.dilation_width * size_;
    tile_.y_pixel = size_ * problem.results.col_step;
    tile_.weights_row = problem.taps.width * size_ * problem.taps.row_step;
    tile_.weights_col = size_ * problem.taps.col_step;
    tile_.cols = p_.kernel_width;
    tile_.columns = &columns_;
    tile_.lanes = lesser(size_, Vec<float>::kLanes);
    tile_.epilogue = {Vec<float>(problem.low), Vec<float>(problem.high)};
    tile_.wrap_step = problem.x_ring_rows * p_.in_width * size_;
    pair_.weights_row = tile_.weights_row;
    pair_.weights_col = tile_.weights_col;
    pair_.y_pixel = tile_.y_pixel;
    pair_.epilogue = tile_.epilogue;
    // By column of the kernel: lanes of the first, the last and other couples that see the image.
    for (int64_t col = 0; in_couples_ && col < p_.kernel_width; ++col) {
      at_first_[col] = lanes_that_see(0, col);
      at_last_[col] = lanes_that_see(couples_ - 1, col);
      between_[col] = 0xffff;
    }
  }

  // A unit is a row of a plane, which is one channel block of an image. Rows are taken
  // `rows_together` at a time: all planes compute these before the next ones.
  void run(Range units, int64_t rows_together) {
    const int64_t planes = p_.batch * (p_.in_channels / size_);
    int64_t first = 0;  // unit
    for (int64_t row = problem_.rows.begin; row < problem_.rows.end; row += rows_together) {
      const Range rows = {row, lesser(row + rows_together, problem_.rows.end)};
      const int64_t end = first + planes * (rows.end - rows.begin);
      run_rows(rows, {greater(units.begin, first) - first, lesser(units.end, end) - first});
      first = end;
    }
  }

 private:
  // Units within some rows: planes are outer, rows inner.
  void run_rows(Range rows, Range units) {
    if (units.begin >= units.end) return;
    const int64_t count = rows.end - rows.begin, blocks = p_.in_channels / size_;
    int64_t plane = units.begin / count, row = rows.begin + units.begin % count;
    int64_t block = plane % blocks;
    for (int64_t unit = units.begin; unit < units.end;) {
      // Two rows, if both belong to these units.
      const bool is_pair =
          kHasDepthwisePairs && in_pairs_ && row + 1 < rows.end && unit + 1 < units.end;
      const int64_t together = is_pair ? 2 : 1;
      if (is_pair)
        run_pair(plane, block, row);
      else
        run_row(plane, block, row);
      unit += together;
      row += together;
      if (row < rows.end) continue;
      row = rows.begin;
      ++plane;
      block = block + 1 < blocks ? block + 1 : 0;
    }
  }

  // Can two rows be computed together? For windows of 3 x 3 that reach at most one column beside
  // the image.
  static bool has_pairs(const BlockedConvolution& problem) {
    const Convolution& p = problem.shape;
    const int64_t step = p.stride_width;
    return kHasDepthwisePairs && problem.in_block == kPairBlock && p.kernel_height == 3 &&
           p.kernel_width == 3 && step <= 2 && p.stride_height == step && p.dilation_height == 1 &&
           p.dilation_width == 1 && p.pad_left >= 0 && p.pad_left <= 1 &&
           (p.out_width - 1) * step - p.pad_left + 3 <= p.in_width + 1;
  }

  // Are there row kernels for this window, which read each pixel once?
  bool has_rows() const {
    const int64_t cols = p_.kernel_width, step = p_.stride_width;
    const int64_t behind = (p_.out_width - 1) * step - p_.pad_left + cols - p_.in_width;
    bool has_kernels = kHasDepthwiseRows && kIsSame<S, float> && step <= 2 && cols % 2 == 1 &&
                       cols >= 3 && cols <= kMaxRowCols && p_.dilation_width == 1 &&
                       p_.pad_left >= 0 && p_.pad_left <= cols / 2 && behind <= cols / 2;
    row_tiles_.each([&](int64_t begin, int64_t end) WEFT_LAMBDA {
      has_kernels = has_kernels && kDepthwiseRows.of(end - begin, step, cols);
    });
    return has_kernels;
  }

  // Can two pixels share a vector? Only the first and the last couple may lie beside the image.
  bool may_be_in_couples() const {
    if (!kHasCouples || !kIsSame<S, float> || size_ != kCouple || p_.stride_width != 1 ||
        problem_.results.col_step != 1 || p_.kernel_width > kMaxCoupleColumns)
      return false;
    return couples_ <= 2 || columns_.all_inside(2, 2 * (couples_ - 1));
  }
  // The lanes of a couple of pixels that see the image with a column of the kernel.
  uint16_t lanes_that_see(int64_t couple, int64_t col) const {
    const auto lanes = [&](int64_t pixel) WEFT_LAMBDA {
      const bool sees = pixel >= columns_.first(col) && pixel < columns_.end(col);
      return sees ? (1 << kCouple) - 1 : 0;
    };
    return uint16_t(lanes(2 * couple) | lanes(2 * couple + 1) << kCouple);
  }

  // The weights of a channel block, from the first tap that is summed.
  const S* weights_of(int64_t block) const {
    const Lattice& taps = problem_.taps;
    return (const S*)operands_.weights +
           ((block * taps.height + taps.row) * taps.width + taps.col) * size_;
  }
  // The offset of a row of results in an array that holds `ring` rows of a plane.
  int64_t place_in(int64_t ring, int64_t plane, int64_t row) const {
    const Lattice& results = problem_.results;
    const int64_t to = results.row + row * results.row_step;
    return ((plane * ring + (to < ring ? to : to % ring)) * results.width + results.col) * size_;
  }

  // Rows `row` and `row + 1`. A line of the image outside it is null.
  void run_pair(int64_t plane, int64_t block, int64_t row) {
    // The image rows that the two windows see.
    const int64_t step = p_.stride_height, ring = problem_.x_ring_rows;
    const int64_t top = row * step - p_.pad_top;
    const S* lines[5];
    for (int64_t i = 0; i < step + 3; ++i) {
      const int64_t from = top + i;
      const bool is_inside = from >= 0 && from < p_.in_height;
      lines[i] = is_inside
                     ? (const S*)operands_.x +
                           (plane * ring + (from < ring ? from : from % ring)) * p_.in_width * size_
                     : nullptr;
    }
    const S* const added = (const S*)operands_.residual;
    S* y[2];
    const S* residual[2];
    for (int64_t i = 0; i < 2; ++i) {
      y[i] = (S*)operands_.y + place_in(problem_.results.height, plane, row + i);
      residual[i] = added ? added + place_in(problem_.residual_ring_rows, plane, row + i) : nullptr;
    }
    // One vector of channels after the other.
    const S* const weights = weights_of(block);
    for (int64_t lane = 0; lane < size_; lane += Vec<float>::kLanes) {
      pair_.bias = operands_.bias ? (const S*)operands_.bias + block * size_ + lane : nullptr;
      pair_.weights = weights + lane;
      const auto always = [](int64_t, int64_t) WEFT_LAMBDA { return true; };
      // Tiles of one size are one call. Only its first and last column can be outside.
      pair_tiles_.each_run(always, [&](int64_t begin, int64_t end, int64_t tiles) WEFT_LAMBDA {
        const int64_t left = begin * step - p_.pad_left, pixels = end - begin;
        const int64_t last = begin + tiles * pixels - 1;
        pair_.tiles = tiles;
        pair_.sees_first = left >= 0;
        pair_.sees_last = last * step - p_.pad_left + 2 < p_.in_width;
        for (int64_t i = 0; i < step + 3; ++i)
          pair_.x[i] = lines[i] ? lines[i] + left * size_ + lane : nullptr;
        for (int64_t i = 0; i < 2; ++i) {
          pair_.y[i] = y[i] + begin * pair_.y_pixel + lane;
          pair_.residual[i] = residual[i] ? residual[i] + begin * pair_.y_pixel + lane : nullptr;
        }
        kDepthwisePairs<S>.at[step - 1][pixels - 1](pair_);
      });
    }
  }

  // One row, in row tiles, in couples, or in tiles of one vector.
  void run_row(int64_t plane, int64_t block, int64_t row) {
    const TapRange rows = taps_inside(row, p_.stride_height, p_.pad_top, p_.dilation_height,
                                      p_.kernel_height, p_.in_height);
    const RingRows ring =
        ring_rows(row * p_.stride_height - p_.pad_top + rows.begin * p_.dilation_height,
                  p_.dilation_height, rows.end - rows.begin, problem_.x_ring_rows);
    // Taps above and below the image are left out, so weights and x begin at the first one inside.
    tile_.wrap = ring.wrap;
    tile_.rows = rows.end - rows.begin;
    const S* x =
        (const S*)operands_.x + (plane * problem_.x_ring_rows + ring.first) * p_.in_width * size_;
    S* const y = (S*)operands_.y + place_in(problem_.results.height, plane, row);
    const S* residual = (const S*)operands_.residual;
    if (residual) residual += place_in(problem_.residual_ring_rows, plane, row);
    const S* weights = weights_of(block) + rows.begin * tile_.weights_row;
    // A row kernel takes all channels of a block in one call.
    if constexpr (kHasDepthwiseRows && kIsSame<S, float>) {
      if (in_rows_) {
        tile_.bias = operands_.bias ? (const S*)operands_.bias + block * size_ : nullptr;
        tile_.weights = weights;
        const auto always = [](int64_t, int64_t) WEFT_LAMBDA { return true; };
        row_tiles_.each_run(always, [&](int64_t begin, int64_t end, int64_t tiles) WEFT_LAMBDA {
          const int64_t step = p_.stride_width, cols = p_.kernel_width, pixels = end - begin;
          const int64_t left = begin * step - p_.pad_left;
          const int64_t right = left + (tiles * pixels - 1) * step + cols;
          tile_.x = x + left * size_;
          tile_.y = y + begin * tile_.y_pixel;
          tile_.residual = residual ? residual + begin * tile_.y_pixel : nullptr;
          kDepthwiseRows.of(pixels, step, cols)(
              {&tile_, size_, tiles, greater(0, -left), greater(0, right - p_.in_width)});
        });
        return;
      }
    }
    // Otherwise one vector of channels after the other.
    for (int64_t lane = 0; lane < size_; lane += Vec<float>::kLanes) {
      tile_.bias = operands_.bias ? (const S*)operands_.bias + block * size_ + lane : nullptr;
      tile_.weights = weights + lane;
      const auto place = [&](int64_t begin) WEFT_LAMBDA {
        tile_.first = begin;
        // x points to the first tap of the first pixel, which may be outside the image.
        tile_.x = x + (begin * p_.stride_width - p_.pad_left) * size_ + lane;
        tile_.y = y + begin * tile_.y_pixel + lane;
        tile_.residual = residual ? residual + begin * tile_.y_pixel + lane : nullptr;
      };
      const auto make = [&](int64_t begin, int64_t end) WEFT_LAMBDA {
        place(begin);
        kernel(begin, end)(tile_);
      };
      if constexpr (kHasCouples && kIsSame<S, float>) {
        if (in_couples_) {
          couple_tiles_.each([&](int64_t begin, int64_t end) WEFT_LAMBDA {
            place(2 * begin);
            const bool is_last = end == couples_;
            const int64_t lanes = 2 * kCouple - (is_last ? p_.out_width % 2 * kCouple : 0);
            kCouples.at[end - begin - 1](
                {&tile_, begin == 0 ? at_first_ : between_, is_last ? at_last_ : between_, lanes});
          });
          continue;
        }
      }
      tiles_.each(make);
    }
  }

  // Images are often one tile wide, so the last answer is kept for the next row.
  DepthwiseKernel<S> kernel(int64_t begin, int64_t end) {
    if (begin != begin_ || end != end_) {
      begin_ = begin;
      end_ = end;
      kernel_ = find_kernel(begin, end);
    }
    return kernel_;
  }
  // Which kind of border handling a tile needs; tile_.at_first and at_last are set for it.
  DepthwiseKernel<S> find_kernel(int64_t begin, int64_t end) {
    const bool is_part = tile_.lanes < Vec<float>::kLanes;
    const int64_t last = end - begin - 1;
    if (is_part) return kDepthwise<S>.part[last];
    if (tile_.cols > kMaxColumns) return kDepthwise<S>.any[last];
    const bool is_inside = columns_.all_inside(begin, end);
    if (!is_inside && !columns_.all_inside(begin + 1, end - 1)) return kDepthwise<S>.any[last];
    tile_.at_first = is_inside ? ~uint64_t(0) : seen_from(begin);
    tile_.at_last = is_inside ? ~uint64_t(0) : seen_from(end - 1);
    return kDepthwise<S>.whole[!is_inside][last];
  }
  // Bit col: does the pixel see the image with that column of the kernel?
  uint64_t seen_from(int64_t pixel) const {
    uint64_t columns = 0;
    for (int64_t col = 0; col < tile_.cols; ++col)
      columns |= uint64_t(pixel >= columns_.first(col) && pixel < columns_.end(col)) << col;
    return columns;
  }

  // tiles_: pixels of a row, divided for tiles of one vector; pair_tiles_, row_tiles_ and
  // couple_tiles_: the same for the other kinds. The in_... members say which kind this call uses.
  const BlockedConvolution& problem_;
  const Convolution& p_;
  const BlockedOperands& operands_;
  const ColumnRanges columns_;
  const PixelTiles tiles_, pair_tiles_, row_tiles_;
  const int64_t size_;
  const bool in_pairs_, in_rows_;
  const int64_t couples_;
  const bool in_couples_;
  const PixelTiles couple_tiles_;
  uint16_t at_first_[kMaxCoupleColumns], at_last_[kMaxCoupleColumns], between_[kMaxCoupleColumns];
  DepthwiseTile<S> tile_;
  DepthwisePair<S> pair_;
  int64_t begin_ = 0, end_ = 0;  // the tile that kernel_ is for
  DepthwiseKernel<S> kernel_ = nullptr;
};

// cut.rows: how many rows are taken together.
void blocked_depthwise(const BlockedConvolution& problem, const BlockedCut& cut,
                       const BlockedOperands& operands, Range units, void* scratch) {
  DepthwiseRows<float>(problem, operands, scratch).run(units, cut.rows);
}
void blocked_depthwise_bfloat16(const BlockedConvolution& problem, const BlockedCut& cut,
                                const BlockedOperands& operands, Range units, void* scratch) {
  DepthwiseRows<BFloat16>(problem, operands, scratch).run(units, cut.rows);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
