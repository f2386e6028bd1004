// The iteration space of a tile program: the axes of its shape, merged where every external allows
// it, and the windows of it that programs run over.
//
// An *external* is an array that the caller gives: an input or an output. `first` and `number`
// count the elements of the shape in row-major order.
#pragma once

#include <span>

#include "base/in_memory.h"
#include "base/shape.h"
#include "base/view.h"

namespace weft::kernels {

// Elements of a tile: with a few operands it stays in a 32 KB first-level cache.
inline constexpr int64_t kTileElements = 1024;

// The iteration space after merging axes: derived once for a call or a plan. Strides count
// elements.
struct TileLoop {
  static constexpr int kMaxExternals = 16;
  static constexpr int kMaxOperands = 64;  // maximum of externals and temporaries of one program
  int outer_rank = 0;                      // number of axes outside the tile
  int64_t outer[kMaxRank];                 // their extents
  int64_t rows = 1, cols = 1;              // extents of the two innermost axes
  int64_t tile_rows = 1, tile_cols = 1;    // extents of a tile, which is one unit
  // number of tiles that the rows and columns are divided into
  int64_t row_tiles = 1, col_tiles = 1;
  int externals = 0;
  int64_t outer_stride[kMaxExternals][kMaxRank];  // by external and outer axis
  int64_t row_stride[kMaxExternals];
  int64_t col_stride[kMaxExternals];
  WEFT_IN_MEMORY(TileLoop);
};
// All externals must have the shape's rank; stride 0 repeats an axis.
TileLoop make_tile_loop(const Shape& shape, std::span<const TensorView> externals);
// Chooses the rows anew. If an external is dense along neither axis of the tile, but along an outer
// one, that axis becomes the rows, so that square tiles of it can be transposed. For loops that use
// no element's number: it changes the order of elements.
void transpose_rows(TileLoop& loop);
// Must an external pass through a copy? Its inner stride is neither 1 nor 0.
bool needs_copy(const TileLoop& loop, int external);

// The number of independent tiles, which a caller may split over threads: about 1,000 elements
// each, or fewer.
int64_t tile_units(const TileLoop& loop);

// A part of the space: some whole rows, or a piece of one row.
struct TileWindow {
  int64_t offset[TileLoop::kMaxExternals];  // elements from each external's first one
  int64_t rows, cols;
  int64_t first;  // number of the window's first element in the shape
};
// The window of one unit. Loops over tiles that are no program use it, too.
TileWindow tile_window(const TileLoop& loop, int64_t unit);
// Joins neighbouring tiles from `unit` on, either of one row or of whole rows, and moves `unit`
// behind them: fewer calls for programs whose memory does not depend on a tile's size.
TileWindow merged_window(const TileLoop& loop, int64_t& unit, int64_t end);
// The longest window of at most `maximum` elements that begins at element `first` of the shape.
TileWindow window_at(const TileLoop& loop, int64_t first, int64_t maximum);

}  // namespace weft::kernels
