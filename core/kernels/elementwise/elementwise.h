// Elementwise kernels: one formula over one tile.
//
// A formula (formulas/*.h) is one line of arithmetic over lanes of one compute type. Its kernel
// for a dtype is a *step*: it computes a tile of rows × cols. Tile programs are sequences of
// steps; an eager call is a program of one step. A step reads dense rows, or one scalar a row;
// rows may repeat (row stride 0). Other strides enter through copy steps (tile_program.h).
#pragma once

#include "base/view.h"

namespace weft::kernels {

inline constexpr int kMaxStepInputs = 3;

struct Tile {
  void* out;  // dense rows
  const void* in[kMaxStepInputs];
  int64_t rows;
  int64_t cols;
  int64_t out_row;                 // bytes from one row to the next
  int64_t in_row[kMaxStepInputs];  // bytes; 0 repeats the row
  uint32_t scalar;                 // bit i: input i is one element for the whole row
};
using StepKernel = void (*)(const Tile& tile);

// One id per WEFT_FORMULA line: kernels/elementwise/formula_ids.h.
enum class FormulaId : uint16_t;

// The kernel in the active instruction set for inputs of `dtype` (all inputs have it, except the
// mask of `where`, which is bool); null when the formula is not defined for it.
StepKernel step_of(FormulaId formula, DType dtype);

// What the formula stores for inputs of `dtype`: bool for comparisons, else `dtype`.
DType result_dtype(FormulaId formula, DType dtype);
int arity_of(FormulaId formula);
bool takes_mask(FormulaId formula);  // input 0 is bool, whatever the dtype of the others
const char* name_of(FormulaId formula);
// How many additions take as long, about: of float32 in a chain, with AVX-512.
int cost_of(FormulaId formula);

// Conversion, defined for every pair of dtypes: float to integer saturates and maps NaN to 0,
// anything to bool is `!= 0`, integers wrap.
StepKernel cast_step(DType from, DType to);

}  // namespace weft::kernels
