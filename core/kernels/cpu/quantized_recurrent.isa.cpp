// Steps of recurrent cells in integers: kernels/quantized_recurrent.h. The products are vectors,
// gates one after the other: they are a small part of the work.
#include "kernels/quantized_recurrent.h"
#include "kernels/isa_target.h"
#include "kernels/quantized_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/requantize_impl.h"

WEFT_INLINE int32_t dot(const int8_t* a, const int8_t* b, int64_t n) {
  Sums sum(0);
  int64_t i = 0;
  for (; i + Sums::kLanes <= n; i += Sums::kLanes)
    sum = sum + Memory<int8_t>::load(a + i) * Memory<int8_t>::load(b + i);
  if (i < n)
    sum = sum + Memory<int8_t>::load_part(a + i, n - i) * Memory<int8_t>::load_part(b + i, n - i);
  uint32_t total = 0;
  for (int lane = 0; lane < Sums::kLanes; ++lane) total += (uint32_t)sum.v[lane];
  return (int32_t)total;
}

// The formula of quantized.h.
WEFT_INLINE int32_t rescaled(int32_t x, int32_t multiplier, int32_t shift) {
  const int32_t left = shift > 0 ? shift : 0, right = shift < 0 ? -shift : 0;
  const int64_t wide = (int64_t)(int32_t)((uint32_t)x << left) * multiplier + (1 << 30);
  const int32_t high = (int32_t)(wide >> 31);
  const uint32_t mask = ((uint32_t)1 << right) - 1, rest = (uint32_t)high & mask;
  return (high >> right) + (rest > (mask >> 1) + (high < 0) ? 1 : 0);
}

WEFT_INLINE int32_t narrow(int32_t x) { return x < -32768 ? -32768 : x > 32767 ? 32767 : x; }

// What one row of the weights gives of x, or of zeros. Not inline: it is called in many places.
__attribute__((noinline)) int32_t gate_argument(const QuantizedGates& gates, int64_t row,
                                                const int8_t* x, int64_t n) {
  const int32_t sum = x ? dot(gates.weight + row * n, x, n) : 0;
  const int32_t total = (int32_t)((uint32_t)sum + (uint32_t)gates.bias[row]);
  return narrow(rescaled(total, gates.multiplier[row], gates.shift[row]));
}

WEFT_INLINE int32_t looked_up(const int16_t* table, int32_t x) {
  x = narrow(x);
  const int32_t at = 256 + (x >> 7), rest = x & 127;
  return table[at] + (((table[at + 1] - table[at]) * rest + 64) >> 7);
}

// a b 2^-bits, to the nearest.
WEFT_INLINE int32_t product(int32_t a, int32_t b, int bits) {
  return (a * b + (1 << (bits - 1))) >> bits;
}

struct Cell {
  const QuantizedRecurrent& p;
  const int8_t *x, *hidden;  // of this step, and of the one before or null

  WEFT_INLINE int32_t of_data(int64_t row) const {
    return gate_argument(p.of_data, row, x, p.features);
  }
  WEFT_INLINE int32_t of_hidden(int64_t row) const {
    return gate_argument(p.of_hidden, row, hidden, p.hidden);
  }
  WEFT_INLINE int32_t gate(const int16_t* table, int64_t row) const {
    return looked_up(table, of_data(row) + of_hidden(row));
  }
  // The next hidden state, in multiples of 2^-15.
  WEFT_INLINE int32_t gru(int64_t j, int16_t* state) const {
    const int32_t reset = gate(p.sigmoid, j), update = gate(p.sigmoid, p.hidden + j);
    const int64_t row = 2 * p.hidden + j;
    const int32_t next = looked_up(p.tanh, of_data(row) + product(reset, of_hidden(row), 15));
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

void quantized_recurrent(const QuantizedRecurrent& p, Range images) {
  for (int64_t image = images.begin; image < images.end; ++image) {
    int16_t* const state = p.state + image * p.hidden;
    for (int64_t j = 0; j < p.hidden; ++j) state[j] = 0;
    const int8_t* last = nullptr;
    for (int64_t done = 0; done < p.steps; ++done) {
      const int64_t row = (p.reverse ? p.steps - 1 - done : done) * p.batch + image;
      const Cell cell{p, p.x + row * p.features, last};
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
