// The slot of every elementwise operator: a one-step tile program, split over threads.
#pragma once

#include "ops/slot.h"

namespace weft::ops {

Slot elementwise_slot(kernels::FormulaId formula);

// Runs one step over arrays that broadcast to out[0]; also used by cast.
Status run_one_step(kernels::StepKernel step, std::span<const TensorView> in,
                    const TensorView& out);

// Elements below which splitting costs more than it gains (kernels.md: 0.4 µs of work).
inline constexpr int64_t kElementwiseGrain = 16384;

// Runs body(range, scratch) over the units, on several threads when `work` (in elements of cheap
// arithmetic) is large; each thread gets `scratch_bytes` of the call's scratch.
template <class Body>
void split_work(int64_t units, int64_t work, void* scratch, int64_t scratch_bytes,
                const Body& body);

}  // namespace weft::ops

#include "ops/split_work_impl.h"
