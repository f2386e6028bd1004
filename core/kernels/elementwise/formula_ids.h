// The numbers of the formulas, generated from the WEFT_FORMULA lines of formulas/*.h: kAdd, kExp, …
// They index the tables of steps, costs and names.
#pragma once

#include "kernels/elementwise/elementwise.h"

namespace weft::kernels {

enum class FormulaId : uint16_t {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) k##formula,
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
  kCount,
};
inline constexpr int kFormulaCount = static_cast<int>(FormulaId::kCount);

}  // namespace weft::kernels
