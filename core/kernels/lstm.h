// One step of a long short-term memory (Hochreiter and Schmidhuber, 1997; with a forget gate: Gers,
// Schmidhuber and Cummins, 2000), in float32 or float64: the product of the hidden state, and the
// gates in the same pass. The weights are packed once for all steps.
//
// Rows of `gates`, 4 hidden elements, hold input, forget, candidate and output one after the other:
// i = σ(a_i), f = σ(a_f), g = tanh(a_g), o = σ(a_o), c' = f c + i g, h' = o tanh(c').
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Lstm {
  DType dtype;
  int64_t batch, hidden;
};

// A unit, of every function here, is a block of kLstmColumns hidden elements with their four gates.
inline constexpr int64_t kLstmColumns = 32;
int64_t lstm_units(const Lstm& problem);
int64_t lstm_packed_bytes(const Lstm& problem);

// weight[gate, hidden][hidden], dense, as its forward or its backward step reads it.
void run_lstm_pack(const Lstm& problem, const void* weight, bool is_backward, void* packed,
                   Range units);

struct LstmStep {
  const void* sums;    // (batch, 4 hidden): from the data, with the biases
  const void* hidden;  // (batch, hidden), as all that follows
  const void* cell;
  const void* packed;
  void* gates;  // (batch, 4 hidden), may be `sums`
  void* next_hidden;
  void* next_cell;
};
void run_lstm_step(const Lstm& problem, const LstmStep& step, Range units);

// Backwards in time: from the cotangents of the sums of the step after to those of this one.
struct LstmBackStep {
  const void* later;   // (batch, 4 hidden): cotangents of the sums one step later; null: none
  const void* packed;  // for the backward step
  const void* gates;   // of this step; null: only dhidden is wanted
  const void *cell, *last_cell;          // after and before this step
  const void *dhidden, *dcell, *dgates;  // from outside, of this step's results; null: zero
  void* dstate;   // (batch, hidden): cotangent of the cell, from the step after; of that before
  void* dsums;    // (batch, 4 hidden)
  void* carried;  // (batch, hidden): later weightᵀ
};
void run_lstm_back_step(const Lstm& problem, const LstmBackStep& step, Range units);

}  // namespace weft::kernels
