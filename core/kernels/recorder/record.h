// Formulas as C99 text. The same templates as for vectors are instantiated with a type that writes
// down what it is asked to compute, so that kernels and generated C cannot differ. The text gives
// the bits of the vector kernels on any target whose compiler fuses nothing by itself
// (-ffp-contract=off) and which has fused multiply-add in hardware.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kernels/elementwise/elementwise.h"

namespace weft::kernels {

// A function that every generated file may need because C lacks it (fused product, bit casts). All
// are static inline. In the order of the table, a function comes behind those that it calls.
struct CFunction {
  std::string_view name;
  std::string_view comment_or_text;
  std::string_view one_line = {};  // the text, if the other is its comment

  std::string text() const {
    return std::string(comment_or_text) + std::string(one_line) + (one_line.empty() ? "" : "\n");
  }
};
// What a file starts with: includes, and the refusal of excess precision.
std::string_view c99_head();
std::span<const CFunction> c99_functions();
std::string c99_prelude();  // the head and all functions

// The name of a formula's function for a dtype, for example weft_exp_f32. Narrow dtypes use the
// function of the type in which they compute.
std::string c99_name(FormulaId formula, DType dtype);

// `static inline float weft_exp_f32(float a)` with its body, behind those functions that it calls
// and that `printed` does not name yet; all these names are added to `printed`. Masks are int.
// Empty if the formula is not defined for the dtype.
std::string c99_function(FormulaId formula, DType dtype, std::string& printed);
std::string c99_function(FormulaId formula, DType dtype);

}  // namespace weft::kernels
