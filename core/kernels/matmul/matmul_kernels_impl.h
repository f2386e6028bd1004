// The kernels of matmul.h by dtype, and how a product is cut for them.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/matmul/matmul.h"

namespace weft::kernels {

// How a product is cut into units: balanced blocks of C, the same for every instruction set.
struct MatmulBlocks {
  int64_t rows, cols;  // of one block, the last may be smaller
  int64_t row_blocks, col_blocks;
};
// Room in scratch: a slab of B, and rows of A for the tallest tile. Copied rows of A lie one cache
// line further apart than a block of k is long, so that they do not share a set of the cache.
inline constexpr int64_t kMatmulRowBytes = 2048;
inline constexpr int64_t kMatmulCopiedRowBytes = kMatmulRowBytes + 64;
inline constexpr int64_t kMatmulStripCols = 512;
inline constexpr int64_t kMatmulPanelRows = 14;
using MatmulKernel = void (*)(const Matmul& problem, const MatmulBlocks& blocks, Range units,
                              void* scratch);

WEFT_KERNELS(extern const MatmulKernel kMatmuls[kNumDTypes];)

}  // namespace weft::kernels
