// The slot of operators that only move elements: the output takes the input's elements in order.
#pragma once

#include "ops/slots/slot.h"

namespace weft::ops {

Slot copy_slot();

// Copies `from`, which broadcasts to `to`, element by element; one dtype.
void copy_elements(const TensorView& to, const TensorView& from);

}  // namespace weft::ops
