#include "kernels/softmax.h"

#include <algorithm>

#include "kernels/active_impl.h"

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
  return kHasTiles && p.dtype == DType::kFloat32 && p.cols > 0 && p.cols <= kShortRow;
}

// Rows as columns, [classes][kRows].
struct RowTile {
  alignas(64) float elements[kMostClasses * kRows];

  void turn_in(const float* rows, int64_t count, int64_t classes) {
    WEFT_ACTIVE(move)
    ({elements, rows, kRows * kSize, kSize, kSize, classes * kSize, classes, count, kSize});
  }
  void turn_out(float* rows, int64_t count, int64_t classes) const {
    WEFT_ACTIVE(move)
    ({rows, elements, classes * kSize, kSize, kSize, kRows * kSize, count, classes, kSize});
  }
};

// f(tile, first, count) for some rows at a time, of which the tile has the softmax or its
// logarithm.
template <class F>
void for_tiles(const Softmax& p, const float* x, Range rows, const float* factors, F f) {
  RowTile tile;
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    tile.turn_in(x + row * p.cols, count, p.cols);
    WEFT_ACTIVE(softmax_columns)
    ({p.cols, count, kRows, kRows, p.logarithm, factors ? factors + row : nullptr}, tile.elements,
     tile.elements);
    f(tile, row, count);
  }
}

float& of_label(RowTile& tile, int64_t label, int64_t classes, int64_t column) {
  return tile.elements[(label < 0 ? label + classes : label) * kRows + column];
}

}  // namespace

void run_softmax(const Softmax& p, const void* x, void* y, Range rows) {
  if (!is_short(p)) return WEFT_ACTIVE(kSoftmaxes)[static_cast<int>(p.dtype)](p, x, y, rows);
  for_tiles(p, static_cast<const float*>(x), rows, nullptr,
            [&](const RowTile& tile, int64_t row, int64_t count) {
              tile.turn_out(static_cast<float*>(y) + row * p.cols, count, p.cols);
            });
}

bool takes_columns(const Softmax& p) {
  return kHasTiles && p.dtype == DType::kFloat32 && p.cols > 0 && p.cols <= kMostClasses;
}

void run_softmax_of_columns(const Softmax& p, const void* x, int64_t stride, void* y, Range rows) {
  if constexpr (!kHasTiles) return;
  RowTile tile;
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    WEFT_ACTIVE(softmax_columns)
    ({p.cols, count, stride, kRows, p.logarithm, nullptr}, static_cast<const float*>(x) + row,
     tile.elements);
    tile.turn_out(static_cast<float*>(y) + row * p.cols, count, p.cols);
  }
}

void run_softmax_gradient(const Softmax& problem, const void* dy, const void* y, void* dx,
                          Range rows) {
  WEFT_ACTIVE(kSoftmaxGradients)[static_cast<int>(problem.dtype)](problem, dy, y, dx, rows);
}

void run_cross_entropy(const Softmax& p, const void* x, const int64_t* labels, void* loss,
                       Range rows) {
  if (!is_short(p))
    return WEFT_ACTIVE(kCrossEntropies)[static_cast<int>(p.dtype)](p, x, labels, loss, rows);
  Softmax logarithm = p;
  logarithm.logarithm = true;
  float* const to = static_cast<float*>(loss);
  for_tiles(logarithm, static_cast<const float*>(x), rows, nullptr,
            [&](RowTile& tile, int64_t row, int64_t count) {
              for (int64_t i = 0; i < count; ++i)
                to[row + i] = -of_label(tile, labels[row + i], p.cols, i);
            });
}

void run_cross_entropy_gradient(const Softmax& p, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows) {
  if (!is_short(p))
    return WEFT_ACTIVE(kCrossEntropyGradients)[static_cast<int>(p.dtype)](p, dloss, x, labels, dx,
                                                                          rows);
  const float* const cotangents = static_cast<const float*>(dloss);
  for_tiles(p, static_cast<const float*>(x), rows, cotangents,
            [&](RowTile& tile, int64_t row, int64_t count) {
              for (int64_t i = 0; i < count; ++i)
                of_label(tile, labels[row + i], p.cols, i) -= cotangents[row + i];
              tile.turn_out(static_cast<float*>(dx) + row * p.cols, count, p.cols);
            });
}

}  // namespace weft::kernels
