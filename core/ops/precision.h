// Mixed precision: which operators compute in a half dtype where float32 is more than is needed.
//
// The answer has two parts: the operator's definition says what may be narrow (OpDef::computes),
// and its slot says for which half dtypes there is a kernel that gains. The graph's pass
// (graph/passes/mix_precision.cpp) and the eager call ask here and nowhere else.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// Inputs of a node, as sets (set_bit). `frozen` inputs are cast once, before all runs. `narrow`
// inputs were computed in the half dtype, so a float32 call would have to cast them.
struct PlannedInputs {
  uint32_t frozen = 0, narrow = 0;
};

// Is a float32 call of these types better run in `narrow`, although its arrays must be cast? Asks
// the slot.
bool gains_in(const SlotTypes& types, DType narrow, const PlannedInputs& planned = {});
// For a kernel that gains: are its operations worth the casts?
bool is_worth_casting(const SlotTypes& types, const PlannedInputs& planned);

// May a weak scalar of an operator that follows be stored in `narrow`? Only if its value stays the
// same.
bool keeps_scalar(const Argument& scalar, DType narrow);

}  // namespace weft::ops
