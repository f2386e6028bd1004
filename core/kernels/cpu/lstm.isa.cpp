// Steps of a long short-term memory: kernels/lstm.h. A unit's packed weights are read by every step
// and stay in the second-level cache of the core that runs it; the gates follow the product while
// its results are in the first.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/cpu/gemm_impl.h"
#include "kernels/reduce_lanes.h"

#include "kernels/cpu/row_lanes.h"

WEFT_INLINE int64_t columns_of(const Lstm& p, int64_t unit) {
  const int64_t rest = p.hidden - unit * kLstmColumns;
  return rest < kLstmColumns ? rest : kLstmColumns;
}

// Of a unit: forward 4 x [hidden][columns], one part for each gate; backward [4 hidden][columns].
template <class T>
void lstm_pack(const Lstm& p, const void* weight, bool is_backward, void* packed, Range units) {
  const T* w = (const T*)weight;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    T* to = (T*)packed + unit * 4 * p.hidden * kLstmColumns;
    const int64_t first = unit * kLstmColumns, cols = columns_of(p, unit);
    if (is_backward) {
      pack_b(w + first, p.hidden, 1, cols, 4 * p.hidden, to);
      continue;
    }
    for (int gate = 0; gate < 4; ++gate)
      pack_b(w + (gate * p.hidden + first) * p.hidden, 1, p.hidden, cols, p.hidden,
             to + gate * p.hidden * kLstmColumns);
  }
}

// C (+)= A B with rows of A as they are and packed B.
template <class T>
WEFT_INLINE void product(int64_t rows, int64_t cols, int64_t k, const T* a, const T* b, T* c,
                         int64_t c_row, bool accumulate) {
  BlockProduct<T> block;
  block.rows = rows;
  block.cols = cols;
  block.k = k;
  block.a = a;
  block.a_row = k;
  block.a_packed = false;
  block.panel_rows = balanced_rows<T>(rows);
  block.b = b;
  block.b_row = kTileCols<T>;
  block.b_panel = k * kTileCols<T>;
  block.c = c;
  block.c_row = c_row;
  block.accumulate = accumulate;
  multiply_block(block);
}

template <class T>
void lstm_step(const Lstm& p, const LstmStep& s, Range units) {
  using V = Vec<T>;
  const int64_t wide = 4 * p.hidden;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit * kLstmColumns, cols = columns_of(p, unit);
    const T* packed = (const T*)s.packed + unit * wide * kLstmColumns;
    for (int gate = 0; gate < 4; ++gate) {
      const int64_t at = gate * p.hidden + first;
      const T* sums = (const T*)s.sums + at;
      prefetch_rows<true>(sums + (gate < 3 ? p.hidden : kLstmColumns - 3 * p.hidden),
                          balanced_rows<T>(p.batch), wide * sizeof(T), cols * sizeof(T));
      T* gates = (T*)s.gates + at;
      for (int64_t row = 0; sums != gates && row < p.batch; ++row)
        __builtin_memcpy(gates + row * wide, sums + row * wide, cols * sizeof(T));
      product(p.batch, cols, p.hidden, (const T*)s.hidden, packed + gate * p.hidden * kLstmColumns,
              gates, wide, true);
    }
    for (int64_t row = 0; row < p.batch; ++row) {
      T* gates = (T*)s.gates + row * wide + first;
      const int64_t at = row * p.hidden + first;
      const T* cell = (const T*)s.cell + at;
      T *next_hidden = (T*)s.next_hidden + at, *next_cell = (T*)s.next_cell + at;
      for_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        const V in = apply<Sigmoid>(load_lanes(gates + i, n));
        const V forget = apply<Sigmoid>(load_lanes(gates + p.hidden + i, n));
        const V candidate = apply<Tanh>(load_lanes(gates + 2 * p.hidden + i, n));
        const V out = apply<Sigmoid>(load_lanes(gates + 3 * p.hidden + i, n));
        const V state = forget * load_lanes(cell + i, n) + in * candidate;
        store_lanes(gates + i, in, n);
        store_lanes(gates + p.hidden + i, forget, n);
        store_lanes(gates + 2 * p.hidden + i, candidate, n);
        store_lanes(gates + 3 * p.hidden + i, out, n);
        store_lanes(next_cell + i, state, n);
        store_lanes(next_hidden + i, out * apply<Tanh>(state), n);
      });
    }
  }
}

// With tc = tanh(c'): do = dh tc, dc += dh o (1 - tc²), di = dc g, dg = dc i, df = dc c, and
// through σ and tanh to the sums; dc f goes on to the step before.
template <class T>
void back_row(const Lstm& p, const LstmBackStep& s, int64_t row, int64_t first, int64_t cols) {
  using V = Vec<T>;
  const int64_t at = row * p.hidden + first, wide_at = row * 4 * p.hidden + first;
  const T* gates = (const T*)s.gates + wide_at;
  T *dsums = (T*)s.dsums + wide_at, *dstate = (T*)s.dstate + at;
  const auto given = [&](const void* data, int64_t place, int64_t n) WEFT_LAMBDA {
    return data ? load_lanes((const T*)data + place, n) : V(0);
  };
  for_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const V in = load_lanes(gates + i, n), forget = load_lanes(gates + p.hidden + i, n),
            candidate = load_lanes(gates + 2 * p.hidden + i, n),
            out = load_lanes(gates + 3 * p.hidden + i, n);
    const V bent = apply<Tanh>(load_lanes((const T*)s.cell + at + i, n));
    const V dh = given(s.dhidden, at + i, n) + given(s.later ? s.carried : nullptr, at + i, n);
    const V dc =
        load_lanes(dstate + i, n) + given(s.dcell, at + i, n) + dh * out * (V(1) - bent * bent);
    const auto outside = [&](int gate) WEFT_LAMBDA {
      return given(s.dgates, wide_at + gate * p.hidden + i, n);
    };
    const V din = dc * candidate + outside(0);
    const V dforget = dc * load_lanes((const T*)s.last_cell + at + i, n) + outside(1);
    const V dcandidate = dc * in + outside(2);
    const V dout = dh * bent + outside(3);
    store_lanes(dsums + i, din * in * (V(1) - in), n);
    store_lanes(dsums + p.hidden + i, dforget * forget * (V(1) - forget), n);
    store_lanes(dsums + 2 * p.hidden + i, dcandidate * (V(1) - candidate * candidate), n);
    store_lanes(dsums + 3 * p.hidden + i, dout * out * (V(1) - out), n);
    store_lanes(dstate + i, dc * forget, n);
  });
}

template <class T>
void lstm_back_step(const Lstm& p, const LstmBackStep& s, Range units) {
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit * kLstmColumns, cols = columns_of(p, unit);
    if (s.later)
      product(p.batch, cols, 4 * p.hidden, (const T*)s.later,
              (const T*)s.packed + unit * 4 * p.hidden * kLstmColumns, (T*)s.carried + first,
              p.hidden, false);
    for (int64_t row = 0; s.gates && row < p.batch; ++row) back_row<T>(p, s, row, first, cols);
  }
}

#define WEFT_LSTM(T) \
  { lstm_pack<T>, lstm_step<T>, lstm_back_step<T> }

extern const LstmKernels kLstms[kNumDTypes];
const LstmKernels kLstms[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_LSTM(float), WEFT_LSTM(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
