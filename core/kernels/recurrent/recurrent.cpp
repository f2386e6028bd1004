// Choosing the kernels of recurrent cells, and steps with half weights: their product is one of
// packed panels (matmul/panels.h), whose sums the kernels of gates then read.

#include "kernels/recurrent/recurrent.h"

#include <algorithm>
#include <limits>

#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/isa/active.h"
#include "kernels/matmul/panels.h"
#include "kernels/recurrent/recurrent_kernels_impl.h"

namespace weft::kernels {
namespace {

const RecurrentKernels& kernels_of(const Recurrent& problem) {
  return WEFT_ACTIVE_LAYER(problem.dtype, kRecurrents);
}

// Rows whose gates are computed at a time.
constexpr int64_t kRowsOfGates = 4;
// rows whose products are still in the first-level cache when a unit's gates read them
constexpr int64_t kRowsAtOnce = 64;

int64_t in_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }
bool has_halves(const Recurrent& p) { return p.weight != p.dtype; }
int64_t panel_bytes(const Recurrent& p) {
  return panel_elements(p.weight, p.hidden) * element_size(p.weight);
}

// Rows of a block of the batch; all blocks have (nearly) this length. How sums are computed depends
// on the number of rows of a product, so it must not depend on how a batch is divided among
// threads.
int64_t rows_at_once(const Recurrent& p) {
  const int64_t blocks = std::max<int64_t>(1, (p.batch + kRowsAtOnce - 1) / kRowsAtOnce);
  return (p.batch + blocks - 1) / blocks;
}

// The product of a unit: all its gates' columns, summed in float32 into `sums`.
PanelProduct unit_product(const Recurrent& p, const RecurrentStep& s, int64_t unit, void* sums) {
  // The bounds are infinite: no clamp.
  constexpr float kMax = std::numeric_limits<float>::infinity();
  const int64_t columns = gates_of(p.cell) * kRecurrentColumns;
  PanelProduct product{p.weight, p.batch, columns, p.hidden, s.rounded, nullptr,
                       nullptr,  nullptr, -kMax,   kMax,     sums,      true};
  product.panels = static_cast<const char*>(s.packed) + unit * gates_of(p.cell) * panel_bytes(p);
  return product;
}

// Rounds some columns of a state to halves, from `first` on.
void round_columns(const Recurrent& p, const void* hidden, void* rounded, int64_t first,
                   int64_t cols) {
  Tile tile{};
  tile.in[0] = static_cast<const float*>(hidden) + first;
  tile.out = static_cast<char*>(rounded) + first * element_size(p.weight);
  tile.rows = p.batch;
  tile.cols = cols;
  tile.in_row[0] = p.hidden * element_size(p.dtype);
  tile.out_row = p.hidden * element_size(p.weight);
  cast_step(p.dtype, p.weight)(tile);
}

// Prefetches the sums of the data, which come from memory, while a product is computed.
void fetch_sums(const Recurrent& p, const RecurrentStep& s, int64_t first) {
  const int64_t gates = gates_of(p.cell);
  const auto* const sums = static_cast<const float*>(s.sums) + first;
  for (int64_t line = 0; line < p.batch * gates; ++line)
    for (int64_t i = 0; i < kRecurrentColumns; i += 16)
      __builtin_prefetch(sums + line * p.hidden + i, 0, 2);
}

// The gates of a unit, a few rows at a time. Rows that are a power of two apart share a few places
// of the first-level cache, so one loop over many rows would find nothing that the loop before it
// read.
void run_gates(const Recurrent& p, const RecurrentStep& s, int64_t unit, const float* made) {
  const int64_t columns = gates_of(p.cell) * kRecurrentColumns;
  for (int64_t row = 0; row < p.batch; row += kRowsOfGates) {
    Recurrent few = p;
    few.batch = std::min(kRowsOfGates, p.batch - row);
    RecurrentStep step = rows_from(p, s, row);
    step.made = made + row * columns;
    kernels_of(p).step(few, step, {unit, unit + 1});
  }
}

// A step if the weights are halves: product, gates, rounded state, for each unit and block of rows.
void step_with_halves(const Recurrent& p, const RecurrentStep& s, Range units, void* scratch) {
  const int64_t maximum = rows_at_once(p);
  float* const sums = static_cast<float*>(scratch);
  void* const of_product = sums + maximum * gates_of(p.cell) * kRecurrentColumns;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit * kRecurrentColumns;
    for (int64_t row = 0; row < p.batch; row += maximum) {
      Recurrent block = p;
      block.batch = std::min(maximum, p.batch - row);
      const RecurrentStep step = rows_from(p, s, row);
      // In this order: the gates find their sums in the cache.
      fetch_sums(block, step, first);
      const PanelProduct product = unit_product(block, step, unit, sums);
      run_panel_product(product, {0, panel_product_units(product)}, of_product);
      run_gates(block, step, unit, sums);
      round_columns(block, step.next_hidden, step.next_rounded, first,
                    std::min(kRecurrentColumns, p.hidden - first));
    }
  }
}

