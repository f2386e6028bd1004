// A tile program: steps run one after the other on a tile that stays in the first-level cache.
//
// Operands 0 .. externals-1 are arrays given by the caller (inputs and outputs); the rest are
// temporaries in scratch. All externals are broadcast to the program's shape (stride 0 repeats).
// Adjacent axes are merged where every external allows it; what remains are outer axes and a
// tile of rows × cols. Externals whose inner stride is neither 1 nor 0 pass through a copy into
// scratch. A one-step program is an eager elementwise call.
#pragma once

#include <span>

#include "kernels/elementwise/elementwise.h"
#include "kernels/range.h"
#include "kernels/tiles/chain.h"
#include "kernels/tiles/tile_loop.h"

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
  uint32_t patterns = 0;                           // of those, whose `period` elements repeat
  uint32_t blocks = 0;                             // scalars that are read as a block of them
  uint32_t reads = 0, writes = 0;                  // externals that are arrays
  int operands = 0;                                // externals and slots
  bool streams = false;                            // the arrays are larger than caches
  int64_t period = 0;  // columns of the loop, all of whose rows are one row of the chain; or 0
};

struct TileProgram {
  std::span<const TileStep> steps;
  std::span<const DType> dtypes;  // of every operand, externals first
  int externals;
  ChainProgram chain = {};
  std::span<const TileDraw> draws = {};
};

// May a program over this loop run as a chain? Its rows are dense and whole blocks, or long.
bool fits_chain(const TileLoop& loop);
// May all its rows be one of a chain? They are short (the channels of a block, say), lie one behind
// the other, and an operand that has a row for all of them is a pattern, which fills a block.
bool joins_rows(const TileLoop& loop);

// What a step on tiles takes beside its formula, to read and write memory, in additions of a chain
// (cost_of).
inline constexpr int64_t kCostOfAPass = 3;

// Bytes of scratch per thread.
int64_t tile_scratch(const TileProgram& program, const TileLoop& loop);

// Runs the units [range.begin, range.end); `data[i]` is external i's first element; draws count
// their ordinals from the stream's.
void run_tiles(const TileProgram& program, const TileLoop& loop, std::span<void* const> data,
               Range range, void* scratch, const RandomStream& stream = {});

}  // namespace weft::kernels
