// One step of a recurrent cell, in float32 or float64: the product of the hidden state, and the
// gates in the same pass. The weights are packed once for all steps. Those of float32 may be
// halves: then the hidden state is rounded to their dtype for the product, whose sums stay float32.
//
// With the sums a of the data and q, the products of the hidden state h with the weights:
//   plain:  h' = tanh(a + q), or relu
//   LSTM:   i = σ(a_i + q_i), f = σ(a_f + q_f), g = tanh(a_g + q_g), o = σ(a_o + q_o),
//           c' = f c + i g, h' = o tanh(c')
//   GRU:    r = σ(a_r + q_r), z = σ(a_z + q_z), n = tanh(a_n + r (q_n + b)), h' = n + z (h - n)
// Long short-term memory: Hochreiter and Schmidhuber (1997), with a forget gate: Gers, Schmidhuber
// and Cummins (2000). Gated recurrent unit: Cho et al. (2014), with the reset gate behind the
// product, which makes all three products one.
//
// Rows of `sums` and `gates` hold the gates one after the other, in the order above: (batch, gates
// hidden). Other arrays of a step are (batch, hidden).
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

enum class Cell : uint8_t { kTanh, kRelu, kLstm, kGru };
int64_t gates_of(Cell cell);

struct Recurrent {
  DType dtype;
  DType weight;  // dtype, or a half
  Cell cell;
  int64_t batch, hidden;
};

// A unit, of every function here, is a block of kRecurrentColumns hidden elements with their gates.
inline constexpr int64_t kRecurrentColumns = 32;
int64_t recurrent_units(const Recurrent& problem);
int64_t recurrent_packed_bytes(const Recurrent& problem);

// weight[gate, hidden][hidden], dense, as its forward or its backward step reads it, the same for
// every instruction set, zero in columns beyond a unit's. Of a unit, rows of kRecurrentColumns:
// forward [gates][hidden] of them, backward [gates hidden], which halves do not have.
void run_recurrent_pack(const Recurrent& problem, const void* weight, bool is_backward,
                        void* packed, Range units);

struct RecurrentStep {
  const void* sums;  // from the data, with the biases
  const void* bias;  // GRU: b, (hidden)
  const void* hidden;
  const void* rounded;  // `hidden` as halves, where the weights are
  const void* cell;     // LSTM
  const void* packed;
  void* gates;         // LSTM and GRU; may be `sums`
  void* product;       // GRU: q_n + b
  void* next_hidden;   // of a plain cell, may be `sums`
  void* next_rounded;  // where the weights are halves
  void* next_cell;     // LSTM
  // For the kernels of an instruction set: q of one unit, [batch][gates][kRecurrentColumns], or
  // null, and `packed` makes it.
  const float* made;
};
int64_t recurrent_step_scratch(const Recurrent& problem);  // bytes per thread, 64-byte aligned
void run_recurrent_step(const Recurrent& problem, const RecurrentStep& step, Range units,
                        void* scratch);
// The hidden state before the first step as halves.
void round_state(const Recurrent& problem, const void* hidden, void* rounded);
// The same of the rows of the batch from `row` on.
RecurrentStep rows_from(const Recurrent& problem, RecurrentStep step, int64_t row);

// Backwards in time: from the cotangents of the step after to those of this one.
struct RecurrentBackStep {
  const void* later;          // cotangents of the sums one step later; null: none
  const void* later_product;  // GRU: of q_n, likewise
  const void* packed;         // for the backward step
  const void* gates;          // of this step; of a plain cell its hidden state
  const void* product;        // GRU
  const void* cell;           // LSTM: after this step
  const void* last;           // before this step: LSTM the cell, GRU the hidden state
  const void *dhidden, *dcell, *dgates, *dproduct;  // from outside, of the results; null: zero
  void* dstate;         // LSTM: cotangent of the cell, from the step after; of that before
  void* dsums;          // null: only what is carried to before the first step is wanted
  void* dproduct_sums;  // GRU: of q_n
  // The hidden state's cotangent by way of the later step; the GRU's also has z dh', and is zero
  // before the first call.
  void* carried;
};
void run_recurrent_back_step(const Recurrent& problem, const RecurrentBackStep& step, Range units);
RecurrentBackStep rows_from(const Recurrent& problem, RecurrentBackStep step, int64_t row);

}  // namespace weft::kernels
