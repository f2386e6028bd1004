// The kernels of panels.h by dtype, and the sizes that products by tiles of AMX have.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/matmul/panels.h"

namespace weft::kernels {

inline constexpr int64_t kPanelRows = 128;  // maximum of a unit

// Products by the tiles of AMX (kernels/matmul/bf16x2_amx_impl.h). Of 32 columns a block of k, as
// bf16x2, stays in the first-level cache.
inline constexpr int64_t kTiledDepth = 512;
inline constexpr int64_t kTiledPairs = kTiledDepth / 2 * 32;
// 32 rows or columns by 32 elements of k, as bf16x2
inline constexpr int64_t kTiledStepBytes = 16 * 32 * 4;
inline constexpr int64_t kTiledRowBytes = 2 * (kTiledDepth + 32);  // an odd number of cache lines
inline constexpr int64_t kTiledSpareBytes = 16 * kTiledRowBytes + 2 * 32 * 32;
// Rows of A are rounded up to the 16 rows of a tile.
__attribute__((always_inline)) constexpr int64_t whole_tiles(int64_t rows) {
  return (rows + 15) / 16 * 16;
}

// Products with packed weights, for one dtype: packing, and multiplying rows by packed panels.
struct PanelKernels {
  void (*pack)(const PanelPacking& packing, Range panels);
  void (*multiply)(const PanelProduct& problem, int64_t unit_rows, Range units, void* scratch);
};

// null where panels.h has none
WEFT_KERNELS(extern const PanelKernels kPanels[kNumDTypes];)

// The function of panels.h with the kernels of a given instruction set.
void run_panel_product(Isa isa, const PanelProduct& problem, Range units, void* scratch);

}  // namespace weft::kernels
