// All steps of a recurrent cell in integers: int8 data, weights and hidden states, gates of 16
// bits.
//
// Sums of the data and of the hidden state are rescaled (quantized.h) to gates' arguments in
// multiples of 2^-12, of which saturating 16 bits reach from -8 to 8. Gates are multiples of 2^-15,
// by tables of 513 results with straight lines between, as TensorFlow Lite has functions of int16
// (tensorflow/lite/kernels/internal/common.h, LUTLookup). With products rounded to the nearest:
//   GRU:   n = tanh(a_n + r q_n), h' = n + z (h - n); h is kept as 16 bits, multiples of 2^-15
//   LSTM:  c' = f c + i g, h' = o tanh(c'); c is kept as 16 bits, multiples of 2^-11
// The hidden state that products read, and that is given, is rounded to int8, multiples of 2^-7.
// All shifts and products are of integers, so every machine gives the same bits.
#pragma once

#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int kGateTable = 513;  // results for -8, -8 + 2^-5, ... 8

// Multiples of 2^-15, at most 32767 of them.
const int16_t* quantized_sigmoid_table();
const int16_t* quantized_tanh_table();

// A product's weights (gates hidden, k), int32 biases with the data's zero point in them, and the
// factors to multiples of 2^-12.
struct QuantizedGates {
  const int8_t* weight;
  const int32_t *bias, *multiplier, *shift;
};

struct QuantizedRecurrent {
  bool is_lstm, reverse;
  int64_t steps, batch, features, hidden;
  QuantizedGates of_data, of_hidden;
  const int16_t *sigmoid, *tanh;
  const int8_t* x;  // (steps, batch, features)
  // (batch, hidden) and (batch, 2, gates hidden), of no meaning before and after.
  int16_t* state;
  int32_t* arguments;
  int8_t* y;  // (steps, batch, hidden): hidden states after each step
};
constexpr int64_t quantized_gate_rows(const QuantizedRecurrent& p) {
  return (p.is_lstm ? 4 : 3) * p.hidden;
}
// All steps of these images of the batch; before the first one states are 0.
void run_quantized_recurrent(const QuantizedRecurrent& problem, Range images);

}  // namespace weft::kernels
