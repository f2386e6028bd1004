// Steps of recurrent cells in integers: kernels/int8/quantized_recurrent.h. Products and rescaling
// run in vectors, gates one after the other: they are table look-ups.
#include "kernels/int8/quantized.h"
#include "kernels/int8/quantized_recurrent_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/int8/requantize_impl.h"

#include "kernels/int8/int16_impl.h"

constexpr int64_t kRowsTogether = 4;  // rows of weights that share loaded data

// The products of four rows of weights, `row` elements apart, with x.
WEFT_INLINE void four_dots(const int8_t* weights, int64_t row, const int8_t* x, int64_t n,
                           int32_t* to) {
  constexpr int64_t kStep = 2 * Sums::kLanes;
  Sums sums[kRowsTogether] = {Sums(0), Sums(0), Sums(0), Sums(0)};
  const auto add = [&](const int8_t* w, int64_t w_row, const int8_t* data) WEFT_LAMBDA {
    const Int16s right = load_int8_as_int16(data);
    WEFT_UNROLL
    for (int i = 0; i < kRowsTogether; ++i)
      sums[i] = sums[i] + pair_products(load_int8_as_int16(w + i * w_row), right);
  };
  int64_t k = 0;
  for (; k + kStep <= n; k += kStep) add(weights + k, row, x + k);
  if (k < n) {
    int8_t rest[kRowsTogether + 1][kStep] = {};
    for (int i = 0; i < kRowsTogether; ++i) __builtin_memcpy(rest[i], weights + i * row + k, n - k);
    __builtin_memcpy(rest[kRowsTogether], x + k, n - k);
    add(rest[0], kStep, rest[kRowsTogether]);
  }
  Sums all =
      neighbours_added(neighbours_added(sums[0], sums[1]), neighbours_added(sums[2], sums[3]));
  WEFT_UNROLL
  for (int64_t lanes = kRowsTogether; lanes < Sums::kLanes; lanes *= 2)
    all = neighbours_added(all, all);
  __builtin_memcpy(to, &all.v, kRowsTogether * sizeof(int32_t));
}

// Saturates to 16 bits.
WEFT_INLINE int32_t narrow(int32_t x) { return x < -32768 ? -32768 : x > 32767 ? 32767 : x; }

// The arguments of all gates from one product with x; x null counts as zeros. The last four rows
// may be computed twice; fewer than four are computed one by one.
__attribute__((noinline)) void gate_arguments(const QuantizedGates& gates, int64_t rows,
                                              const int8_t* x, int64_t n, int32_t* to) {
  const int64_t together = rows < kRowsTogether ? 1 : kRowsTogether;
  for (int64_t row = 0; x && row < rows; row += together) {
    const int64_t first = row + together <= rows ? row : rows - together;
    int32_t some[kRowsTogether];
    four_dots(gates.weight + first * n, together > 1 ? n : 0, x, n, some);
    __builtin_memcpy(to + first, some, together * sizeof(int32_t));
  }
  for (int64_t row = 0; row < rows; row += Sums::kLanes) {
    const int64_t lanes = rows - row < Sums::kLanes ? rows - row : Sums::kLanes;
    const auto of = [&](const int32_t* numbers)
                        WEFT_LAMBDA { return Memory<int32_t>::load_part(numbers + row, lanes); };
    const Sums total = x ? of(to) + of(gates.bias) : of(gates.bias);
    const Sums scaled = Rescale::of(of(gates.multiplier), of(gates.shift))(total);
    Memory<int32_t>::store_part(to + row, min_(max_(scaled, Sums(-32768)), Sums(32767)), lanes);
  }
}

// A gate: the table's result below x, and the line to the next one.
WEFT_INLINE int32_t looked_up(const int16_t* table, int32_t x) {
  x = narrow(x);
  const int32_t at = 256 + (x >> 7), rest = x & 127;
  return table[at] + (((table[at + 1] - table[at]) * rest + 64) >> 7);
}

// a b 2^-bits, rounded to nearest.
WEFT_INLINE int32_t product(int32_t a, int32_t b, int bits) {
  return (a * b + (1 << (bits - 1))) >> bits;
}

// One step of one image. Gates are in the order of the weights' rows.
struct Cell {
  const QuantizedRecurrent& p;
  const int32_t *of_data, *of_hidden;  // arguments of all gates

  WEFT_INLINE int32_t gate(const int16_t* table, int64_t row) const {
    return looked_up(table, of_data[row] + of_hidden[row]);
  }
  // The next hidden state in multiples of 2^-15.
  WEFT_INLINE int32_t gru(int64_t j, int16_t* state) const {
    const int32_t reset = gate(p.sigmoid, j), update = gate(p.sigmoid, p.hidden + j);
    const int64_t row = 2 * p.hidden + j;
    const int32_t next = looked_up(p.tanh, of_data[row] + product(reset, of_hidden[row], 15));
    *state = (int16_t)(next + product(update, *state - next, 15));
    return *state;
  }
  WEFT_INLINE int32_t lstm(int64_t j, int16_t* state) const {
    const int64_t n = p.hidden;
    const int32_t in = gate(p.sigmoid, j), forget = gate(p.sigmoid, n + j);
    const int32_t next = gate(p.tanh, 2 * n + j), out = gate(p.sigmoid, 3 * n + j);
    *state = (int16_t)narrow(product(forget, *state, 15) + product(in, next, 19));
    return product(out, looked_up(p.tanh, *state * 2), 15);
  }
};

// Image by image, because steps depend on each other.
void quantized_recurrent(const QuantizedRecurrent& p, Range images) {
  for (int64_t image = images.begin; image < images.end; ++image) {
    int16_t* const state = p.state + image * p.hidden;
    for (int64_t j = 0; j < p.hidden; ++j) state[j] = 0;
    const int64_t rows = quantized_gate_rows(p);
    int32_t* const of_data = p.arguments + 2 * image * rows;
    int32_t* const of_hidden = of_data + rows;
    const int8_t* last = nullptr;
    for (int64_t done = 0; done < p.steps; ++done) {
      const int64_t row = (p.reverse ? p.steps - 1 - done : done) * p.batch + image;
      gate_arguments(p.of_data, rows, p.x + row * p.features, p.features, of_data);
      gate_arguments(p.of_hidden, rows, last, p.hidden, of_hidden);
      const Cell cell{p, of_data, of_hidden};
      int8_t* const y = p.y + row * p.hidden;
      for (int64_t j = 0; j < p.hidden; ++j) {
        const int32_t h = p.is_lstm ? cell.lstm(j, state + j) : cell.gru(j, state + j);
        const int32_t rounded = (h + 128) >> 8;
        y[j] = (int8_t)(rounded > 127 ? 127 : rounded);
      }
      last = y;
    }
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
