// Mixed precision: which operators compute in a half dtype where float32 is more than is needed.
//
// There are two halves of an answer: the operator's definition says how it takes part
// (OpDef::computes), its slot says in which half dtypes there is a kernel that gains. The graph's
// pass (graph/passes/mix_precision.cpp) and the eager call ask here, and nowhere else.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// Inputs of a node, as sets (set_bit): those that are cast once, before all runs; and those that
// were computed narrow, which are cast where float32 is computed.
struct PlannedInputs {
  uint32_t frozen = 0, narrow = 0;
};

// Is a float32 call of these types better made in `narrow`? Its arrays have to be cast then, which
// costs. Asks the slot.
bool gains_in(const SlotTypes& types, DType narrow, const PlannedInputs& planned = {});
// The same for a kernel that gains: only whether its operations are worth the casts.
bool is_worth_casting(const SlotTypes& types, const PlannedInputs& planned);

// May a weak scalar of an operator that follows become one of `narrow`? If that changes nothing.
bool keeps_scalar(const Argument& scalar, DType narrow);

}  // namespace weft::ops
