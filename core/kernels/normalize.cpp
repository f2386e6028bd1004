#include "kernels/normalize.h"

#include "kernels/table_impl.h"

namespace weft::kernels {

void run_normalize(const Normalize& problem, const NormalizeForward& operands, Range rows) {
  active_table().normalizes[static_cast<int>(problem.dtype)](problem, operands, rows);
}

int64_t normalize_units(const Normalize& problem) {
  return (problem.rows + kNormalizeRows - 1) / kNormalizeRows;
}

void run_normalize_gradient(const Normalize& problem, const NormalizeBackward& operands,
                            Range units) {
  active_table().normalize_gradients[static_cast<int>(problem.dtype)](problem, operands, units);
}

}  // namespace weft::kernels
