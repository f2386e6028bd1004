// Chains: the steps of a tile program one after the other on a few vectors that stay in registers.
//
// A *block* is eight vectors; while it is in registers it is the *accumulator*. An instruction gets
// the accumulator, changes it and jumps to the next instruction, which finds it there (threaded
// code: Bell, Comm. ACM 16, 1973). One operand of a formula is the accumulator. The others are read
// from memory inside the arithmetic: from an array, or from a slot, which has one block of a value
// that is read again, or a scalar. So an instruction costs one load and no store, where a step on
// tiles costs two loads and one store. The instructions are the operators' own formulas on lanes of
// four bytes, so the bits are those of steps on tiles.
//
// In the accumulator a bool is a mask, a half is its float32, and a narrow integer is an int32.
#pragma once

#include "kernels/elementwise/elementwise.h"
#include "kernels/random/random.h"

namespace weft::kernels {

// The code of an instruction, in one instruction set. Its true type is known only there
// (kernels/tiles/chain_impl.h, ChainCode), because it takes vectors.
using ChainFunction = void (*)();

// Which operand of a formula is the accumulator; the others may be arrays or slots. Formulas of two
// operands have three more forms, unless they take long: with one element of a slot in all lanes
// (scalar), and with the accumulator as both operands.
enum class ChainForm : uint8_t {
  kAccumulatorFirst,
  kAccumulatorSecond,
  kAccumulatorThird,
  kAccumulatorScalar,
  kScalarAccumulator,
  kAccumulatorAccumulator,
  kCount
};
// Where a load or a store finds its block.
enum class ChainPlace : uint8_t { kArray, kSlot };

// What an instruction does.
enum class ChainVerb : uint8_t {
  kFormula,
  kCast,   // to another dtype; a rounding follows one to a half
  kLoad,   // a block becomes the accumulator
  kStore,  // of the accumulator, which stays as it is
  kRound,  // a half's accumulator, to what a store and a load would leave
  kFetch,  // prefetches what is read soon
  kDraw    // uniform random numbers become the accumulator
};
// An instruction before it has addresses: what plans are made of, and what machine code is made
// from (core/encoder).
struct ChainAction {
  ChainVerb verb;
  DType dtype = DType::kFloat32;  // of the operands, or of the array
  DType to = DType::kFloat32;     // of a cast
  ChainPlace place = ChainPlace::kArray;
  FormulaId formula = {};
  ChainForm form = ChainForm::kAccumulatorFirst;
};

// The code of an instruction, or null if there is none: then the program runs as steps on tiles.
ChainFunction chain_function(const ChainAction& action);
ChainFunction chain_streaming_store(DType dtype);  // of an aligned array, past the caches
// May an element that repeats along its row be an operand of a chain?
bool chain_takes_scalar(DType dtype);

// One instruction of a program, with the numbers of its operands.
struct ChainInstruction {
  ChainFunction function = nullptr;
  // used instead of `function` where nobody reads the output soon
  ChainFunction streaming = nullptr;
  ChainAction action = {};            // what it does, for those who write machine code of it
  int16_t operand[2] = {-1, -1};      // operand numbers of the tile program; -1: none
  bool is_array[2] = {false, false};  // else a slot
  int16_t draw = -1;                  // number of the program's draw, or -1
};

inline constexpr int kMaxChain = 256;  // instructions

// The operand of an instruction that draws.
struct ChainDraw {
  RandomStream stream;
  float low, high;
  int64_t first;  // number of the row's first element in the shape
};
inline constexpr int kMaxChainDraws = 4;

// An instruction with its addresses: what the code reads when it runs. The next one lies behind it.
struct ChainOp {
  ChainFunction function;
  char* operand[2];
  // all ones: the operand is an array and its address moves on with the blocks; zero: it is a slot
  int64_t moves[2];
};

int64_t chain_block();  // elements
// Bytes of scratch for so many operands.
int64_t chain_scratch(int operands);

}  // namespace weft::kernels
