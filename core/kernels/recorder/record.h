// Formulas as C99 text: the same templates, instantiated with a type that writes down what it is
// asked to compute. The text gives the bits of the vector kernels on any target whose compiler
// fuses nothing by itself (-ffp-contract=off) and has fused multiply-add in hardware.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kernels/elementwise/elementwise.h"

namespace weft::kernels {

// What every generated file starts with: includes and refusal of excess precision, and of the
// functions that C lacks (fused product, bit casts) those that it calls, in this order. All are
// static inline.
struct CFunction {
  std::string_view name;
  std::string_view comment_or_text;
  std::string_view one_line = {};  // the text where the other is a comment

  std::string text() const {
    return std::string(comment_or_text) + std::string(one_line) + (one_line.empty() ? "" : "\n");
  }
};
std::string_view c99_head();
std::span<const CFunction> c99_functions();
std::string c99_prelude();  // all of it

// The name of a formula's function for a dtype: weft_exp_f32. Narrow dtypes use the function of
// the type they compute in.
std::string c99_name(FormulaId formula, DType dtype);

// `static inline float weft_exp_f32(float a)` with its body, preceded by those functions that it
// calls and `printed` does not yet name; their names are added. Masks are int. Empty when the
// formula is not defined for the dtype.
std::string c99_function(FormulaId formula, DType dtype, std::string& printed);
std::string c99_function(FormulaId formula, DType dtype);

}  // namespace weft::kernels
