// The slot of every elementwise operator: a one-step tile program, split over threads.
#pragma once

#include "ops/slots/slot.h"

namespace weft::ops {

Slot elementwise_slot(kernels::FormulaId formula);

// Runs one step over arrays that broadcast to out[0]; also used by cast. `cost` of an element, in
// steps of cheap arithmetic.
Status run_one_step(kernels::StepKernel step, std::span<const TensorView> in, const TensorView& out,
                    int64_t cost = 1);

}  // namespace weft::ops
