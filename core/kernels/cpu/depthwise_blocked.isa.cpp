// Depthwise convolution over channel blocks: each channel with its own filter. A tile is a few
// pixels of a row by one vector of channels. At the border, columns of the kernel take only those
// pixels of a tile that see the image there.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/blocked_impl.h"

template <class S>
struct DepthwiseTile {
  const S* x;
  const S* weights;
  S* y;
  const S* bias;
  const S* residual;  // strides of y
  int64_t x_pixel, x_row, x_col, y_pixel, weights_row, weights_col;
  int64_t rows, cols;
  int64_t wrap, wrap_step;  // rows of taps before x goes back, and how far; 0: it does not
  const ColumnRanges* columns;
  int64_t first;  // of the row's pixels
  int64_t lanes;  // of a vector that are used
  Epilogue epilogue;
};

// How much of a tile the compiler knows: the step between pixels of x, and where a column of the
// kernel may fall beside the image: nowhere, at the first and the last pixel, anywhere.
enum class Border { kNone, kEnds, kAnywhere };

template <class S, int kPixels, int kStep, Border kBorder, bool kPart>
void depthwise_tile(const DepthwiseTile<S>& tile) {
  using V = Vec<float>;
  const auto load = [&](const S* from) WEFT_LAMBDA {
    return kPart ? Memory<S>::load_part(from, tile.lanes) : Memory<S>::load(from);
  };
  const int64_t step = kStep ? kStep : tile.x_pixel;
  V sums[kPixels];
  repeat<kPixels>([&](auto pixel) WEFT_LAMBDA { sums[decltype(pixel)::value] = V(0); });
  const S* first = tile.x;
  for (int64_t row = 0; row < tile.rows; ++row, first += tile.x_row) {
    if (row > 0 && row == tile.wrap) first -= tile.wrap_step;
    const S* x = first;
    const S* weights = tile.weights + row * tile.weights_row;
    for (int64_t col = 0; col < tile.cols; ++col) {
      const V factor = load(weights);
      const int64_t from = kBorder == Border::kNone ? 0 : tile.columns->first(col) - tile.first;
      const int64_t to = kBorder == Border::kNone ? kPixels : tile.columns->end(col) - tile.first;
      repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
        constexpr int i = decltype(pixel)::value;
        constexpr bool kIsSure =
            kBorder == Border::kNone || (kBorder == Border::kEnds && i > 0 && i + 1 < kPixels);
        if (kIsSure || (i >= from && i < to)) sums[i] = fma_(load(x + i * step), factor, sums[i]);
      });
      x += tile.x_col;
      weights += tile.weights_col;
    }
  }
  repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
    constexpr int i = decltype(pixel)::value;
    const int64_t at = i * tile.y_pixel;
    const S* residual = tile.residual ? tile.residual + at : nullptr;
    if (kPart)
      Memory<S>::store_part(tile.y + at,
                            finish_part(sums[i], tile.epilogue, tile.bias, residual, tile.lanes),
                            tile.lanes);
    else
      Memory<S>::store(tile.y + at, finish(sums[i], tile.epilogue, tile.bias, residual));
  });
}

template <class S>
using DepthwiseKernel = void (*)(const DepthwiseTile<S>& tile);
constexpr int64_t kDepthwisePixels = 8;
template <class S>
struct DepthwiseKernels {
  DepthwiseKernel<S> steps[2][2][kDepthwisePixels];  // [16 or 32][at a border][pixels - 1]
  DepthwiseKernel<S> any[2][kDepthwisePixels];       // [part of a vector][pixels - 1]
};
template <class S, int... I>
constexpr DepthwiseKernels<S> every_depthwise(Numbers<I...>) {
  return {{{{depthwise_tile<S, I + 1, 16, Border::kNone, false>...},
            {depthwise_tile<S, I + 1, 16, Border::kEnds, false>...}},
           {{depthwise_tile<S, I + 1, 32, Border::kNone, false>...},
            {depthwise_tile<S, I + 1, 32, Border::kEnds, false>...}}},
          {{depthwise_tile<S, I + 1, 0, Border::kAnywhere, false>...},
           {depthwise_tile<S, I + 1, 0, Border::kAnywhere, true>...}}};
}
template <class S>
constexpr DepthwiseKernels<S> kDepthwise =
    every_depthwise<S>(typename CountTo<int(kDepthwisePixels)>::Type());

