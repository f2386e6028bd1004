#include "kernels/matmul.h"

#include <algorithm>

#include "kernels/copy.h"
#include "kernels/table_impl.h"

namespace weft::kernels {
namespace {

// Multiples of every instruction set's tile, so that full blocks have no ragged edge.
constexpr int64_t kRowStep = 84;  // 6 * 14
constexpr int64_t kColStep = 32;
constexpr int64_t kMaxCols = 256;
constexpr int64_t kMaxDepth = 256;
// Products worth several threads are cut into at least this many units.
constexpr int64_t kWantedUnits = 4;
constexpr double kWorthSplitting = 250e3;  // multiply-adds

int64_t blocks_of(int64_t extent, int64_t most) {
  return std::max<int64_t>(1, (extent + most - 1) / most);
}

// Evenly filled blocks of at most `most`, in multiples of `step` unless there is only one.
int64_t balanced(int64_t extent, int64_t blocks, int64_t step) {
  const int64_t each = (extent + blocks - 1) / blocks;
  return blocks == 1 ? std::max<int64_t>(1, extent) : (each + step - 1) / step * step;
}

MatmulBlocks blocks_of(const Matmul& problem) {
  int64_t row_blocks = blocks_of(problem.m, kRowStep * 2);
  int64_t col_blocks = blocks_of(problem.n, kMaxCols);
  const double work = double(problem.m) * double(problem.n) * double(problem.k);
  while (work > kWorthSplitting && problem.batches * row_blocks * col_blocks < kWantedUnits) {
    const int64_t rows = problem.m / row_blocks, cols = problem.n / col_blocks;
    if (cols >= 2 * kColStep && (cols >= rows || rows < 28)) {
      col_blocks *= 2;
    } else if (rows >= 28) {
      row_blocks *= 2;
    } else {
      break;
    }
  }
  MatmulBlocks blocks;
  blocks.rows = balanced(problem.m, row_blocks, 14);
  blocks.cols = balanced(problem.n, col_blocks, kColStep);
  blocks.row_blocks = blocks_of(problem.m, blocks.rows);
  blocks.col_blocks = blocks_of(problem.n, blocks.cols);
  return blocks;
}

}  // namespace

int64_t matmul_units(const Matmul& problem) {
  if (problem.m == 0 || problem.n == 0) return 0;
  const MatmulBlocks blocks = blocks_of(problem);
  return problem.batches * blocks.row_blocks * blocks.col_blocks;
}

int64_t matmul_scratch(const Matmul& problem) {
  const MatmulBlocks blocks = blocks_of(problem);
  const int64_t depth = std::min(problem.k, kMaxDepth);
  const int64_t cols = (blocks.cols + kColStep - 1) / kColStep * kColStep;
  const int64_t rows = blocks.rows + 16;
  const int64_t lane = std::max<int64_t>(4, element_size(problem.dtype));
  const int64_t partial = lane == element_size(problem.dtype) ? 0 : blocks.rows * blocks.cols;
  return (depth * (cols + rows) + partial) * lane + 256;
}

void run_matmul(const Matmul& problem, Range units, void* scratch) {
  if (units.begin >= units.end) return;
  active_table().matmuls[static_cast<int>(problem.dtype)](problem, blocks_of(problem), units,
                                                          scratch);
}

}  // namespace weft::kernels
