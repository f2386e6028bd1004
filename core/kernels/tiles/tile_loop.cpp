// Merging axes and dividing the iteration space into tiles (tile_loop.h). Everything here is
// integer arithmetic on extents and strides.

#include "kernels/tiles/tile_loop.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace weft::kernels {
namespace {

// Columns of a square tile: with 32 rows it has kTileElements.
constexpr int64_t kSquareCols = 32;
constexpr int64_t kFewRows = 8;  // with fewer rows, transposing in squares gains little

// Does the axis `outer` continue where `inner` ends, for every external? Then both are one axis.
bool merges(std::span<const TensorView> externals, int outer, int inner, int64_t inner_extent) {
  for (const TensorView& view : externals)
    if (view.strides[outer] != view.strides[inner] * inner_extent) return false;
  return true;
}

// The offsets of the externals at a row and a column; `position` numbers the indices of outer axes.
void set_offsets(const TileLoop& loop, int64_t position, int64_t row, int64_t col,
                 TileWindow& window) {
  for (int i = 0; i < loop.externals; ++i)
    window.offset[i] = row * loop.row_stride[i] + col * loop.col_stride[i];
  for (int axis = loop.outer_rank - 1; axis >= 0; --axis) {
    const int64_t index = position % loop.outer[axis];
    position /= loop.outer[axis];
    for (int i = 0; i < loop.externals; ++i) window.offset[i] += index * loop.outer_stride[i][axis];
  }
}

// Sets the tiles' shape. Where an external is transposed, square tiles read and write whole cache
// lines; otherwise tiles are as wide as possible.
void set_tiles(TileLoop& loop) {
  bool turned = false;
  for (int i = 0; i < loop.externals; ++i)
    turned |= needs_copy(loop, i) && std::abs(loop.row_stride[i]) < std::abs(loop.col_stride[i]);
  const int64_t widest = turned && loop.rows > 1 ? kSquareCols : kTileElements;
  loop.tile_cols = std::max<int64_t>(1, std::min(loop.cols, widest));
  loop.tile_rows = std::max<int64_t>(1, std::min(loop.rows, kTileElements / loop.tile_cols));
  // Division and remainder instead of the sum with tile_cols - 1: the extents of an empty array may
  // be as large as an integer can be.
  loop.col_tiles = loop.cols / loop.tile_cols + (loop.cols % loop.tile_cols != 0);
  loop.row_tiles = loop.rows / loop.tile_rows + (loop.rows % loop.tile_rows != 0);
}

}  // namespace

bool needs_copy(const TileLoop& loop, int external) {
  const int64_t stride = loop.col_stride[external];
  return stride != 1 && stride != 0 && loop.cols > 1;
}

TileLoop make_tile_loop(const Shape& shape, std::span<const TensorView> externals) {
  TileLoop loop;
  loop.externals = static_cast<int>(externals.size());
  // an empty array: its other extents may be as large as an integer can be
  if (std::ranges::count(shape.span(), 0) > 0) {
    loop.rows = loop.cols = 0;
    for (int i = 0; i < loop.externals; ++i) loop.row_stride[i] = loop.col_stride[i] = 0;
    set_tiles(loop);
    return loop;
  }
  // From the innermost axis: axes of extent 1 are dropped, and an axis that continues the one
  // before is joined with it.
  int64_t extents[kMaxRank];
  // The innermost original axis of each merged one, because it has the stride. They are set to zero
  // because compilers load strides[axes[0]] before they test whether there is an axis.
  int axes[kMaxRank] = {};
  int count = 0;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] == 1) continue;
    if (count > 0 && merges(externals, axis, axes[count - 1], extents[count - 1])) {
      extents[count - 1] *= shape[axis];
    } else {
      extents[count] = shape[axis];
      axes[count++] = axis;
    }
  }
  loop.cols = count > 0 ? extents[0] : 1;
  loop.rows = count > 1 ? extents[1] : 1;
  loop.outer_rank = std::max(0, count - 2);
  for (int i = 0; i < loop.externals; ++i) {
    loop.col_stride[i] = count > 0 ? externals[i].strides[axes[0]] : 0;
    loop.row_stride[i] = count > 1 ? externals[i].strides[axes[1]] : 0;
  }
  for (int outer = 0; outer < loop.outer_rank; ++outer) {
    const int merged = count - 1 - outer;
    loop.outer[outer] = extents[merged];
    for (int i = 0; i < loop.externals; ++i)
      loop.outer_stride[i][outer] = externals[i].strides[axes[merged]];
  }
  set_tiles(loop);
  return loop;
}

