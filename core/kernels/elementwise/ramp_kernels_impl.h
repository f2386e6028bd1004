// The kernels of ramp.h: `count` numbers of a ramp, from number `first` on.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/range.h"

namespace weft::kernels {

WEFT_KERNELS(
    void ramp_of_doubles(double start, double step, int64_t first, int64_t count, double* to);
    void ramp_of_floats(double start, double step, int64_t first, int64_t count, float* to);
    void ramp_of_integers(int64_t start, int64_t step, int64_t first, int64_t count, int64_t* to);)

}  // namespace weft::kernels
