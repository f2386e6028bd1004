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

// Some short rows of an array of float32 or half elements.
struct RowBlock {
  DType dtype;
  int64_t first, count;  // of elements
  alignas(64) float wide[kRows * kShortRow];

  RowBlock(const Softmax& p, int64_t row, int64_t rows)
      : dtype(p.dtype), first(row * p.cols), count(rows * p.cols) {}
  const float* read(const void* array) {
    if (dtype == DType::kFloat32) return static_cast<const float*>(array) + first;
    cast(dtype, static_cast<const uint16_t*>(array) + first, DType::kFloat32, wide, count);
    return wide;
  }
  float* place(void* array) {
    return dtype == DType::kFloat32 ? static_cast<float*>(array) + first : wide;
  }
  void finish(void* array) const {
    if (dtype != DType::kFloat32)
      cast(DType::kFloat32, wide, dtype, static_cast<uint16_t*>(array) + first, count);
  }
};

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

// f(tile, first, count) for some rows at a time, of which the tile has the softmax, its logarithm,
// or the gradient of their cross entropy.
template <class F>
void for_tiles(const Softmax& p, const void* x, Range rows, const int64_t* labels,
               const void* cotangents, F f) {
  RowTile tile;
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    tile.turn_in(RowBlock(p, row, count).read(x), count, p.cols);
    float factors[kRows];
    if (labels)
      cast(p.dtype, static_cast<const char*>(cotangents) + row * element_size(p.dtype),
           DType::kFloat32, factors, count);
    WEFT_ACTIVE(softmax_columns)
    ({p.cols, count, kRows, kRows, p.logarithm, labels ? labels + row : nullptr, factors},
     tile.elements, tile.elements);
    f(tile, row, count);
  }
}

void turn_out(const Softmax& p, const RowTile& tile, int64_t row, int64_t count, void* y) {
  RowBlock block(p, row, count);
  tile.turn_out(block.place(y), count, p.cols);
  block.finish(y);
}

}  // namespace

void run_softmax(const Softmax& p, const void* x, void* y, Range rows) {
  if (!is_short(p)) return WEFT_ACTIVE(kSoftmaxes)[static_cast<int>(p.dtype)](p, x, y, rows);
  for_tiles(p, x, rows, nullptr, nullptr, [&](const RowTile& tile, int64_t row, int64_t count) {
    turn_out(p, tile, row, count, y);
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
    ({p.cols, count, stride, kRows, p.logarithm, nullptr, nullptr},
     static_cast<const float*>(x) + row, tile.elements);
    tile.turn_out(static_cast<float*>(y) + row * p.cols, count, p.cols);
  }
}

void run_softmax_gradient(const Softmax& p, const void* dy, const void* y, void* dx, Range rows) {
  if (!is_short(p))
    return WEFT_ACTIVE(kSoftmaxGradients)[static_cast<int>(p.dtype)](p, dy, y, dx, rows);
  RowTile cotangents, results;
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    cotangents.turn_in(RowBlock(p, row, count).read(dy), count, p.cols);
    results.turn_in(RowBlock(p, row, count).read(y), count, p.cols);
    WEFT_ACTIVE(softmax_gradient_columns)
    ({p.cols, count, kRows, kRows, p.logarithm, nullptr, nullptr}, cotangents.elements,
     results.elements, cotangents.elements);
    turn_out(p, cotangents, row, count, dx);
  }
}

void run_cross_entropy(const Softmax& p, const void* x, const int64_t* labels, void* loss,
                       Range rows) {
  if (!is_short(p))
    return WEFT_ACTIVE(kCrossEntropies)[static_cast<int>(p.dtype)](p, x, labels, loss, rows);
  Softmax logarithm = p;
  logarithm.logarithm = true;
  for_tiles(logarithm, x, rows, nullptr, nullptr,
            [&](const RowTile& tile, int64_t row, int64_t count) {
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
  for_tiles(p, x, rows, labels, dloss, [&](const RowTile& tile, int64_t row, int64_t count) {
    turn_out(p, tile, row, count, dx);
  });
}

}  // namespace weft::kernels
