// Which of three ways rows take: row by row in softmax.isa.cpp, as columns of a tile (short rows),
// or by way of scratch (rows whose elements are not neighbours).

#include "kernels/normalize/softmax.h"

#include <algorithm>

#include "base/dtype.h"
#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/copy_kernels_impl.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/isa/active.h"
#include "kernels/normalize/softmax_kernels_impl.h"

namespace weft::kernels {
namespace {

constexpr int64_t kRows = 64;  // rows that become the columns of a tile
// Rows up to this length are transposed.
constexpr int64_t kShortRow = 96;
constexpr int64_t kSize = sizeof(float);

// A library for some operators does without tiles.
#if WEFT_HAS_SOME_OPERATORS
constexpr bool kHasTiles = false;
#else
constexpr bool kHasTiles = true;
#endif

// Halves qualify, too, because RowBlock widens them.
bool is_short(const Softmax& p) {
  return kHasTiles && (p.dtype == DType::kFloat32 || is_half(p.dtype)) && p.cols > 0 &&
         p.cols <= kShortRow;
}

// Converts `count` dense elements.
void cast(DType from_type, const void* from, DType to_type, void* to, int64_t count) {
  Tile line{};
  line.out = to;
  line.in[0] = from;
  line.rows = 1;
  line.cols = count;
  cast_step(from_type, to_type)(line);
}

// Some short rows of an array as float32: where they are, or in a buffer if the array has halves.
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
  // Where results may be written; finish() then brings them into the array.
  float* place(void* array, int64_t row) {
    return is_wide() ? static_cast<float*>(array) + row * problem.cols : wide;
  }
  void finish(void* array, int64_t row, int64_t rows) const {
    if (is_wide()) return;
    cast(DType::kFloat32, wide, problem.dtype, static_cast<uint16_t*>(array) + row * problem.cols,
         rows * problem.cols);
  }
};

// Short rows as columns: [classes][kRows].
struct ShortTile {
  alignas(64) float elements[kShortRow * kRows];

