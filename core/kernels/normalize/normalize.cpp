// The choice of the kernel for a dtype; normalize.isa.cpp has the kernels.

#include "kernels/normalize/normalize.h"

#include "kernels/isa/active.h"
#include "kernels/normalize/normalize_kernels_impl.h"

namespace weft::kernels {

void run_normalize(const Normalize& problem, const NormalizeForward& operands, Range rows) {
  WEFT_ACTIVE_LAYER(problem.dtype, kNormalizes)(problem, operands, rows);
}

int64_t normalize_units(const Normalize& problem) {
  return (problem.rows + kNormalizeRows - 1) / kNormalizeRows;
}

void run_normalize_gradient(const Normalize& problem, const NormalizeBackward& operands,
                            Range units) {
  WEFT_ACTIVE_LAYER(problem.dtype, kNormalizeGradients)(problem, operands, units);
}

}  // namespace weft::kernels
