// The kernels of elementwise.h: tables of steps and of conversions, and the shapes of formulas.
#pragma once

#include "kernels/elementwise/elementwise.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

// What a formula takes and gives: the same in every instruction set, derived in the generic one.
struct FormulaShape {
  uint8_t arity;
  bool takes_mask;  // input 0 is a mask
  bool gives_mask;
};

// kSteps[dtype][formula], kCasts[from][to], kFormulaShapes[formula]
WEFT_KERNELS(extern const StepKernel* const kSteps[kNumDTypes];
             extern const StepKernel kCasts[kNumDTypes][kNumDTypes];
             extern const FormulaShape kFormulaShapes[];)

}  // namespace weft::kernels
