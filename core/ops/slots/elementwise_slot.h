// The slot of every elementwise operator: a tile program with one step, split over threads.
#pragma once

#include "ops/slots/slot.h"

namespace weft::ops {

Slot elementwise_slot(kernels::FormulaId formula);

// Runs one step over arrays that broadcast to `out`; cast uses it, too. `cost` of one element is
// counted in steps of cheap arithmetic.
Status run_one_step(kernels::StepKernel step, std::span<const TensorView> in, const TensorView& out,
                    int64_t cost = 1);

}  // namespace weft::ops
