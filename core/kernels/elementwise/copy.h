// Copies and fills of strided views. Elements are moved by their size, never looked at, so NaN
// keeps its bits.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// Bytes of one element. This is the kernels' own table, for programs that do not link base/dtype.h.
int64_t element_size(DType dtype);

// Copies `from` to `to`. Both have one shape and one dtype, and do not overlap; `from` may repeat
// axes (stride 0). A unit is a tile of about 1,000 elements.
int64_t copy_units(const TensorView& to, const TensorView& from);
void run_copy(const TensorView& to, const TensorView& from, Range units);

// Stores the element at `value` into every place of `to`. Units are those of a copy.
int64_t fill_units(const TensorView& to);
void run_fill(const TensorView& to, const void* value, Range units);

}  // namespace weft::kernels
