#include "kernels/tile_program.h"

#include <algorithm>

#include "kernels/bound_chain.h"
#include "kernels/chain_table_impl.h"
#include "kernels/copy.h"
#include "kernels/table_impl.h"

namespace weft::kernels {
namespace {

// Elements of a tile: with a few operands it stays in a 32 KB first-level cache.
constexpr int64_t kTileElements = 1024;
constexpr int64_t kSquareCols = 32;
// The part of a block at a row's end takes as long as a block, and some copies.
constexpr int64_t kBlocksBeforeAPart = 4;
// Temporaries start at different offsets within a page: buffers exactly 4 KB apart would make
// loads wait for stores that only look like the same address.
constexpr int64_t kSkew = 192;

int64_t temporary_bytes(DType dtype) { return kTileElements * element_size(dtype) + kSkew; }

bool needs_copy(const TileLoop& loop, int external) {
  const int64_t stride = loop.col_stride[external];
  return stride != 1 && stride != 0 && loop.cols > 1;
}

// Is the axis `inner` the continuation of `outer` for every external?
bool merges(std::span<const TensorView> externals, int outer, int inner, int64_t inner_extent) {
  for (const TensorView& view : externals)
    if (view.strides[outer] != view.strides[inner] * inner_extent) return false;
  return true;
}

// Where an operand's tile lies while its program runs.
struct Place {
  char* data;
  int64_t row_bytes;
  bool scalar;
};

Place external_place(const TileLoop& loop, const TileProgram& program, int external,
                     const TileWindow& window, void* data) {
  const int64_t size = element_size(program.dtypes[external]);
  return {static_cast<char*>(data) + window.offset[external] * size,
          loop.row_stride[external] * size, loop.col_stride[external] == 0 && loop.cols > 1};
}

Tile tile_of(const TileStep& step, const Place* places, const TileWindow& window) {
  Tile tile;
  tile.rows = window.rows;
  tile.cols = window.cols;
  tile.scalar = 0;
  tile.out = places[step.out].data;
  tile.out_row = places[step.out].row_bytes;
  for (int i = 0; i < kMaxStepInputs; ++i) {
    if (step.in[i] < 0) continue;
    const Place& place = places[step.in[i]];
    tile.in[i] = place.data;
    tile.in_row[i] = place.row_bytes;
    tile.scalar |= uint32_t(place.scalar) << i;
  }
  return tile;
}

// Neighbouring tiles of a row, or of whole rows, from `unit` on; moves `unit` behind them.
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

// One step without copies.
void run_single(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
                Range range) {
  const TileStep& step = program.steps[0];
  Place places[TileLoop::kMaxExternals];
  for (int64_t unit = range.begin; unit < range.end;) {
    const TileWindow window = merged_window(loop, unit, range.end);
    for (int i = 0; i < loop.externals; ++i)
      places[i] = external_place(loop, program, i, window, data[i]);
    step.kernel(tile_of(step, places, window));
  }
}

// Externals that are written round the caches: aligned in every row and read by nobody here. To
// write where an input lies costs nothing more, because its line is in the cache already.
uint32_t streaming_externals(const TileProgram& program, const TileLoop& loop,
                             std::span<void* const> data) {
  constexpr int64_t kLine = 64;
  if (!program.chain.streams || loop.cols % chain_block() != 0) return 0;
  uint32_t externals = 0;
  for (int i = 0; i < loop.externals; ++i) {
    if (!(program.chain.writes >> i & 1)) continue;
    const int64_t size = element_size(program.dtypes[i]);
    bool streams = reinterpret_cast<uintptr_t>(data[i]) % kLine == 0;
    if (loop.rows > 1) streams &= loop.row_stride[i] * size % kLine == 0;
    for (int axis = 0; axis < loop.outer_rank; ++axis)
      streams &= loop.outer_stride[i][axis] * size % kLine == 0;
    for (int in = 0; in < loop.externals; ++in)
      streams &= !(program.chain.reads >> in & 1) || data[in] != data[i];
    externals |= uint32_t(streams) << i;
  }
  return externals;
}

void run_chain(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
               Range range, void* scratch, const RandomStream& stream) {
  const uint32_t streaming = streaming_externals(program, loop, data);
  BoundChain chain(program, streaming, stream, scratch);
  char* arrays[TileLoop::kMaxExternals];
  for (int64_t unit = range.begin; unit < range.end;) {
    const TileWindow window = merged_window(loop, unit, range.end);
    for (int64_t row = 0; row < window.rows; ++row) {
      for (int i = 0; i < loop.externals; ++i)
        arrays[i] = static_cast<char*>(data[i]) +
                    (window.offset[i] + row * loop.row_stride[i]) * element_size(program.dtypes[i]);
      chain.run({{arrays, static_cast<size_t>(loop.externals)},
                 window.cols,
                 window.first + row * loop.cols});
    }
  }
  if (streaming) chain_kernels().end_streams();
}

void draw_tile(const TileDraw& draw, const Place& place, const TileLoop& loop,
               const TileWindow& window, const RandomStream& stream) {
  const RandomStream own{stream.seed, stream.ordinal + static_cast<uint64_t>(draw.ordinal)};
  for (int64_t row = 0; row < window.rows; ++row) {
    const int64_t first = window.first + row * loop.cols;
    run_random_uniform(own, DType::kFloat32, draw.low, draw.high,
                       place.data + row * place.row_bytes - first * int64_t{sizeof(float)},
                       {first, first + window.cols});
  }
}

bool writes(const TileProgram& program, int operand) {
  return std::any_of(program.steps.begin(), program.steps.end(),
                     [&](const TileStep& step) { return step.out == operand; });
}
bool reads(const TileProgram& program, int operand) {
  for (const TileStep& step : program.steps)
    for (int16_t in : step.in)
      if (step.kernel && in == operand) return true;
  return false;
}

}  // namespace

bool fits_chain(const TileLoop& loop) {
  for (int i = 0; i < loop.externals; ++i)
    if (needs_copy(loop, i)) return false;
  return loop.cols % chain_block() == 0 || loop.cols >= kBlocksBeforeAPart * chain_block();
}

TileLoop make_tile_loop(const Shape& shape, std::span<const TensorView> externals) {
  TileLoop loop;
  loop.externals = static_cast<int>(externals.size());
  // Axes from the innermost: extent one drops out, an axis that continues the one before joins it.
  int64_t extents[kMaxRank];
  int axes[kMaxRank];  // the innermost original axis of each merged one: it has the stride
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
  // Where one side is transposed, square tiles read and write whole cache lines.
  bool odd = false;
  for (int i = 0; i < loop.externals; ++i) odd |= needs_copy(loop, i);
  const int64_t widest = odd && loop.rows > 1 ? kSquareCols : kTileElements;
  loop.tile_cols = std::max<int64_t>(1, std::min(loop.cols, widest));
  loop.tile_rows = std::max<int64_t>(1, std::min(loop.rows, kTileElements / loop.tile_cols));
  loop.col_tiles = (loop.cols + loop.tile_cols - 1) / loop.tile_cols;
  loop.row_tiles = (loop.rows + loop.tile_rows - 1) / loop.tile_rows;
  return loop;
}

int64_t tile_units(const TileLoop& loop) {
  int64_t units = loop.row_tiles * loop.col_tiles;
  for (int axis = 0; axis < loop.outer_rank; ++axis) units *= loop.outer[axis];
  return units;
}

TileWindow tile_window(const TileLoop& loop, int64_t unit) {
  const int64_t col_tile = unit % loop.col_tiles;
  unit /= loop.col_tiles;
  const int64_t row_tile = unit % loop.row_tiles;
  int64_t position = unit / loop.row_tiles;
  const int64_t row = row_tile * loop.tile_rows;
  const int64_t col = col_tile * loop.tile_cols;
  TileWindow window;
  window.rows = std::min(loop.tile_rows, loop.rows - row);
  window.cols = std::min(loop.tile_cols, loop.cols - col);
  window.first = (position * loop.rows + row) * loop.cols + col;
  for (int i = 0; i < loop.externals; ++i)
    window.offset[i] = row * loop.row_stride[i] + col * loop.col_stride[i];
  for (int axis = loop.outer_rank - 1; axis >= 0; --axis) {
    const int64_t index = position % loop.outer[axis];
    position /= loop.outer[axis];
    for (int i = 0; i < loop.externals; ++i) window.offset[i] += index * loop.outer_stride[i][axis];
  }
  return window;
}

int64_t tile_scratch(const TileProgram& program, const TileLoop& loop) {
  int64_t bytes = 0;
  const int operands = static_cast<int>(program.dtypes.size());
  for (int i = 0; i < operands; ++i)
    if (i >= program.externals || needs_copy(loop, i)) bytes += temporary_bytes(program.dtypes[i]);
  return program.chain.instructions.empty() ? bytes : chain_scratch(program.chain.operands);
}

void run_tiles(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
               Range range, void* scratch, const RandomStream& stream) {
  if (!program.chain.instructions.empty()) {
    run_chain(program, loop, data, range, scratch, stream);
    return;
  }
  bool copies[TileLoop::kMaxExternals];
  bool any_copy = false;
  for (int i = 0; i < program.externals; ++i) any_copy |= copies[i] = needs_copy(loop, i);
  if (program.steps.size() == 1 && !any_copy) {
    run_single(program, loop, data, range);
    return;
  }

  Place places[TileLoop::kMaxOperands];
  const int operands = static_cast<int>(program.dtypes.size());
  char* free = static_cast<char*>(scratch);
  for (int i = 0; i < operands; ++i) {
    if (i < program.externals && !copies[i]) continue;
    const int64_t size = element_size(program.dtypes[i]);
    places[i] = {free, loop.tile_cols * size, false};
    free += temporary_bytes(program.dtypes[i]);
  }

  const KernelTable& table = active_table();
  for (int64_t unit = range.begin; unit < range.end; ++unit) {
    const TileWindow window = tile_window(loop, unit);
    for (int i = 0; i < program.externals; ++i) {
      const Place outside = external_place(loop, program, i, window, data[i]);
      if (!copies[i]) {
        places[i] = outside;
      } else if (reads(program, i)) {
        const int64_t size = element_size(program.dtypes[i]);
        table.move({places[i].data, outside.data, places[i].row_bytes, outside.row_bytes, size,
                    loop.col_stride[i] * size, window.rows, window.cols, size});
      }
    }
    for (const TileStep& step : program.steps) {
      if (step.kernel) {
        step.kernel(tile_of(step, places, window));
      } else {
        draw_tile(program.draws[static_cast<size_t>(step.in[0])], places[step.out], loop, window,
                  stream);
      }
    }
    for (int i = 0; i < program.externals; ++i) {
      if (!copies[i] || !writes(program, i)) continue;
      const Place outside = external_place(loop, program, i, window, data[i]);
      const int64_t size = element_size(program.dtypes[i]);
      table.move({outside.data, places[i].data, outside.row_bytes, places[i].row_bytes,
                  loop.col_stride[i] * size, size, window.rows, window.cols, size});
    }
  }
}

}  // namespace weft::kernels
