// Formulas as C99 text: the same templates, instantiated with a type that writes down what it is
// asked to compute. The text gives the bits of the vector kernels on any target whose compiler
// fuses nothing by itself (-ffp-contract=off) and has fused multiply-add in hardware.
#pragma once

#include <string>

#include "kernels/elementwise.h"

namespace weft::kernels {

// What every generated file starts with: includes, refusal of excess precision, and the functions
// that C lacks (fused product, bit casts). All are static inline.
std::string c99_prelude();

// The name of a formula's function for a dtype: weft_exp_f32. Narrow dtypes use the function of
// the type they compute in.
std::string c99_name(FormulaId formula, DType dtype);

// `static inline float weft_exp_f32(float a)` with its body, preceded by those functions that it
// calls and `printed` does not yet name; their names are added. Masks are int. Empty when the
// formula is not defined for the dtype.
std::string c99_function(FormulaId formula, DType dtype, std::string& printed);
std::string c99_function(FormulaId formula, DType dtype);

}  // namespace weft::kernels
