// A tile program: steps run one after the other on a tile that stays in the first-level cache.
//
// Operands 0 .. externals - 1 are arrays given by the caller (inputs and outputs); the rest are
// temporaries in scratch. All externals are broadcast to the program's shape (stride 0 repeats an
// axis). Adjacent axes are merged where every external allows it; the two innermost axes form tiles
// of rows × cols, and the others are a loop around them. Externals whose inner stride is neither 1
// nor 0 pass through a copy in scratch. An eager elementwise call is a program with one step.
#pragma once

#include <span>

#include "kernels/elementwise/elementwise.h"
#include "kernels/range.h"
#include "kernels/tiles/chain.h"
#include "kernels/tiles/tile_loop.h"

namespace weft::kernels {

// One formula, conversion or draw, on one tile.
struct TileStep {
  StepKernel kernel;  // null: the step draws numbers
  int16_t out;        // operand number
  // operand numbers; -1: none. For a draw, in[0] is its number among the draws
  int16_t in[kMaxStepInputs];
};

// Random float32 numbers, uniform in [low, high), one for each element of the program's shape. A
// number depends on the seed, the ordinal and the element's number, not on tiles or threads.
struct TileDraw {
  int64_t ordinal;  // added to the ordinal of the run's stream
  float low, high;
};

// The chain that runs instead of the steps, if every step has an instruction. Bit e stands for
// external e.
struct ChainProgram {
  std::span<const ChainInstruction> instructions;  // empty: the program has no chain
  uint32_t scalars = 0;                            // externals that are one element for a whole row
  uint32_t patterns = 0;           // the scalars of which `period` elements repeat instead of one
  uint32_t blocks = 0;             // the scalars that some formula reads as a whole block
  uint32_t reads = 0, writes = 0;  // externals that are arrays, not scalars
  int operands = 0;                // number of externals and slots
  bool streams = false;  // the arrays are larger than the caches, so stores may bypass them
  // if not 0, all rows of the loop are one row of the chain; period is the columns of the loop
  int64_t period = 0;
};

// The plan of a program; the spans belong to whoever made it.
struct TileProgram {
  std::span<const TileStep> steps;
  std::span<const DType> dtypes;  // of every operand, externals first
  int externals;
  ChainProgram chain = {};
  std::span<const TileDraw> draws = {};
};

// May a program over this loop run as a chain? Its rows must be dense, and whole blocks or long.
bool fits_chain(const TileLoop& loop);
// May all rows be one row of a chain? They must be short (for example the channels of a channel
// block) and follow one another densely. An operand with one row for all of them becomes a pattern,
// which fills a block.
bool joins_rows(const TileLoop& loop);

// The time a step on tiles takes to read and write memory, beside its formula. The unit is
// additions of a chain (cost_of).
inline constexpr int64_t kCostOfAPass = 3;

// Bytes of scratch that each thread needs.
int64_t tile_scratch(const TileProgram& program, const TileLoop& loop);

// Runs the units of `range`; data[i] is the first element of external i. The ordinals of draws
// count from that of the stream. Threads may run different units at the same time, each with its
// scratch.
void run_tiles(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
               Range range, void* scratch, const RandomStream& stream = {});

}  // namespace weft::kernels
