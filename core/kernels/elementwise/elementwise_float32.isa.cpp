// Elementwise kernels of float32: the table kStepsFloat32, with one entry for each formula in the
// order of FormulaId. A dtype has a file of its own (or two), because these take long to compile.
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/elementwise/step_impl.h"

extern const StepKernel kStepsFloat32[];
const StepKernel kStepsFloat32[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  step_for<formula, dtypes, float, FormulaId::k##formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
