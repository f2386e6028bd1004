// Evenly spaced numbers: the kernel of arange.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Ramp {
  double start, step;
};

// Writes the elements of the range to to[i]: start + i * step in float64, where product and sum are
// rounded, then converted as cast_step does. Integers are exact up to 2^53. Each element depends on
// i alone, so any split of the range gives the same bits.
void run_ramp(const Ramp& ramp, DType dtype, void* to, Range elements);

}  // namespace weft::kernels
