// Chains: the steps of a tile program one after the other on a few vectors that stay in registers.
//
// A *block* is eight vectors. An instruction gets one in registers, changes it and jumps to the
// next instruction, which finds it there (threaded code: Bell, Comm. ACM 16, 1973). One operand
// of a formula is this held block; others are read from memory inside the arithmetic: from an
// array, or from a slot of one block, where a value waits that is read again or a scalar. So a
// step costs one load, and no store, where steps on tiles cost two and one. The instructions
// are the operators' own formulas on lanes of four bytes: the bits are those of steps on tiles.
//
// Held, a bool is a mask of lanes, a half is its float, and a narrow integer an int32.
#pragma once

#include "kernels/elementwise/elementwise.h"
#include "kernels/random/random.h"

namespace weft::kernels {

// Of an instruction set; what it takes is known there (kernels/tiles/chain_impl.h).
using ChainFunction = void (*)();

// Which operand of a formula is held; the others may be arrays or slots. Formulas of two operands,
// unless they take long, have forms for one element of a slot in all lanes and for one value twice,
// too.
enum class ChainForm : uint8_t {
  kAccumulatorFirst,
  kAccumulatorSecond,
  kAccumulatorThird,
  kAccumulatorScalar,
  kScalarAccumulator,
  kAccumulatorAccumulator,
  kCount
};
enum class ChainPlace : uint8_t { kArray, kSlot };

// What an instruction does.
enum class ChainVerb : uint8_t {
  kFormula,
  kCast,   // to another dtype; a rounding follows one to a half
  kLoad,   // becomes the held block
  kStore,  // of the held block, which stays
  kRound,  // of halves, to what a store and a load leave
  kFetch,  // of what is read soon, into the caches
  kDraw    // uniform numbers become the held block
};
struct ChainAction {
  ChainVerb verb;
  DType dtype = DType::kFloat32;  // of the operands, or of the array
  DType to = DType::kFloat32;     // of a cast
  ChainPlace place = ChainPlace::kArray;
  FormulaId formula = {};
  ChainForm form = ChainForm::kAccumulatorFirst;
};

// Null where there is none: then the program runs as steps on tiles.
ChainFunction chain_function(const ChainAction& action);
ChainFunction chain_streaming_store(DType dtype);  // to an aligned array, round the caches
// May an element that repeats in its row be an operand?
bool chain_takes_scalar(DType dtype);

struct ChainInstruction {
  ChainFunction function = nullptr;
  ChainFunction streaming = nullptr;  // in its place where nobody reads the output soon
  ChainAction action = {};            // what it does
  int16_t operand[2] = {-1, -1};      // operand numbers of the tile program; -1: absent
  bool is_array[2] = {false, false};  // else a slot
  int16_t draw = -1;                  // of the program's draws
};

inline constexpr int kMaxChain = 256;  // instructions

// What an instruction that draws has for its operand.
struct ChainDraw {
  RandomStream stream;
  float low, high;
  int64_t first;  // number of the row's first element
};
inline constexpr int kMaxChainDraws = 4;

// An instruction with its addresses.
struct ChainOp {
  ChainFunction function;
  char* operand[2];
  int64_t moves[2];  // all ones: the operand is an array; zero: a slot
};

int64_t chain_block();  // elements
// Bytes of scratch for that many operands.
int64_t chain_scratch(int operands);

}  // namespace weft::kernels
