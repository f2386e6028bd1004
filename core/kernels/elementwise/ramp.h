// Evenly spaced numbers.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Ramp {
  double start, step;
};

// to[i] = start + i * step in float64, each rounded twice, then converted as cast_step does; exact
// for integers up to 2^53.
void run_ramp(const Ramp& ramp, DType dtype, void* to, Range elements);

}  // namespace weft::kernels
