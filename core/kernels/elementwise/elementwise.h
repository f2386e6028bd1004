// Elementwise kernels: one formula over one tile.
//
// A formula (formulas/*.h) is one line of arithmetic over lanes of one type. Its kernel for a dtype
// is a *step*: it computes a tile of rows × cols. Tile programs are sequences of steps; an eager
// call is a program with one step. A step reads dense rows, or one element for each row; rows may
// repeat (row stride 0). Arrays with other strides are first copied by copy steps (tile_program.h).
#pragma once

#include "base/view.h"

namespace weft::kernels {

inline constexpr int kMaxStepInputs = 3;

// What one call of a step reads and writes.
struct Tile {
  void* out;  // dense rows
  const void* in[kMaxStepInputs];
  int64_t rows;
  int64_t cols;
  int64_t out_row;                 // bytes between the starts of rows
  int64_t in_row[kMaxStepInputs];  // bytes; 0: all rows read the same one
  uint32_t scalar;                 // bit i is set: input i is one element for the whole row
};
using StepKernel = void (*)(const Tile& tile);

// One id per WEFT_FORMULA line: kernels/elementwise/formula_ids.h.
enum class FormulaId : uint16_t;

// The kernel of the active instruction set for inputs of `dtype`, or null if the formula is not
// defined for it. All inputs have that dtype, except the mask of `where`, which is bool.
StepKernel step_of(FormulaId formula, DType dtype);

// The dtype of the result for inputs of `dtype`: bool for comparisons, else `dtype`.
DType result_dtype(FormulaId formula, DType dtype);
int arity_of(FormulaId formula);
bool takes_mask(FormulaId formula);  // input 0 is bool, whatever the dtype of the others
const char* name_of(FormulaId formula);
// The time of a formula, in additions that take about as long: float32 in a chain, with AVX-512.
int cost_of(FormulaId formula);

// Conversion, defined for every pair of dtypes: float to integer saturates and maps NaN to 0,
// anything to bool is `!= 0`, integers wrap.
StepKernel cast_step(DType from, DType to);

}  // namespace weft::kernels
