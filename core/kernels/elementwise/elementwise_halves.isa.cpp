// Elementwise kernels of float16 and bfloat16. They compute in float32 and round once for each
// formula; tables are in the order of FormulaId.
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/elementwise/step_impl.h"

extern const StepKernel kStepsFloat16[];
const StepKernel kStepsFloat16[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, Float16, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const StepKernel kStepsBFloat16[];
const StepKernel kStepsBFloat16[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, BFloat16, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
