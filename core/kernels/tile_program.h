// A tile program: steps run one after the other on a tile that stays in the first-level cache.
//
// Operands 0 .. externals-1 are arrays given by the caller (inputs and outputs); the rest are
// temporaries in scratch. All externals are broadcast to the program's shape (stride 0 repeats).
// Adjacent axes are merged where every external allows it; what remains are outer axes and a
// tile of rows × cols. Externals whose inner stride is neither 1 nor 0 pass through a copy into
// scratch. A one-step program is an eager elementwise call.
#pragma once

#include <span>

#include "base/shape.h"
#include "kernels/chain.h"
#include "kernels/elementwise.h"
#include "kernels/range.h"

namespace weft::kernels {

struct TileStep {
  StepKernel kernel;           // null: the step draws numbers
  int16_t out;                 // operand number
  int16_t in[kMaxStepInputs];  // operand numbers; -1: absent. Of a draw, its number first
};

// Float32 numbers, uniform in [low, high), one for each element of the program's shape.
struct TileDraw {
  int64_t ordinal;  // beyond that of the run
  float low, high;
};

// What is run in place of the steps, where every step has an instruction.
struct ChainProgram {
  std::span<const ChainInstruction> instructions;  // none: the program has no chain
  uint32_t scalars = 0;                            // bit e: external e repeats in its row
  uint32_t reads = 0, writes = 0;                  // externals that are arrays
  int operands = 0;                                // externals and slots
  bool streams = false;                            // the arrays are larger than caches
};

struct TileProgram {
  std::span<const TileStep> steps;
  std::span<const DType> dtypes;  // of every operand, externals first
  int externals;
  ChainProgram chain = {};
  std::span<const TileDraw> draws = {};
};

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

// Independent pieces that a caller may split over threads, at most about 1,000 elements each.
int64_t tile_units(const TileLoop& loop);

// May a program over this loop run as a chain? Its rows are dense and whole blocks, or long.
bool fits_chain(const TileLoop& loop);

// The place of one unit: for loops over tiles that are no program.
struct TileWindow {
  int64_t offset[TileLoop::kMaxExternals];  // elements, from each external's first
  int64_t rows, cols;
  int64_t first;  // number of the first element in the shape
};
TileWindow tile_window(const TileLoop& loop, int64_t unit);

// Bytes of scratch per thread.
int64_t tile_scratch(const TileProgram& program, const TileLoop& loop);

// Runs the units [range.begin, range.end); `data[i]` is external i's first element; draws count
// their ordinals from the stream's.
void run_tiles(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
               Range range, void* scratch, const RandomStream& stream = {});

}  // namespace weft::kernels
