// Evenly spaced numbers.
#pragma once

#include <cstdint>

namespace weft::kernels {

// to[i] = start + (first + i) * step, each rounded twice; exact for integers up to 2^53.
void run_ramp(double start, double step, int64_t first, int64_t count, double* to);

}  // namespace weft::kernels
