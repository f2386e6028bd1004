// Fused regions that end in an operator on rows (graph/ir/fused.h): some rows are made in a buffer
// that stays in caches, or in the array that is stored anyway, and are read by the operator's
// kernel at once. A unit is a piece of so many rows; the kernel's bits on a row do not depend on
// the piece.
#pragma once

#include "executor/lowering/lowering.h"
#include "executor/plan/plan.h"
#include "kernels/random/random.h"

namespace weft::executor {

// Rows of a piece, and what follows: units and scratch. For a code whose loop is known.
void set_pieces(TileCode& code);

// `data`: inputs, scalars, row inputs, outputs, the operator's result, scratch.
void run_by_rows(const PlanStep& step, void* const* data, const kernels::RandomStream& stream);

}  // namespace weft::executor