  // Between [count][classes] and [classes][kRows].
  void transpose_in(const float* rows, int64_t count, int64_t classes) {
    WEFT_ACTIVE(move)
    ({elements, rows, kRows * kSize, kSize, kSize, classes * kSize, classes, count, kSize});
  }
  void transpose_out(float* rows, int64_t count, int64_t classes) const {
    WEFT_ACTIVE(move)
    ({rows, elements, classes * kSize, kSize, kSize, kRows * kSize, count, classes, kSize});
  }
};

// Transposes a tile back into the array's rows and type.
void transpose_out(const ShortTile& tile, RowBlock& block, void* y, int64_t row, int64_t count) {
  tile.transpose_out(block.place(y, row), count, block.problem.cols);
  block.finish(y, row, count);
}

// Calls f(tile, block, first row, count) for some rows at a time. The tile then has their softmax,
// its logarithm, or with labels the gradient of their cross entropy; the block may be used again.
template <class F>
void for_tiles(const Softmax& p, const void* x, Range rows, const int64_t* labels,
               const void* cotangents, F f) {
  ShortTile tile;
  RowBlock block(p);
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    tile.transpose_in(block.read(x, row, count), count, p.cols);
    // The factors of the gradient: the losses' cotangents.
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

// Rows whose elements are not neighbours.

// Are such rows brought to scratch as columns (float32), or transposed into rows (other types)?
bool are_columns(const Softmax& p) { return kHasTiles && p.dtype == DType::kFloat32; }

// Rows at a time: what is read of them stays in a cache, and consists of whole cache lines.
int64_t rows_at_once(const Softmax& p) {
  constexpr int64_t kElements = 8192, kMin = 16, kMax = 256;
  return std::clamp(kElements / std::max<int64_t>(p.cols, 1) / kMin * kMin, kMin, kMax);
}

// Some neighbouring rows: all rows of `outer` images, or some rows of one.
struct Part {
  int64_t row, outer, inner;
  int64_t count() const { return outer * inner; }
};

// Calls f(part) for all parts of the rows.
template <class F>
void for_parts(const Softmax& p, Range rows, F f) {
  const int64_t maximum = rows_at_once(p);
  for (int64_t row = rows.begin; row < rows.end && p.cols > 0;) {
    // Whole images, if a part begins with one; otherwise some rows of an image.
    const int64_t left = rows.end - row, place = row % p.inner;
    const int64_t images = place == 0 ? std::min(maximum, left) / p.inner : 0;
    const Part part = images > 0 ? Part{row, images, p.inner}
                                 : Part{row, 1, std::min({maximum, left, p.inner - place})};
    f(part);
    row += part.count();
  }
}

// Copies a part between an array and scratch, where it is [cols][count] or [count][cols].
class Mover {
 public:
  Mover(const Softmax& p, const Part& part) : p_(p), part_(part) {}
  void read(const void* array, void* scratch) const { move(in_scratch(scratch), in_array(array)); }
  void write(void* array, void* scratch) const { move(in_array(array), in_scratch(scratch)); }

 private:
  // The part as a view with axes (class, outer, inner) and the strides of one side.
  TensorView view(void* data, int64_t col, int64_t outer, int64_t inner) const {
    return {data, {p_.cols, part_.outer, part_.inner}, {col, outer, inner}, 3, p_.dtype};
  }
  TensorView in_array(const void* array) const {
    const int64_t first = part_.row / p_.inner * p_.cols * p_.inner + part_.row % p_.inner;
    char* const data = static_cast<char*>(const_cast<void*>(array));
    return view(data + first * element_size(p_.dtype), p_.inner, p_.cols * p_.inner, 1);
  }
  // Columns: classes are rows of scratch. Rows: each row's classes are neighbours.
  TensorView in_scratch(void* scratch) const {
    return are_columns(p_) ? view(scratch, part_.count(), part_.inner, 1)
                           : view(scratch, 1, part_.inner * p_.cols, p_.cols);
  }
  static void move(const TensorView& to, const TensorView& from) {
    run_copy(to, from, {0, copy_units(to, from)});
  }

  const Softmax& p_;
  const Part& part_;
};

// The part as a problem of its own: rows whose elements are neighbours, or columns.
Softmax of_part(const Softmax& p, const Part& part) {
  return {p.dtype, part.count(), p.cols, p.logarithm};
}
SoftmaxColumns columns_of(const Softmax& p, const Part& part) {
  return {p.cols, part.count(), part.count(), part.count(), p.logarithm, nullptr, nullptr};
}
// Negative labels count from the end.
int64_t place_of(int64_t label, int64_t cols) { return label < 0 ? label + cols : label; }

// In the four functions below a part is read, computed in scratch, and written.
void run_softmax_strided(const Softmax& p, const void* x, void* y, Range rows, void* scratch) {
  auto* const tile = static_cast<float*>(scratch);
  for_parts(p, rows, [&](const Part& part) {
    const Mover mover(p, part);
    mover.read(x, scratch);
    if (are_columns(p))
      WEFT_ACTIVE(softmax_columns)(columns_of(p, part), tile, tile);
    else
      run_softmax(of_part(p, part), scratch, scratch, {0, part.count()}, nullptr);
    mover.write(y, scratch);
  });
}

void run_softmax_gradient_strided(const Softmax& p, const void* dy, const void* y, void* dx,
                                  Range rows, void* scratch) {
  const auto of_columns = WEFT_ACTIVE(softmax_gradient_columns);
  // The second array's copy lies behind the first one.
  void* const results = static_cast<char*>(scratch) + softmax_scratch(p, 1);
  auto* const tile = static_cast<float*>(scratch);
  for_parts(p, rows, [&](const Part& part) {
    const Mover mover(p, part);
    mover.read(dy, scratch);
    mover.read(y, results);
    if (are_columns(p))
      of_columns(columns_of(p, part), tile, static_cast<float*>(results), tile);
    else
      run_softmax_gradient(of_part(p, part), scratch, results, scratch, {0, part.count()}, nullptr);
    mover.write(dx, scratch);
  });
}

void run_cross_entropy_strided(const Softmax& p, const void* x, const int64_t* labels, void* loss,
                               Range rows, void* scratch) {
  auto* const tile = static_cast<float*>(scratch);
  for_parts(p, rows, [&](const Part& part) {
    const int64_t* const known = labels + part.row;
    void* const losses = static_cast<char*>(loss) + part.row * element_size(p.dtype);
    Mover(p, part).read(x, scratch);
    if (!are_columns(p))
      return run_cross_entropy(of_part(p, part), scratch, known, losses, {0, part.count()},
                               nullptr);
    SoftmaxColumns columns = columns_of(p, part);
    columns.logarithm = true;
    WEFT_ACTIVE(softmax_columns)(columns, tile, tile);
    for (int64_t i = 0; i < part.count(); ++i)
      static_cast<float*>(losses)[i] = -tile[place_of(known[i], p.cols) * part.count() + i];
  });
}

void run_cross_entropy_gradient_strided(const Softmax& p, const void* dloss, const void* x,
                                        const int64_t* labels, void* dx, Range rows,
                                        void* scratch) {
  auto* const tile = static_cast<float*>(scratch);
  for_parts(p, rows, [&](const Part& part) {
    const Mover mover(p, part);
    const int64_t* const known = labels + part.row;
    const void* const factors = static_cast<const char*>(dloss) + part.row * element_size(p.dtype);
    mover.read(x, scratch);
    if (are_columns(p)) {
      SoftmaxColumns columns = columns_of(p, part);
      columns.labels = known;
      columns.factors = static_cast<const float*>(factors);
      WEFT_ACTIVE(softmax_columns)(columns, tile, tile);
    } else {
      run_cross_entropy_gradient(of_part(p, part), factors, scratch, known, scratch,
                                 {0, part.count()}, nullptr);
    }
    mover.write(dx, scratch);
  });
}

}  // namespace

// Space for a part of each array, in whole cache lines.
int64_t softmax_scratch(const Softmax& p, int arrays) {
  constexpr int64_t kLine = 64;
  const int64_t bytes = std::min(rows_at_once(p), p.rows) * p.cols * element_size(p.dtype);
  return p.inner > 1 ? arrays * ((bytes + kLine - 1) / kLine * kLine) : 0;
}

void run_softmax(const Softmax& p, const void* x, void* y, Range rows, void* scratch) {
  if (p.inner > 1) return run_softmax_strided(p, x, y, rows, scratch);
  if (!is_short(p)) return WEFT_ACTIVE(kSoftmaxes)[static_cast<int>(p.dtype)](p, x, y, rows);
  for_tiles(p, x, rows, nullptr, nullptr,
            [&](const ShortTile& tile, RowBlock& block, int64_t row, int64_t count) {
              transpose_out(tile, block, y, row, count);
            });
}

void run_softmax_gradient(const Softmax& p, const void* dy, const void* y, void* dx, Range rows,
                          void* scratch) {
  if (p.inner > 1) return run_softmax_gradient_strided(p, dy, y, dx, rows, scratch);
  if (!is_short(p))
    return WEFT_ACTIVE(kSoftmaxGradients)[static_cast<int>(p.dtype)](p, dy, y, dx, rows);
  ShortTile cotangents, results;
  RowBlock block(p);
  for (int64_t row = rows.begin; row < rows.end; row += kRows) {
    const int64_t count = std::min(kRows, rows.end - row);
    cotangents.transpose_in(block.read(dy, row, count), count, p.cols);
    results.transpose_in(block.read(y, row, count), count, p.cols);
    WEFT_ACTIVE(softmax_gradient_columns)
    ({p.cols, count, kRows, kRows, p.logarithm, nullptr, nullptr}, cotangents.elements,
     results.elements, cotangents.elements);
    transpose_out(cotangents, block, dx, row, count);
  }
}

void run_cross_entropy(const Softmax& p, const void* x, const int64_t* labels, void* loss,
                       Range rows, void* scratch) {
  if (p.inner > 1) return run_cross_entropy_strided(p, x, labels, loss, rows, scratch);
  if (!is_short(p))
    return WEFT_ACTIVE(kCrossEntropies)[static_cast<int>(p.dtype)](p, x, labels, loss, rows);
  // The loss is the negative logarithm at the label.
  Softmax logarithm = p;
  logarithm.logarithm = true;
  for_tiles(logarithm, x, rows, nullptr, nullptr,
            [&](const ShortTile& tile, RowBlock&, int64_t row, int64_t count) {
              float losses[kRows];
              for (int64_t i = 0; i < count; ++i)
                losses[i] = -tile.elements[place_of(labels[row + i], p.cols) * kRows + i];
              cast(DType::kFloat32, losses, p.dtype,
                   static_cast<char*>(loss) + row * element_size(p.dtype), count);
            });
}

void run_cross_entropy_gradient(const Softmax& p, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows, void* scratch) {
  if (p.inner > 1)
    return run_cross_entropy_gradient_strided(p, dloss, x, labels, dx, rows, scratch);
  if (!is_short(p))
    return WEFT_ACTIVE(kCrossEntropyGradients)[static_cast<int>(p.dtype)](p, dloss, x, labels, dx,
                                                                          rows);
  for_tiles(p, x, rows, labels, dloss,
            [&](const ShortTile& tile, RowBlock& block, int64_t row, int64_t count) {
              transpose_out(tile, block, dx, row, count);
            });
}

}  // namespace weft::kernels
