// One step of a recurrent cell, in float32 or float64: the product of the hidden state and the
// gates, in one pass. Weights are packed once for all steps. float32 cells may have half weights:
// then the hidden state is rounded to their dtype for the product, whose sums stay float32.
//
// With the sums a of the data, and q, the products of the hidden state h with the weights:
//   plain:  h' = tanh(a + q), or relu
//   LSTM:   i = σ(a_i + q_i), f = σ(a_f + q_f), g = tanh(a_g + q_g), o = σ(a_o + q_o),
//           c' = f c + i g, h' = o tanh(c')
//   GRU:    r = σ(a_r + q_r), z = σ(a_z + q_z), n = tanh(a_n + r (q_n + b)), h' = n + z (h - n)
// LSTM: Hochreiter and Schmidhuber (1997), with a forget gate: Gers, Schmidhuber and Cummins
// (2000). GRU: Cho et al. (2014), with the reset gate behind the product, so that all three
// products are one.
//
// Rows of `sums` and `gates` have the gates one after the other, in the order above: (batch, gates
// * hidden). Other arrays of a step are (batch, hidden).
#pragma once

#include "base/in_memory.h"
#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// kTanh and kRelu are the plain cells, with one gate.
enum class Cell : uint8_t { kTanh, kRelu, kLstm, kGru };
int64_t gates_of(Cell cell);

struct Recurrent {
  DType dtype;
  DType weight;  // dtype of the weights: the same, or a half
  Cell cell;
  int64_t batch, hidden;
};

// In every function here a unit is kRecurrentColumns hidden elements with all their gates.
inline constexpr int64_t kRecurrentColumns = 32;
int64_t recurrent_units(const Recurrent& problem);
int64_t recurrent_packed_bytes(const Recurrent& problem);

// Packs weight[gate, hidden][hidden] (dense) in the form that forward or backward steps read; it is
// the same for every instruction set. Columns beyond a unit's own are zero. A unit has rows of
// kRecurrentColumns: [gates][hidden] of them forward, [gates hidden] backward. Half weights have no
// backward form.
void run_recurrent_pack(const Recurrent& problem, const void* weight, bool is_backward,
                        void* packed, Range units);

// One forward step; arrays are those of this step.
struct RecurrentStep {
  const void* sums;  // of the data's product, with the biases
  const void* bias;  // GRU: b, (hidden)
  const void* hidden;
  const void* rounded;  // `hidden` as halves, if the weights are halves
  const void* cell;     // LSTM
  const void* packed;
  void* gates;         // LSTM and GRU: the gates' values; may be `sums`
  void* product;       // GRU: q_n + b
  void* next_hidden;   // for a plain cell, it may be `sums`
  void* next_rounded;  // if the weights are halves
  void* next_cell;     // LSTM
  // For kernels only: q of one unit, [batch][gates][kRecurrentColumns]. Null: the kernel computes
  // it from `packed`.
  const float* made;
  WEFT_IN_MEMORY(RecurrentStep);
};
int64_t recurrent_step_scratch(const Recurrent& problem);  // bytes for each thread, aligned to 64
void run_recurrent_step(const Recurrent& problem, const RecurrentStep& step, Range units,
                        void* scratch);
// Rounds the hidden state before the first step to halves.
void round_state(const Recurrent& problem, const void* hidden, void* rounded);
// The same step for the rows of the batch from `row` on.
RecurrentStep rows_from(const Recurrent& problem, RecurrentStep step, int64_t row);

// One step backwards in time: from the cotangents of the next step to those of this one.
struct RecurrentBackStep {
  const void* later;          // cotangents of the next step's sums; null: there is none
  const void* later_product;  // GRU: those of q_n
  const void* packed;         // for the backward step
  const void* gates;          // of this step; for a plain cell its hidden state
  const void* product;        // GRU
  const void* cell;           // LSTM: after this step
  const void* last;           // before this step: the cell (LSTM) or the hidden state (GRU)
  const void *dhidden, *dcell, *dgates, *dproduct;  // cotangents that come from outside; null: zero
  void* dstate;  // LSTM: cotangent of the cell; in: from the next step, out: for the one before
  void* dsums;   // null: only `carried` is wanted, which goes on before the first step
  void* dproduct_sums;  // GRU: cotangent of q_n
  // The hidden state's cotangent by way of the next step. For a GRU it also has z dh', and it must
  // be zero before the first call.
  void* carried;
  WEFT_IN_MEMORY(RecurrentBackStep);
};
// Both directions take any unit on any thread; a step must be complete before the next one begins.
void run_recurrent_back_step(const Recurrent& problem, const RecurrentBackStep& step, Range units);
RecurrentBackStep rows_from(const Recurrent& problem, RecurrentBackStep step, int64_t row);

}  // namespace weft::kernels
