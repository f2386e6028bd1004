// Elementwise kernels of bool and of integers of 8 and 16 bits. They compute in 32-bit lanes, and
// the store drops the upper bits; tables are in the order of FormulaId.
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/elementwise/step_impl.h"

extern const StepKernel kStepsBool[];
const StepKernel kStepsBool[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, Boolean, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsUInt8[];
const StepKernel kStepsUInt8[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, uint8_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsInt8[];
const StepKernel kStepsInt8[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, int8_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsUInt16[];
const StepKernel kStepsUInt16[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, uint16_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsInt16[];
const StepKernel kStepsInt16[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, int16_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
