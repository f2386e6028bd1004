// The table of elementwise kernels by dtype, and the shapes of all formulas.
#include "kernels/elementwise/elementwise_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/elementwise/step_impl.h"

extern const StepKernel kStepsBool[], kStepsUInt8[], kStepsUInt16[], kStepsUInt32[], kStepsUInt64[],
    kStepsInt8[], kStepsInt16[], kStepsInt32[], kStepsInt64[], kStepsFloat16[], kStepsBFloat16[],
    kStepsFloat32[], kStepsFloat64[];
// In the order of DType. WEFT_KEPT_STEP gives null for dtypes that the build leaves out.
const StepKernel* const kSteps[kNumDTypes] = {
    WEFT_KEPT_STEP(Boolean, kStepsBool),      WEFT_KEPT_STEP(uint8_t, kStepsUInt8),
    WEFT_KEPT_STEP(uint16_t, kStepsUInt16),   WEFT_KEPT_STEP(uint32_t, kStepsUInt32),
    WEFT_KEPT_STEP(uint64_t, kStepsUInt64),   WEFT_KEPT_STEP(int8_t, kStepsInt8),
    WEFT_KEPT_STEP(int16_t, kStepsInt16),     WEFT_KEPT_STEP(int32_t, kStepsInt32),
    WEFT_KEPT_STEP(int64_t, kStepsInt64),     WEFT_KEPT_STEP(Float16, kStepsFloat16),
    WEFT_KEPT_STEP(BFloat16, kStepsBFloat16), WEFT_KEPT_STEP(float, kStepsFloat32),
    WEFT_KEPT_STEP(double, kStepsFloat64),
};

// Asks the compiler how a formula can be called, and stores the answer as data.
template <class F>
constexpr FormulaShape shape_of_formula() {
  using V = Vec<float>;
  constexpr int kArity = arity_of_formula<F, V>();
  return {kArity, takes_mask_first<F, V>(), gives_mask<F, V, kArity>()};
}

const FormulaShape kFormulaShapes[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) shape_of_formula<formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
