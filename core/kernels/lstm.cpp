#include "kernels/lstm.h"

#include "kernels/table_impl.h"

namespace weft::kernels {
namespace {

const LstmKernels& kernels_of(const Lstm& problem) {
  return active_table().lstms[static_cast<int>(problem.dtype)];
}

}  // namespace

int64_t lstm_units(const Lstm& p) { return (p.hidden + kLstmColumns - 1) / kLstmColumns; }

int64_t lstm_packed_bytes(const Lstm& p) {
  const int64_t lanes = 4 * p.hidden * lstm_units(p) * kLstmColumns;
  return (lanes * (p.dtype == DType::kFloat64 ? 8 : 4) + 63) / 64 * 64;
}

void run_lstm_pack(const Lstm& problem, const void* weight, bool is_backward, void* packed,
                   Range units) {
  kernels_of(problem).pack(problem, weight, is_backward, packed, units);
}
void run_lstm_step(const Lstm& problem, const LstmStep& step, Range units) {
  kernels_of(problem).step(problem, step, units);
}
void run_lstm_back_step(const Lstm& problem, const LstmBackStep& step, Range units) {
  kernels_of(problem).back_step(problem, step, units);
}

}  // namespace weft::kernels