// Looks for an external that is strided in a tile's rows and columns, but dense along an outer
// axis.
void transpose_rows(TileLoop& loop) {
  int found = -1;
  for (int i = 0; i < loop.externals; ++i) {
    if (!needs_copy(loop, i)) continue;
    // It is dense along the rows already: a transposed tile, which set_tiles() handles.
    if (std::abs(loop.row_stride[i]) == 1) return;
    for (int axis = 0; axis < loop.outer_rank && found < 0; ++axis)
      if (loop.outer_stride[i][axis] == 1 && loop.outer[axis] >= kFewRows) found = axis;
  }
  if (found < 0) return;
  std::swap(loop.rows, loop.outer[found]);
  for (int i = 0; i < loop.externals; ++i)
    std::swap(loop.row_stride[i], loop.outer_stride[i][found]);
  set_tiles(loop);
}

int64_t tile_units(const TileLoop& loop) {
  int64_t units = loop.row_tiles * loop.col_tiles;
  for (int axis = 0; axis < loop.outer_rank; ++axis) units *= loop.outer[axis];
  return units;
}

// Units number columns of tiles fastest, then rows of tiles, then positions of the outer axes.
TileWindow tile_window(const TileLoop& loop, int64_t unit) {
  const int64_t col_tile = unit % loop.col_tiles;
  unit /= loop.col_tiles;
  const int64_t row_tile = unit % loop.row_tiles;
  const int64_t position = unit / loop.row_tiles;
  const int64_t row = row_tile * loop.tile_rows;
  const int64_t col = col_tile * loop.tile_cols;
  TileWindow window;
  window.rows = std::min(loop.tile_rows, loop.rows - row);
  window.cols = std::min(loop.tile_cols, loop.cols - col);
  window.first = (position * loop.rows + row) * loop.cols + col;
  set_offsets(loop, position, row, col, window);
  return window;
}

// With several tiles in a row, neighbours in the row are joined; otherwise, whole rows.
TileWindow merged_window(const TileLoop& loop, int64_t& unit, int64_t end) {
  TileWindow window = tile_window(loop, unit);
  if (loop.col_tiles > 1) {
    const int64_t first = unit % loop.col_tiles;
    const int64_t count = std::min(end - unit, loop.col_tiles - first);
    window.cols = std::min(count * loop.tile_cols, loop.cols - first * loop.tile_cols);
    unit += count;
  } else {
    const int64_t first = unit % loop.row_tiles;
    const int64_t count = std::min(end - unit, loop.row_tiles - first);
    window.rows = std::min(count * loop.tile_rows, loop.rows - first * loop.tile_rows);
    unit += count;
  }
  return window;
}

// A piece of one row if it begins inside a row or is shorter than one; otherwise whole rows.
TileWindow window_at(const TileLoop& loop, int64_t first, int64_t maximum) {
  const int64_t col = first % loop.cols;
  const int64_t row = first / loop.cols % loop.rows;
  TileWindow window;
  const bool is_piece = col > 0 || maximum < loop.cols;
  window.rows = is_piece ? 1 : std::min(maximum / loop.cols, loop.rows - row);
  window.cols = is_piece ? std::min(maximum, loop.cols - col) : loop.cols;
  window.first = first;
  set_offsets(loop, first / loop.cols / loop.rows, row, col, window);
  return window;
}

}  // namespace weft::kernels