template <class S>
WEFT_INLINE DepthwiseKernel<S> depthwise_kernel(const DepthwiseTile<S>& tile, int64_t pixels) {
  const bool is_part = tile.lanes < Vec<float>::kLanes;
  const int64_t end = tile.first + pixels;
  if (is_part || (tile.x_pixel != 16 && tile.x_pixel != 32) ||
      !tile.columns->all_inside(tile.first + 1, end - 1))
    return kDepthwise<S>.any[is_part][pixels - 1];
  const bool at_border = !tile.columns->all_inside(tile.first, end);
  return kDepthwise<S>.steps[tile.x_pixel == 32][at_border][pixels - 1];
}

// One row of one block of one image.
template <class S>
void depthwise_row(const BlockedConvolution& problem, const BlockedOperands& operands,
                   int64_t plane, int64_t block, int64_t row, DepthwiseTile<S> tile) {
  const Convolution& p = problem.shape;
  const int64_t size = problem.in_block;
  const TapRange rows =
      taps_inside(row, p.stride_height, p.pad_top, p.dilation_height, p.kernel_height, p.in_height);
  const RingRows ring =
      ring_rows(row * p.stride_height - p.pad_top + rows.begin * p.dilation_height,
                p.dilation_height, rows.end - rows.begin, problem.x_held);
  const S* x = (const S*)operands.x + (plane * problem.x_held + ring.first) * p.in_width * size;
  tile.wrap = ring.wrap;
  tile.wrap_step = problem.x_held * p.in_width * size;
  const Lattice &taps = problem.taps, &results = problem.results;
  const auto place_in = [&](int64_t held) WEFT_LAMBDA {
    const int64_t to = results.row + row * results.row_step;
    return ((plane * held + (to < held ? to : to % held)) * results.width + results.col) * size;
  };
  const int64_t at = place_in(results.height), added = place_in(problem.residual_held);
  const S* weights = (const S*)operands.weights +
                     (block * taps.height + taps.row) * taps.width * size + taps.col * size +
                     rows.begin * tile.weights_row;
  const PixelTiles tiles(p.out_width, kDepthwisePixels);
  tile.rows = rows.end - rows.begin;
  for (int64_t lane = 0; lane < size; lane += Vec<float>::kLanes) {
    tile.bias = operands.bias ? (const S*)operands.bias + block * size + lane : nullptr;
    tiles.each([&](int64_t j, int64_t end) WEFT_LAMBDA {
      tile.first = j;
      tile.x = x + (j * p.stride_width - p.pad_left) * size + lane;
      tile.weights = weights + lane;
      tile.y = (S*)operands.y + at + j * tile.y_pixel + lane;
      tile.residual = operands.residual
                          ? (const S*)operands.residual + added + j * tile.y_pixel + lane
                          : nullptr;
      depthwise_kernel(tile, end - j)(tile);
    });
  }
}

template <class S>
void every_depthwise_row(const BlockedConvolution& problem, const BlockedOperands& operands,
                         Range units, void* scratch) {
  const Convolution& p = problem.shape;
  const ColumnRanges columns(p, (int64_t*)scratch);
  const int64_t size = problem.in_block, blocks = p.in_channels / size;
  const int64_t rows = problem.rows.end - problem.rows.begin;
  DepthwiseTile<S> tile;
  tile.x_pixel = p.stride_width * size;
  tile.x_row = p.dilation_height * p.in_width * size;
  tile.x_col = p.dilation_width * size;
  tile.y_pixel = size * problem.results.col_step;
  tile.weights_row = problem.taps.width * size * problem.taps.row_step;
  tile.weights_col = size * problem.taps.col_step;
  tile.cols = p.kernel_width;
  tile.columns = &columns;
  tile.lanes = lesser(size, Vec<float>::kLanes);
  tile.epilogue = {Vec<float>(problem.low), Vec<float>(problem.high)};
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t plane = unit / rows;  // of an image and a block
    depthwise_row(problem, operands, plane, plane % blocks, problem.rows.begin + unit % rows, tile);
  }
}

void blocked_depthwise(const BlockedConvolution& problem, const BlockedCut&,
                       const BlockedOperands& operands, Range units, void* scratch) {
  every_depthwise_row<float>(problem, operands, units, scratch);
}
void blocked_depthwise_bfloat16(const BlockedConvolution& problem, const BlockedCut&,
                                const BlockedOperands& operands, Range units, void* scratch) {
  every_depthwise_row<BFloat16>(problem, operands, units, scratch);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
