// Fused regions that end in an operator on rows (graph/ir/fused.h), as a softmax. Some rows are
// computed into a buffer that stays in the cache (or into an output that is stored anyway), and the
// operator's kernel reads them at once. A unit is a piece of so many rows; the kernel's result for
// a row does not depend on the size of the piece, so the bits are those of the whole array.
#pragma once

#include "executor/lowering/lowering.h"
#include "executor/plan/plan.h"
#include "kernels/random/random.h"

namespace weft::executor {

// Sets the rows of a piece, and from it units and scratch. The loop of the code must be known.
void set_pieces(TileCode& code);

// Runs the step. `data`: inputs, scalars, row inputs, outputs, the operator's result, scratch.
void run_by_rows(const PlanStep& step, void* const* data, const kernels::RandomStream& stream);

}  // namespace weft::executor
