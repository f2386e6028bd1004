// Mixed precision: which operators compute in a half dtype where float32 is more than is needed.
//
// There are two halves of an answer: the operator's definition says how it takes part
// (OpDef::computes), its slot says in which half dtypes there is a kernel that gains. The graph's
// pass (graph/passes/mix_precision.cpp) and the eager call ask here, and nowhere else.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// Is a float32 call of these types better made in `narrow`? Its arrays have to be cast then, which
// costs, but for the inputs in `cast_already` (a set, see set_bit).
bool gains_in(const SlotTypes& types, DType narrow, uint32_t cast_already = 0);

// May a weak scalar of an operator that follows become one of `narrow`? If that changes nothing.
bool keeps_scalar(const Argument& scalar, DType narrow);

}  // namespace weft::ops
