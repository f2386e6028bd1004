// Running the windows of a tile program, as a chain or step by step; copies of strided externals
// are made here.

#include "kernels/tiles/tile_runner.h"

#include <algorithm>

#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/copy_kernels_impl.h"
#include "kernels/isa/active.h"
#include "kernels/tiles/chain_kernels_impl.h"

namespace weft::kernels {
namespace {

// Temporaries start at different offsets within a page. In buffers exactly 4 KB apart a load would
// wait for a store whose address only looks the same in its lower 12 bits (4K aliasing).
constexpr int64_t kSkew = 192;

int64_t temporary_bytes(DType dtype) { return kTileElements * element_size(dtype) + kSkew; }

uint64_t bit(int operand) { return uint64_t{1} << operand; }

// Externals whose stores bypass the caches: aligned in every row, and not read by this program. If
// an output lies where an input does, its line is in the cache already, so a normal store is as
// good.
uint32_t streaming_externals(const TileProgram& program, const TileLoop& loop,
                             std::span<void* const> data) {
  constexpr int64_t kLine = 64;
  const bool is_one_row = program.chain.period > 0 || loop.rows == 1;
  const int64_t cols = program.chain.period > 0 ? loop.rows * loop.cols : loop.cols;
  if (!program.chain.streams || cols % chain_block() != 0) return 0;
  uint32_t externals = 0;
  for (int i = 0; i < loop.externals; ++i) {
    if (!(program.chain.writes >> i & 1)) continue;
    const int64_t size = element_size(program.dtypes[i]);
    bool streams = reinterpret_cast<uintptr_t>(data[i]) % kLine == 0;
    if (!is_one_row) streams &= loop.row_stride[i] * size % kLine == 0;
    for (int axis = 0; axis < loop.outer_rank; ++axis)
      streams &= loop.outer_stride[i][axis] * size % kLine == 0;
    for (int in = 0; in < loop.externals; ++in)
      streams &= !(program.chain.reads >> in & 1) || data[in] != data[i];
    externals |= uint32_t(streams) << i;
  }
  return externals;
}

// A step's tile: its operands' places, for one window.
Tile tile_of(const TileStep& step, const TilePlace* places, const TileWindow& window) {
  Tile tile;
  tile.rows = window.rows;
  tile.cols = window.cols;
  tile.scalar = 0;
  tile.out = places[step.out].data;
  tile.out_row = places[step.out].row_bytes;
  for (int i = 0; i < kMaxStepInputs; ++i) {
    if (step.in[i] < 0) continue;
    const TilePlace& place = places[step.in[i]];
    tile.in[i] = place.data;
    tile.in_row[i] = place.row_bytes;
    tile.scalar |= uint32_t(place.scalar) << i;
  }
  return tile;
}

}  // namespace

int64_t tile_scratch(const TileProgram& program, const TileLoop& loop) {
  int64_t bytes = 0;
  const int operands = static_cast<int>(program.dtypes.size());
  for (int i = 0; i < operands; ++i)
    if (i >= program.externals || needs_copy(loop, i)) bytes += temporary_bytes(program.dtypes[i]);
  return program.chain.instructions.empty() ? bytes : chain_scratch(program.chain.operands);
}

TileRunner::TileRunner(const TileProgram& program, const TileLoop& loop,
                       std::span<void* const> data, void* scratch, const RandomStream& stream)
    : program_(program),
      loop_(loop),
      stream_(stream),
      streaming_(streaming_externals(program, loop, data)) {
  if (!program.chain.instructions.empty()) {
    chain_.emplace(program, streaming_, stream, scratch);
    return;
  }
  // Which externals the steps read and write: only these are copied in or out.
  for (const TileStep& step : program.steps) {
    if (step.out < program.externals) written_ |= bit(step.out);
    for (const int16_t in : step.in)
      if (step.kernel && in >= 0 && in < program.externals) read_ |= bit(in);
  }
  char* free = static_cast<char*>(scratch);
  for (int i = 0; i < static_cast<int>(program.dtypes.size()); ++i) {
    const bool is_copied = i < program.externals && needs_copy(loop, i);
    if (is_copied) copied_ |= bit(i);
    if (i < program.externals && !is_copied) continue;
    places_[i] = {free, 0, false};
    free += temporary_bytes(program.dtypes[static_cast<size_t>(i)]);
  }
}

// Makes streamed stores visible before the caller goes on.
TileRunner::~TileRunner() {
  if (streaming_) WEFT_ACTIVE(kChainKernels).end_streams();
}

void TileRunner::run(const TileWindow& window, std::span<void* const> data) {
  if (chain_)
    run_chain(window, data);
  else
    run_steps(window, data);
}

// Steps take at most kTileElements at a time, because temporaries have room for so many.
void TileRunner::run(int64_t first, int64_t count, std::span<void* const> data) {
  const int64_t maximum = chain_ ? count : kTileElements;
  for (const int64_t end = first + count; first < end;) {
    const TileWindow window = window_at(loop_, first, std::min(maximum, end - first));
    run(window, data);
    first += window.rows * window.cols;
  }
}

void TileRunner::run_chain(const TileWindow& window, std::span<void* const> data) {
  char* arrays[TileLoop::kMaxExternals];
  int64_t row_bytes[TileLoop::kMaxExternals];
  for (int i = 0; i < loop_.externals; ++i) {
    const int64_t size = element_size(program_.dtypes[i]);
    arrays[i] = static_cast<char*>(data[i]) + window.offset[i] * size;
    row_bytes[i] = loop_.row_stride[i] * size;
  }
  const auto externals = static_cast<size_t>(loop_.externals);
  const bool is_one_row = program_.chain.period > 0;
  chain_->run({{arrays, externals},
               {row_bytes, externals},
               is_one_row ? 1 : window.rows,
               is_one_row ? window.rows * window.cols : window.cols,
               window.first,
               loop_.cols});
}

// The place of an external itself, without a copy.
TilePlace TileRunner::outside(int external, const TileWindow& window, void* data) const {
  const int64_t size = element_size(program_.dtypes[external]);
  return {static_cast<char*>(data) + window.offset[external] * size,
          loop_.row_stride[external] * size, loop_.col_stride[external] == 0 && loop_.cols > 1};
}

void TileRunner::copy(const TilePlace& to, int64_t to_col, const TilePlace& from, int64_t from_col,
                      int64_t size, const TileWindow& window) const {
  WEFT_ACTIVE(move)
  ({to.data, from.data, to.row_bytes, from.row_bytes, to_col, from_col, window.rows, window.cols,
    size});
}

// Copies in, steps, copies out.
void TileRunner::run_steps(const TileWindow& window, std::span<void* const> data) {
  const int operands = static_cast<int>(program_.dtypes.size());
  for (int i = 0; i < operands; ++i) {
    const int64_t size = element_size(program_.dtypes[i]);
    if (i >= program_.externals || (copied_ & bit(i))) {
      places_[i].row_bytes = window.cols * size;
      if (read_ & copied_ & bit(i))
        copy(places_[i], size, outside(i, window, data[i]), loop_.col_stride[i] * size, size,
             window);
    } else {
      places_[i] = outside(i, window, data[i]);
    }
  }
  for (const TileStep& step : program_.steps) {
    if (step.kernel)
      step.kernel(tile_of(step, places_, window));
    else
      draw(step, window);
  }
  for (int i = 0; i < program_.externals; ++i) {
    if (!(written_ & copied_ & bit(i))) continue;
    const int64_t size = element_size(program_.dtypes[i]);
    copy(outside(i, window, data[i]), loop_.col_stride[i] * size, places_[i], size, size, window);
  }
}

// The array's pointer is moved back, because the generator writes element i to out[i].
void TileRunner::draw(const TileStep& step, const TileWindow& window) const {
  const TileDraw& draw = program_.draws[static_cast<size_t>(step.in[0])];
  const TilePlace& place = places_[step.out];
  const RandomStream own{stream_.seed, stream_.ordinal + static_cast<uint64_t>(draw.ordinal)};
  for (int64_t row = 0; row < window.rows; ++row) {
    const int64_t first = window.first + row * loop_.cols;
    run_random_uniform(own, DType::kFloat32, draw.low, draw.high,
                       place.data + row * place.row_bytes - first * int64_t{sizeof(float)},
                       {first, first + window.cols});
  }
}

}  // namespace weft::kernels
