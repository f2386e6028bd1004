#include "kernels/recurrent.h"

#include "kernels/active_impl.h"
#include "kernels/copy.h"

namespace weft::kernels {
namespace {

const RecurrentKernels& kernels_of(const Recurrent& problem) {
  return WEFT_ACTIVE_LAYER(problem.dtype, kRecurrents);
}

// Moves arrays of rows of so many elements on to a row.
struct ToRow {
  int64_t bytes;
  void operator()(int64_t elements, const void*& rows) const {
    if (rows) rows = static_cast<const char*>(rows) + elements * bytes;
  }
  void operator()(int64_t elements, void*& rows) const {
    if (rows) rows = static_cast<char*>(rows) + elements * bytes;
  }
};
ToRow to_row(const Recurrent& p, int64_t row) { return {row * element_size(p.dtype)}; }

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
RecurrentStep rows_from(const Recurrent& p, RecurrentStep s, int64_t row) {
  const ToRow move = to_row(p, row);
  const int64_t wide = gates_of(p.cell) * p.hidden;
  move(wide, s.sums);
  move(wide, s.gates);
  for (const void** rows : {&s.hidden, &s.cell}) move(p.hidden, *rows);
  for (void** rows : {&s.product, &s.next_hidden, &s.next_cell}) move(p.hidden, *rows);
  return s;
}
RecurrentBackStep rows_from(const Recurrent& p, RecurrentBackStep s, int64_t row) {
  const ToRow move = to_row(p, row);
  const int64_t wide = gates_of(p.cell) * p.hidden;
  for (const void** rows : {&s.later, &s.gates, &s.dgates}) move(wide, *rows);
  move(wide, s.dsums);
  for (const void** rows :
       {&s.later_product, &s.product, &s.cell, &s.last, &s.dhidden, &s.dcell, &s.dproduct})
    move(p.hidden, *rows);
  for (void** rows : {&s.dstate, &s.dproduct_sums, &s.carried}) move(p.hidden, *rows);
  return s;
}
void run_recurrent_back_step(const Recurrent& problem, const RecurrentBackStep& step, Range units) {
  kernels_of(problem).back_step(problem, step, units);
}

}  // namespace weft::kernels
