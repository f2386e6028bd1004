// All steps of a recurrent cell in integers: int8 data, weights and hidden states, 16-bit gates.
//
// The sums of the data's product and of the hidden state's product are rescaled (quantized.h) to
// the arguments of gates, in multiples of 2^-12; saturated to 16 bits these reach from -8 to 8.
// Gates are multiples of 2^-15, from tables of 513 results with linear interpolation, like
// TensorFlow Lite's functions of int16 (tensorflow/lite/kernels/internal/common.h, LUTLookup). With
// products rounded to nearest:
//   GRU:   n = tanh(a_n + r q_n), h' = n + z (h - n); h is 16 bits, multiples of 2^-15
//   LSTM:  c' = f c + i g, h' = o tanh(c'); c is 16 bits, multiples of 2^-11
// The hidden state that products read, and that is returned, is rounded to int8, multiples of 2^-7.
// All shifts and products are of integers, so every machine gives the same bits.
#pragma once

#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int kGateTable = 513;  // results for -8, -8 + 2^-5, … 8

// In multiples of 2^-15, at most 32767 of them.
const int16_t* quantized_sigmoid_table();
const int16_t* quantized_tanh_table();

// The weights (gates hidden, k) of one product, int32 biases that include the data's zero point,
// and the factors that bring sums to multiples of 2^-12.
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
  // Scratch of (batch, hidden) and (batch, 2, gates hidden) elements; contents do not matter before
  // and after.
  int16_t* state;
  int32_t* arguments;
  int8_t* y;  // (steps, batch, hidden): hidden states after each step
};
constexpr int64_t quantized_gate_rows(const QuantizedRecurrent& p) {
  return (p.is_lstm ? 4 : 3) * p.hidden;
}
// Runs all steps of these images of the batch; states begin as 0.
void run_quantized_recurrent(const QuantizedRecurrent& problem, Range images);

}  // namespace weft::kernels
