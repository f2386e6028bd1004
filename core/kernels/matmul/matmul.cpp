// How a product is divided into units, and how much scratch they need; matmul.isa.cpp multiplies.
// The division depends on the shape alone, so that neither threads nor instruction sets change a
// bit.

#include "kernels/matmul/matmul.h"

#include <algorithm>
#include <utility>

#include "kernels/elementwise/copy.h"
#include "kernels/isa/active.h"
#include "kernels/matmul/matmul_kernels_impl.h"
#include "kernels/matmul/matmul_small.h"
#include "kernels/matmul/panels_kernels_impl.h"

namespace weft::kernels {
namespace {

// Maximum of rows and columns of one block of C. With so many columns the time to copy A again for
// each block is hidden, and a slab of B stays in half of a second-level cache.
constexpr int64_t kMaxRows = 256;
constexpr int64_t kMaxCols = kMatmulStripCols;
constexpr int64_t kSlabBytes = 512 * 1024;
constexpr int64_t kColStep = 32;  // a multiple of the width of every instruction set's panel
// Limits that decide how blocks are divided further, see blocks_of().
constexpr int64_t kFewRows = 28;
constexpr int64_t kFewCols = 128;
// A large product has more units, so that more threads find work; a small one stays whole.
constexpr double kWorthSplitting = 250e3;  // multiply-adds
constexpr double kWorkOfUnit = 40e6;

// How many blocks of at most `maximum`; at least one.
int64_t blocks_of(int64_t extent, int64_t maximum) {
  return std::max<int64_t>(1, (extent + maximum - 1) / maximum);
}

// A column C = A b is computed as the row Cᵀ = bᵀ Aᵀ, which reads A well however it lies. Not with
// two biases, because they would be added in the other order.
const Matmul& with_column_as_row(const Matmul& given, Matmul& transposed) {
  if (given.n != 1 || given.c_row != 1 || (given.row_bias && given.col_bias)) return given;
  transposed = given;
  transposed.a = {given.b.data, given.b.col, given.b.row, given.b.batch};
  transposed.b = {given.a.data, given.a.col, given.a.row, given.a.batch};
  std::swap(transposed.m, transposed.n);
  std::swap(transposed.row_bias, transposed.col_bias);
  transposed.c_row = transposed.n;
  return transposed;
}

// The extent of a block if all are to be filled evenly: a multiple of `step`, unless there is one
// only.
int64_t balanced(int64_t extent, int64_t blocks, int64_t step) {
  const int64_t each = (extent + blocks - 1) / blocks;
  return blocks == 1 ? std::max<int64_t>(1, extent) : (each + step - 1) / step * step;
}

// Bytes of a packed element (halves are widened), and rows of a slab of B.
int64_t lane_bytes(const Matmul& problem) {
  return std::max<int64_t>(4, element_size(problem.dtype));
}
int64_t depth_of(const Matmul& problem) {
  return std::min(problem.k, kMatmulRowBytes / lane_bytes(problem));
}

// So many columns that a slab fits the second-level cache.
int64_t max_cols(const Matmul& problem) {
  // Where C is narrower than the sums, the sums are in that cache, too.
  const int64_t maximum = element_size(problem.dtype) < 4 ? kMaxCols / 2 : kMaxCols;
  const int64_t column = std::max<int64_t>(1, depth_of(problem)) * lane_bytes(problem);
  return std::min(maximum, kSlabBytes / column / kColStep * kColStep);
}

// First the fewest blocks that the caches allow, then more until there are enough units.
MatmulBlocks blocks_of(const Matmul& problem) {
  int64_t row_blocks = blocks_of(problem.m, kMaxRows);
  int64_t col_blocks = blocks_of(problem.n, max_cols(problem));
  const double work = double(problem.m) * double(problem.n) * double(problem.k);
  if (row_blocks == 1 && col_blocks == 1 && work <= kWorthSplitting)
    return {std::max<int64_t>(1, problem.m), std::max<int64_t>(1, problem.n), 1, 1};
  const double wanted = work <= kWorthSplitting ? 1 : std::clamp(work / kWorkOfUnit, 4.0, 16.0);
  // Dense rows of B are packed again for other rows of A; products hide that. A transposition is
  // not hidden, so it is done once for all rows: only columns are divided.
  const bool transposes = problem.b.col != 1;
  while (double(problem.batches * row_blocks * col_blocks) < wanted) {
    const int64_t rows = problem.m / row_blocks, cols = problem.n / col_blocks;
    if (transposes && cols >= 2 * kFewCols) {
      col_blocks *= 2;
    } else if (rows >= kMaxRows || (cols < 2 * kColStep && rows >= kFewRows)) {
      row_blocks *= 2;
    } else if (cols >= 2 * kColStep) {
      col_blocks *= 2;
    } else {
      break;
    }
  }
  MatmulBlocks blocks;
  blocks.rows = balanced(problem.m, row_blocks, 1);
  blocks.cols = balanced(problem.n, col_blocks, kColStep);
  blocks.row_blocks = blocks_of(problem.m, blocks.rows);
  blocks.col_blocks = blocks_of(problem.n, blocks.cols);
  return blocks;
}

}  // namespace

int64_t matmul_units(const Matmul& given) {
  if (given.m == 0 || given.n == 0) return 0;
  Matmul transposed;
  const Matmul& problem = with_column_as_row(given, transposed);
  const MatmulBlocks blocks = blocks_of(problem);
  return problem.batches * blocks.row_blocks * blocks.col_blocks;
}

// In the order of memory: rows of A, partial sums where C is narrow, the slab of B (or what is
// staged for AMX). 256 bytes more are for alignment.
int64_t matmul_scratch(const Matmul& given) {
  Matmul transposed;
  const Matmul& problem = with_column_as_row(given, transposed);
  const MatmulBlocks blocks = blocks_of(problem);
  const int64_t lane = lane_bytes(problem), depth = depth_of(problem);
  const int64_t cols = std::min((problem.n + kColStep - 1) / kColStep * kColStep, kMaxCols);
  const int64_t row = (blocks.cols + kColStep - 1) / kColStep * kColStep;
  if (problem.dtype == DType::kBFloat16 && uses(Extra::kAmxBf16)) {
    const int64_t rows = whole_tiles(blocks.rows);
    return matmul_copy_bytes(problem, element_size(problem.dtype)) +
           std::max(rows * (row * lane + kTiledRowBytes) + kTiledPairs * lane,
                    (depth * cols + rows * row) * lane) +
           256;
  }
  const int64_t partial = lane == element_size(problem.dtype) ? 0 : blocks.rows * row;
  return matmul_copy_bytes(problem, element_size(problem.dtype)) + (depth * cols + partial) * lane +
         256;
}

void run_matmul(const Matmul& given, Range units, void* scratch) {
  if (units.begin >= units.end) return;
  Matmul transposed;
  const Matmul& problem = with_column_as_row(given, transposed);
  WEFT_ACTIVE_OF(problem.dtype, kMatmuls)(problem, blocks_of(problem), units, scratch);
}

}  // namespace weft::kernels
