// Arithmetic operations of a call as profiles count them: those that the slot's cost states, one
// for each element of an elementwise operator or a reduction, else none. (The cost model itself
// takes one for each output element where a slot states nothing, so that moving elements is not
// free.) Not in the runtime-only library.
#pragma once

#include "ops/slots/slot.h"

namespace weft::ops {

double stated_flops(const Slot& slot, const SlotTypes& types);

}  // namespace weft::ops
