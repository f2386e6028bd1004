// Moves elements between strided views by element size, without looking at their values.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// Bytes of one element; the kernels' own table, usable where base/dtype.h is not linked.
int64_t element_size(DType dtype);

// Both views have one shape and one dtype; `from` may repeat axes (stride 0). No overlap.
// A unit is a tile of about 1,000 elements.
int64_t copy_units(const TensorView& to, const TensorView& from);
void run_copy(const TensorView& to, const TensorView& from, Range units);

// Stores the element at `value` everywhere.
int64_t fill_units(const TensorView& to);
void run_fill(const TensorView& to, const void* value, Range units);

}  // namespace weft::kernels