// Moves pointers to arrays of rows with so many elements on to a row; null stays null.
struct ToRow {
  int64_t bytes;
  void operator()(int64_t elements, const void*& rows) const {
    if (rows) rows = static_cast<const char*>(rows) + elements * bytes;
  }
  void operator()(int64_t elements, void*& rows) const {
    if (rows) rows = static_cast<char*>(rows) + elements * bytes;
  }
};
ToRow to_row(DType dtype, int64_t row) { return {row * element_size(dtype)}; }

}  // namespace

// The gates are the row blocks of the weights.
int64_t gates_of(Cell cell) { return cell == Cell::kLstm ? 4 : cell == Cell::kGru ? 3 : 1; }

int64_t recurrent_units(const Recurrent& p) {
  return (p.hidden + kRecurrentColumns - 1) / kRecurrentColumns;
}

int64_t recurrent_packed_bytes(const Recurrent& p) {
  return in_lines(gates_of(p.cell) * recurrent_units(p) * panel_bytes(p));
}

int64_t recurrent_step_scratch(const Recurrent& p) {
  if (!has_halves(p)) return 0;
  Recurrent block = p;
  block.batch = rows_at_once(p);
  const int64_t sums = block.batch * gates_of(p.cell) * kRecurrentColumns;
  return sums * int64_t{sizeof(float)} +
         panel_product_scratch(unit_product(block, RecurrentStep{}, 0, nullptr));
}

// Packs the weights of each unit: the columns of each gate are a panel.
void run_recurrent_pack(const Recurrent& problem, const void* weight, bool is_backward,
                        void* packed, Range units) {
  if (!has_halves(problem)) {
    kernels_of(problem).pack(problem, weight, is_backward, packed, units);
    return;
  }
  const int64_t gates = gates_of(problem.cell), hidden = problem.hidden;
  const int64_t element = element_size(problem.weight);
  const auto* const from = static_cast<const char*>(weight);
  auto* const to = static_cast<char*>(packed);
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit * kRecurrentColumns;
    const int64_t cols = std::min(kRecurrentColumns, hidden - first);
    for (int64_t gate = 0; gate < gates; ++gate)
      run_pack_panels(
          {problem.weight, cols, hidden, from + (gate * hidden + first) * hidden * element, 1,
           hidden, to + (unit * gates + gate) * panel_bytes(problem)},
          {0, 1});
  }
}

void run_recurrent_step(const Recurrent& problem, const RecurrentStep& step, Range units,
                        void* scratch) {
  if (has_halves(problem))
    step_with_halves(problem, step, units, scratch);
  else
    kernels_of(problem).step(problem, step, units);
}
void round_state(const Recurrent& problem, const void* hidden, void* rounded) {
  round_columns(problem, hidden, rounded, 0, problem.hidden);
}
RecurrentStep rows_from(const Recurrent& p, RecurrentStep s, int64_t row) {
  const ToRow move = to_row(p.dtype, row);
  const int64_t wide = gates_of(p.cell) * p.hidden;
  move(wide, s.sums);
  move(wide, s.gates);
  for (const void** rows : {&s.hidden, &s.cell}) move(p.hidden, *rows);
  for (void** rows : {&s.product, &s.next_hidden, &s.next_cell}) move(p.hidden, *rows);
  const ToRow move_halves = to_row(p.weight, row);
  move_halves(p.hidden, s.rounded);
  move_halves(p.hidden, s.next_rounded);
  return s;
}
RecurrentBackStep rows_from(const Recurrent& p, RecurrentBackStep s, int64_t row) {
  const ToRow move = to_row(p.dtype, row);
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
