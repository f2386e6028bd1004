// The iteration space of a tile program: the axes of its shape, merged where every external allows
// it, and the windows that programs run over.
#pragma once

#include <span>

#include "base/shape.h"
#include "base/view.h"

namespace weft::kernels {

// Elements of a tile: with a few operands it stays in a 32 KB first-level cache.
inline constexpr int64_t kTileElements = 1024;

// The iteration space after merging axes: derived once per call or once per plan.
struct TileLoop {
  static constexpr int kMaxExternals = 16;
  static constexpr int kMaxOperands = 64;  // externals and temporaries of one program
  int outer_rank = 0;                      // axes outside the tile
  int64_t outer[kMaxRank];                 // their extents
  int64_t rows = 1, cols = 1;              // of the two innermost axes
  int64_t tile_rows = 1, tile_cols = 1;    // of one unit
  int64_t row_tiles = 1, col_tiles = 1;
  int externals = 0;
  int64_t outer_stride[kMaxExternals][kMaxRank];  // elements
  int64_t row_stride[kMaxExternals];
  int64_t col_stride[kMaxExternals];
};
TileLoop make_tile_loop(const Shape& shape, std::span<const TensorView> externals);
// Where an external lies densely along neither of a tile's axes but along another one, that one
// becomes the rows, so that squares of it are turned. For loops that ask for no element's number.
void transpose_rows(TileLoop& loop);
// Does an external pass through a copy, because its inner stride is neither 1 nor 0?
bool needs_copy(const TileLoop& loop, int external);

// Independent pieces that a caller may split over threads, at most about 1,000 elements each.
int64_t tile_units(const TileLoop& loop);

// A part of the space: whole rows, or a piece of one.
struct TileWindow {
  int64_t offset[TileLoop::kMaxExternals];  // elements, from each external's first
  int64_t rows, cols;
  int64_t first;  // number of the first element in the shape
};
// The place of one unit: also for loops over tiles that are no program.
TileWindow tile_window(const TileLoop& loop, int64_t unit);
// Neighbouring tiles of a row, or of whole rows, from `unit` on; moves `unit` behind them.
TileWindow merged_window(const TileLoop& loop, int64_t& unit, int64_t end);
// The longest window of at most `most` elements that begins at element `first`, as elements are
// numbered in the shape.
TileWindow window_at(const TileLoop& loop, int64_t first, int64_t maximum);

}  // namespace weft::kernels
