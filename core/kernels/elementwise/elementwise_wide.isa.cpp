// Elementwise kernels of integers of 32 and 64 bits; tables are in the order of FormulaId.
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/elementwise/step_impl.h"

extern const StepKernel kStepsUInt32[];
const StepKernel kStepsUInt32[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, uint32_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsInt32[];
const StepKernel kStepsInt32[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, int32_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsUInt64[];
const StepKernel kStepsUInt64[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, uint64_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsInt64[];
const StepKernel kStepsInt64[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, int64_t, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
