#include "kernels/recurrent.h"

#include "kernels/active_impl.h"

namespace weft::kernels {
namespace {

const RecurrentKernels& kernels_of(const Recurrent& problem) {
  return WEFT_ACTIVE_LAYER(problem.dtype, kRecurrents);
}

}  // namespace

int64_t gates_of(Cell cell) { return cell == Cell::kLstm ? 4 : cell == Cell::kGru ? 3 : 1; }

int64_t recurrent_units(const Recurrent& p) {
  return (p.hidden + kRecurrentColumns - 1) / kRecurrentColumns;
}

int64_t recurrent_packed_bytes(const Recurrent& p) {
  const int64_t lanes = gates_of(p.cell) * p.hidden * recurrent_units(p) * kRecurrentColumns;
  return (lanes * (p.dtype == DType::kFloat64 ? 8 : 4) + 63) / 64 * 64;
}

void run_recurrent_pack(const Recurrent& problem, const void* weight, bool is_backward,
                        void* packed, Range units) {
  kernels_of(problem).pack(problem, weight, is_backward, packed, units);
}
void run_recurrent_step(const Recurrent& problem, const RecurrentStep& step, Range units) {
  kernels_of(problem).step(problem, step, units);
}
void run_recurrent_back_step(const Recurrent& problem, const RecurrentBackStep& step, Range units) {
  kernels_of(problem).back_step(problem, step, units);
}

}  // namespace weft::kernels
