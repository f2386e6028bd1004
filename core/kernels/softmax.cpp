#include "kernels/softmax.h"

#include <algorithm>

#include "base/dtype.h"
#include "kernels/active_impl.h"
#include "kernels/copy.h"
#include "kernels/elementwise.h"

namespace weft::kernels {
namespace {

constexpr int64_t kRows = 64;  // that are columns of a tile
constexpr int64_t kMostClasses = 128;
constexpr int64_t kShortRow = 96;
constexpr int64_t kSize = sizeof(float);

// A library of some operators goes without tiles.
#if WEFT_HAS_SOME_OPERATORS
constexpr bool kHasTiles = false;
#else
constexpr bool kHasTiles = true;
#endif

bool is_short(const Softmax& p) {
  return kHasTiles && (p.dtype == DType::kFloat32 || is_half(p.dtype)) && p.cols > 0 &&
         p.cols <= kShortRow;
}

void cast(DType from_type, const void* from, DType to_type, void* to, int64_t count) {
  Tile line{};
  line.out = to;
  line.in[0] = from;
  line.rows = 1;
  line.cols = count;
  cast_step(from_type, to_type)(line);
}

// Short rows of arrays of float32 or half elements, some at a time: as float32, where they are.
struct RowBlock {
  const Softmax& problem;
  alignas(64) float wide[kRows * kShortRow];

  explicit RowBlock(const Softmax& p) : problem(p) {}
  bool is_wide() const { return problem.dtype == DType::kFloat32; }
  const float* read(const void* array, int64_t row, int64_t rows) {
    const int64_t first = row * problem.cols;
    if (is_wide()) return static_cast<const float*>(array) + first;
    cast(problem.dtype, static_cast<const uint16_t*>(array) + first, DType::kFloat32, wide,
         rows * problem.cols);
    return wide;
  }
  float* place(void* array, int64_t row) {
    return is_wide() ? static_cast<float*>(array) + row * problem.cols : wide;
  }
  void finish(void* array, int64_t row, int64_t rows) const {
    if (is_wide()) return;
    cast(DType::kFloat32, wide, problem.dtype, static_cast<uint16_t*>(array) + row * problem.cols,
         rows * problem.cols);
  }
};

// Rows as columns, [classes][kRows].
template <int64_t kClasses>
struct RowTile {
  alignas(64) float elements[kClasses * kRows];

  void turn_in(const float* rows, int64_t count, int64_t classes) {
    WEFT_ACTIVE(move)
    ({elements, rows, kRows * kSize, kSize, kSize, classes * kSize, classes, count, kSize});
  }
  void turn_out(float* rows, int64_t count, int64_t classes) const {
    WEFT_ACTIVE(move)
    ({rows, elements, classes * kSize, kSize, kSize, kRows * kSize, count, classes, kSize});
  }
};

using ShortTile = RowTile<kShortRow>;

// The rows of a tile, in the element type of the array.
void turn_out(const ShortTile& tile, RowBlock& block, void* y, int64_t row, int64_t count) {
  tile.turn_out(block.place(y, row), count, block.problem.cols);
  block.finish(y, row, count);
}

// f(tile, block, first, count) for some rows at a time, of which the tile has the softmax, its
// logarithm, or the gradient of their cross entropy; the block is free.
template <class F>
void for_tiles(const Softmax& p, const void* x, Range rows, const int64_t* labels,
               const void* cotangents, F f) {
  ShortTile tile;
  RowBlock block(p);
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    tile.turn_in(block.read(x, row, count), count, p.cols);
    float factors[kRows];
    if (labels)
      cast(p.dtype, static_cast<const char*>(cotangents) + row * element_size(p.dtype),
           DType::kFloat32, factors, count);
    WEFT_ACTIVE(softmax_columns)
    ({p.cols, count, kRows, kRows, p.logarithm, labels ? labels + row : nullptr, factors},
     tile.elements, tile.elements);
    f(tile, block, row, count);
  }
}

}  // namespace

void run_softmax(const Softmax& p, const void* x, void* y, Range rows) {
  if (!is_short(p)) return WEFT_ACTIVE(kSoftmaxes)[static_cast<int>(p.dtype)](p, x, y, rows);
  for_tiles(p, x, rows, nullptr, nullptr,
            [&](const ShortTile& tile, RowBlock& block, int64_t row, int64_t count) {
              turn_out(tile, block, y, row, count);
            });
}

bool takes_columns(const Softmax& p) {
  return kHasTiles && p.dtype == DType::kFloat32 && p.cols > 0 && p.cols <= kMostClasses;
}

void run_softmax_of_columns(const Softmax& p, const void* x, int64_t stride, void* y, Range rows) {
  if constexpr (!kHasTiles) return;
  RowTile<kMostClasses> tile;
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    WEFT_ACTIVE(softmax_columns)
    ({p.cols, count, stride, kRows, p.logarithm, nullptr, nullptr},
     static_cast<const float*>(x) + row, tile.elements);
    tile.turn_out(static_cast<float*>(y) + row * p.cols, count, p.cols);
  }
}

void run_softmax_gradient(const Softmax& p, const void* dy, const void* y, void* dx, Range rows) {
  if (!is_short(p))
    return WEFT_ACTIVE(kSoftmaxGradients)[static_cast<int>(p.dtype)](p, dy, y, dx, rows);
  ShortTile cotangents, results;
  RowBlock block(p);
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    cotangents.turn_in(block.read(dy, row, count), count, p.cols);
    results.turn_in(block.read(y, row, count), count, p.cols);
    WEFT_ACTIVE(softmax_gradient_columns)
    ({p.cols, count, kRows, kRows, p.logarithm, nullptr, nullptr}, cotangents.elements,
     results.elements, cotangents.elements);
    turn_out(cotangents, block, dx, row, count);
  }
}

void run_cross_entropy(const Softmax& p, const void* x, const int64_t* labels, void* loss,
                       Range rows) {
  if (!is_short(p))
    return WEFT_ACTIVE(kCrossEntropies)[static_cast<int>(p.dtype)](p, x, labels, loss, rows);
  Softmax logarithm = p;
  logarithm.logarithm = true;
  for_tiles(logarithm, x, rows, nullptr, nullptr,
            [&](const ShortTile& tile, RowBlock&, int64_t row, int64_t count) {
              float losses[kRows];
              for (int64_t i = 0; i < count; ++i) {
                const int64_t label = labels[row + i];
                losses[i] = -tile.elements[(label < 0 ? label + p.cols : label) * kRows + i];
              }
              cast(DType::kFloat32, losses, p.dtype,
                   static_cast<char*>(loss) + row * element_size(p.dtype), count);
            });
}

void run_cross_entropy_gradient(const Softmax& p, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows) {
  if (!is_short(p))
    return WEFT_ACTIVE(kCrossEntropyGradients)[static_cast<int>(p.dtype)](p, dloss, x, labels, dx,
                                                                          rows);
  for_tiles(p, x, rows, labels, dloss,
            [&](const ShortTile& tile, RowBlock& block, int64_t row, int64_t count) {
              turn_out(tile, block, dx, row, count);
            });
}

}  // namespace weft::kernels
