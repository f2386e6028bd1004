// The slot of operators that only move elements: the output has the input's elements in row-major
// order.
#pragma once

#include "ops/slots/slot.h"

namespace weft::ops {

Slot copy_slot();

// Copies `from`, which broadcasts to the shape of `to`, element by element. Both have one dtype.
void copy_elements(const TensorView& to, const TensorView& from);

}  // namespace weft::ops
