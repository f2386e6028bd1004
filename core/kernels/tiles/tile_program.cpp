// When a program may run as a chain, and the loop over units that all programs have.

#include "kernels/tiles/tile_program.h"

#include <algorithm>

#include "kernels/tiles/tile_runner.h"

namespace weft::kernels {
namespace {

// The rest of a row that is no whole block takes as long as a block, and some copies. From three
// blocks on the gain of a chain outweighs this.
constexpr int64_t kBlocksBeforeAPart = 3;
bool is_long(int64_t cols) {
  return cols % chain_block() == 0 || cols >= kBlocksBeforeAPart * chain_block();
}
bool any_copy(const TileLoop& loop) {
  for (int i = 0; i < loop.externals; ++i)
    if (needs_copy(loop, i)) return true;
  return false;
}

}  // namespace

bool fits_chain(const TileLoop& loop) { return !any_copy(loop) && is_long(loop.cols); }

bool joins_rows(const TileLoop& loop) {
  const bool is_part = loop.rows > 1 && loop.cols > 0 && chain_block() % loop.cols == 0;
  if (!is_part || any_copy(loop)) return false;
  for (int i = 0; i < loop.externals; ++i) {
    const bool is_dense = loop.row_stride[i] == loop.cols && loop.col_stride[i] == 1;
    if (!is_dense && loop.row_stride[i] != 0) return false;
  }
  return is_long(loop.rows * loop.cols);
}

// Windows are joined where a longer one costs no memory: in chains, and in one step without copies.
void run_tiles(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
               Range range, void* scratch, const RandomStream& stream) {
  const bool is_chain = !program.chain.instructions.empty();
  const bool joins_tiles = is_chain || (program.steps.size() == 1 && !any_copy(loop));
  TileRunner runner(program, loop, data, scratch, stream);
  for (int64_t unit = range.begin; unit < range.end;)
    runner.run(joins_tiles ? merged_window(loop, unit, range.end) : tile_window(loop, unit++),
               data);
}

}  // namespace weft::kernels
