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

#include "kernels/elementwise.h"
#include "kernels/random.h"

namespace weft::kernels {

// Of an instruction set; what it takes is known there (cpu/chain_impl.h).
using ChainFunction = void (*)();

// Where the operands of a formula are. Formulas of two operands, unless they take long, have a form
// for each pattern: an array, a slot, or one element of a slot for all lanes. All others have three
// forms, by which operand is held; the rest may be arrays or slots.
enum class ChainForm : uint8_t {
  kHeldArray,
  kHeldSlot,
  kHeldScalar,
  kArrayHeld,
  kSlotHeld,
  kScalarHeld,
  kHeldHeld,
  kHeldFirst,
  kHeldSecond,
  kHeldThird,
  kCount
};
enum class ChainPlace : uint8_t { kArray, kSlot };

// Null where there is none: then the program runs as steps on tiles.
ChainFunction chain_formula(FormulaId formula, DType dtype, ChainForm form);
ChainFunction chain_cast(DType from, DType to);
ChainFunction chain_load(DType dtype, ChainPlace place);
ChainFunction chain_store(DType dtype, ChainPlace place);
ChainFunction chain_streaming_store(DType dtype);  // to an aligned array, round the caches
ChainFunction chain_round(DType dtype);            // of halves, to what a store and a load leave
ChainFunction chain_fetch(int64_t size);           // of an array's elements: what is read soon
ChainFunction chain_draw();                        // uniform numbers become the held block
// May an element that repeats in its row be an operand?
bool chain_takes_scalar(DType dtype);

struct ChainInstruction {
  ChainFunction function = nullptr;
  ChainFunction streaming = nullptr;  // in its place where nobody reads the output soon
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
