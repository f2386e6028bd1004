// Steps of recurrent cells: kernels/recurrent/recurrent.h. A unit's packed weights are read by
// every step and stay in the second-level cache of the core that runs the unit. The gates follow
// the product while its results are in the first-level cache.
#include "kernels/isa/isa_target.h"
#include "kernels/recurrent/recurrent_kernels_impl.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/matmul/gemm_impl.h"
#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"

// Like for_lanes, but with one copy of f, which is long code.
template <class T, class F>
WEFT_INLINE void for_all_lanes(int64_t cols, F f) {
  constexpr int kLanes = Vec<T>::kLanes;
  for (int64_t i = 0; i < cols; i += kLanes) f(i, cols - i);
}
// float32 gates have a second copy for whole vectors, which is faster.
template <class T, class F>
WEFT_INLINE void for_gates(int64_t cols, F f) {
  if constexpr (kIsSame<T, float>)
    for_lanes<T>(cols, f);
  else
    for_all_lanes<T>(cols, f);
}

constexpr int64_t kFetchedState = 32 * 1024;  // maximum of bytes that are prefetched at once

// Columns of a unit that exist.
WEFT_INLINE int64_t columns_of(const Recurrent& p, int64_t unit) {
  const int64_t rest = p.hidden - unit * kRecurrentColumns;
  return rest < kRecurrentColumns ? rest : kRecurrentColumns;
}

// The packed weights of a unit.
template <class T>
WEFT_INLINE const T* packed_of(const Recurrent& p, const void* packed, int64_t unit) {
  return (const T*)packed + unit * gates_of(p.cell) * p.hidden * kRecurrentColumns;
}

// Packs the weights of some columns; absent columns are zero.
template <class T>
WEFT_INLINE void pack_rows_of(const T* from, int64_t column, int64_t row, int64_t cols,
                              int64_t rows, T* to) {
  if (cols < kRecurrentColumns) __builtin_memset(to, 0, rows * kRecurrentColumns * sizeof(T));
  pack(from, column, row, cols, rows, to, kRecurrentColumns);
}

// Packs units [units.begin, units.end). The forward pass multiplies by the transposed weights,
// the backward pass by the weights.
template <class T>
void recurrent_pack(const Recurrent& p, const void* weight, bool is_backward, void* packed,
                    Range units) {
  const T* w = (const T*)weight;
  const int64_t gates = gates_of(p.cell);
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    T* to = const_cast<T*>(packed_of<T>(p, packed, unit));
    const int64_t first = unit * kRecurrentColumns, cols = columns_of(p, unit);
    // Backward: rows of the weights as they lie.
    if (is_backward) {
      pack_rows_of(w + first, 1, p.hidden, cols, gates * p.hidden, to);
      continue;
    }
    // Forward: each gate's rows, transposed.
    for (int64_t gate = 0; gate < gates; ++gate)
      pack_rows_of(w + (gate * p.hidden + first) * p.hidden, p.hidden, 1, cols, p.hidden,
                   to + gate * p.hidden * kRecurrentColumns);
  }
}

// C (+)= A B for `cols` columns of a unit and `k` columns of A, whose rows are a_row apart.
template <class T>
WEFT_INLINE void multiply_packed(int64_t rows, int64_t cols, int64_t k, const T* a, int64_t a_row,
                                 const T* b, T* c, int64_t c_row, bool accumulate) {
  BlockProduct<T> block;
  block.rows = rows;
  block.cols = cols;
  block.k = k;
  block.a = a;
  block.a_row = a_row;
  block.a_packed = false;
  block.panel_rows = balanced_rows_at<T>(rows, a_row * sizeof(T));
  block.b = b;
  block.b_row = kRecurrentColumns;
  block.b_panel = kTileCols<T>;
  block.c = c;
  block.c_row = c_row;
  block.accumulate = accumulate;
  multiply_block(block);
}

// Copies rows: `from` with from_stride, `to` with `stride`.
template <class T>
WEFT_INLINE void copy_rows(const T* from, int64_t from_stride, T* to, int64_t stride, int64_t rows,
                           int64_t cols) {
  for (int64_t row = 0; from != to && row < rows; ++row)
    __builtin_memcpy(to + row * stride, from + row * from_stride, cols * sizeof(T));
}

// Where the sums of a gate are: rows of a unit's columns.
template <class T>
struct GateSums {
  T* first;
  int64_t row;
};

// Few rows by several gates side by side. The sums of one gate alone would wait for each other: a
// processor starts two products a cycle, and each takes four cycles.
template <class T>
struct FewRowsOfGates {
  using V = Vec<T>;
  static constexpr int kVectors = kRecurrentColumns / V::kLanes;
  static constexpr int kMaxRows = 2;
  // rows times gates, so that there are eight vectors of sums
  static constexpr int kTogether = kVectors < 8 ? 8 / kVectors : 1;

  const Recurrent& p;
  const T* hidden;
  const T* packed;
  const GateSums<T>* sums;

  template <int kRows, int kGates>
  WEFT_INLINE void add(int64_t gate) const {
    V totals[kRows][kGates][kVectors];
    // Calls use(row, gate, vector, where the sum is stored) for all sums.
    const auto each = [&](auto use) WEFT_LAMBDA {
      WEFT_UNROLL
      for (int r = 0; r < kRows; ++r) {
        WEFT_UNROLL
        for (int g = 0; g < kGates; ++g) {
          WEFT_UNROLL
          for (int v = 0; v < kVectors; ++v) {
            const GateSums<T>& of = sums[gate + g];
            use(r, g, v, of.first + r * of.row + v * V::kLanes);
          }
        }
      }
    };
    // The sums are read once, stay in registers over all of k, and are stored at the end.
    each([&](int r, int g, int v, T* at) WEFT_LAMBDA { totals[r][g][v] = Memory<T>::load(at); });
    const T* b = packed + gate * p.hidden * kRecurrentColumns;
    for (int64_t k = 0; k < p.hidden; ++k, b += kRecurrentColumns)
      each([&](int r, int g, int v, T*) WEFT_LAMBDA {
        const T* right = b + g * p.hidden * kRecurrentColumns + v * V::kLanes;
        totals[r][g][v] =
            fma_(V(hidden[r * p.hidden + k]), Memory<T>::load(right), totals[r][g][v]);
      });
    each([&](int r, int g, int v, T* at) WEFT_LAMBDA { Memory<T>::store(at, totals[r][g][v]); });
  }

  // All gates, as many at a time as have sums for eight vectors.
  template <int kRows>
  void add_all(int64_t gates) const {
    constexpr int kMax = kTogether / kRows;
    int64_t gate = 0;
    if constexpr (kMax >= 4)
      for (; gate + 4 <= gates; gate += 4) add<kRows, 4>(gate);
    if constexpr (kMax >= 3)
      for (; gate + 3 <= gates; gate += 3) add<kRows, 3>(gate);
    if constexpr (kMax >= 2)
      for (; gate + 2 <= gates; gate += 2) add<kRows, 2>(gate);
    for (; gate < gates; ++gate) add<kRows, 1>(gate);
  }
  // One or two rows, see pays().
  void run(int64_t gates) const {
    if (p.batch == 1)
      add_all<1>(gates);
    else if constexpr (kTogether > 1)
      add_all<2>(gates);
  }
  static bool pays(const Recurrent& p, int64_t cols) {
    return kTogether > 1 && p.batch > 0 && p.batch <= kMaxRows && cols == kRecurrentColumns;
  }
};

// Adds products that were computed elsewhere: RecurrentStep::made.
WEFT_INLINE void add_made(const Recurrent& p, int64_t gates, int64_t cols, const float* made,
                          const GateSums<float>* sums) {
  for (int64_t row = 0; row < p.batch; ++row) {
    for (int64_t gate = 0; gate < gates; ++gate, made += kRecurrentColumns) {
      float* const to = sums[gate].first + row * sums[gate].row;
      for_all_lanes<float>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        store_lanes(to + i, load_lanes(to + i, n) + load_lanes(made + i, n), n);
      });
    }
  }
}

// The sums of a step: copies those of the data to `to`, and adds the hidden state's products with
// the unit's columns of each gate to `sums`.
template <class T>
WEFT_INLINE void add_products(const Recurrent& p, const RecurrentStep& s, int64_t unit, T* to,
                              const GateSums<T>* sums) {
  const int64_t gates = gates_of(p.cell), wide = gates * p.hidden;
  const int64_t first = unit * kRecurrentColumns, cols = columns_of(p, unit);
  const T *hidden = (const T*)s.hidden, *packed = packed_of<T>(p, s.packed, unit);
  const bool is_few = FewRowsOfGates<T>::pays(p, cols);
  const bool is_made = kIsSame<T, float> && s.made;
  for (int64_t gate = 0; gate < gates; ++gate) {
    const int64_t at = gate * p.hidden + first;
    const T* data = (const T*)s.sums + at;
    // The next gate's sums of the data are prefetched during this gate's product.
    prefetch_rows<true>(data + (gate + 1 < gates ? p.hidden : kRecurrentColumns - gate * p.hidden),
                        balanced_rows<T>(p.batch), wide * sizeof(T), cols * sizeof(T));
    copy_rows(data, wide, to + at, wide, p.batch, cols);
    if (!is_few && !is_made)
      multiply_packed(p.batch, cols, p.hidden, hidden, p.hidden,
                      packed + gate * p.hidden * kRecurrentColumns, sums[gate].first,
                      sums[gate].row, true);
  }
  if constexpr (kIsSame<T, float>) {
    if (s.made) return add_made(p, gates, cols, s.made, sums);
  }
  if (is_few) FewRowsOfGates<T>{p, hidden, packed, sums}.run(gates);
}

// What follows the sums of the gates is in a loop of its own. tanh of a state can only begin when
// all gates of its lanes are computed, and a processor does not look ahead as far as the next
// lanes.
//
// c' = f c + i g and h' = o tanh(c'), with i, f and o through the sigmoid and g through tanh.
template <class T>
void lstm_gates(const Recurrent& p, const RecurrentStep& s, int64_t first, int64_t cols) {
  using V = Vec<T>;
  for (int64_t row = 0; row < p.batch; ++row) {
    T* gates = (T*)s.gates + row * 4 * p.hidden + first;
    const int64_t at = row * p.hidden + first;
    const T* cell = (const T*)s.cell + at;
    T* next_cell = (T*)s.next_cell + at;
    for_gates<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const V in = apply<Sigmoid>(load_lanes(gates + i, n));
      const V forget = apply<Sigmoid>(load_lanes(gates + p.hidden + i, n));
      const V candidate = apply<Tanh>(load_lanes(gates + 2 * p.hidden + i, n));
      const V out = apply<Sigmoid>(load_lanes(gates + 3 * p.hidden + i, n));
      store_lanes(gates + i, in, n);
      store_lanes(gates + p.hidden + i, forget, n);
      store_lanes(gates + 2 * p.hidden + i, candidate, n);
      store_lanes(gates + 3 * p.hidden + i, out, n);
      store_lanes(next_cell + i, forget * load_lanes(cell + i, n) + in * candidate, n);
    });
  }
  for (int64_t row = 0; row < p.batch; ++row) {
    const T* out = (const T*)s.gates + (row * 4 + 3) * p.hidden + first;
    const int64_t at = row * p.hidden + first;
    for_gates<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const V bent = apply<Tanh>(load_lanes((const T*)s.next_cell + at + i, n));
      store_lanes((T*)s.next_hidden + at + i, load_lanes(out + i, n) * bent, n);
    });
  }
}

// The same division into two loops. h' = n + z (h - n) with n = tanh(a + r q), where a is the sum
// of the data and q the product of the hidden state, plus its bias.
template <class T>
void gru_gates(const Recurrent& p, const RecurrentStep& s, int64_t first, int64_t cols) {
  using V = Vec<T>;
  for (int64_t row = 0; row < p.batch; ++row) {
    T* gates = (T*)s.gates + row * 3 * p.hidden + first;
    const T* products = (const T*)s.product + row * p.hidden + first;
    for_gates<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const V reset = apply<Sigmoid>(load_lanes(gates + i, n));
      const V update = apply<Sigmoid>(load_lanes(gates + p.hidden + i, n));
      const V sum = load_lanes(gates + 2 * p.hidden + i, n) + reset * load_lanes(products + i, n);
      store_lanes(gates + i, reset, n);
      store_lanes(gates + p.hidden + i, update, n);
      store_lanes(gates + 2 * p.hidden + i, sum, n);
    });
  }
  for (int64_t row = 0; row < p.batch; ++row) {
    T* gates = (T*)s.gates + row * 3 * p.hidden + first;
    const int64_t at = row * p.hidden + first;
    for_all_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const V next = apply<Tanh>(load_lanes(gates + 2 * p.hidden + i, n));
      const V update = load_lanes(gates + p.hidden + i, n);
      store_lanes(gates + 2 * p.hidden + i, next, n);
      store_lanes((T*)s.next_hidden + at + i,
                  next + update * (load_lanes((const T*)s.hidden + at + i, n) - next), n);
    });
  }
}

// A cell without gates: the new state is tanh or relu of its sums, in place.
template <class T>
void plain_gates(const Recurrent& p, const RecurrentStep& s, int64_t first, int64_t cols) {
  for (int64_t row = 0; row < p.batch; ++row) {
    T* next = (T*)s.next_hidden + row * p.hidden + first;
    for_all_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const Vec<T> sum = load_lanes(next + i, n);
      store_lanes(next + i, p.cell == Cell::kRelu ? apply<Relu>(sum) : apply<Tanh>(sum), n);
    });
  }
}

// Units are independent; `sums` and `gates` may be the same memory.
template <class T>
void recurrent_step(const Recurrent& p, const RecurrentStep& s, Range units) {
  const int64_t gates = gates_of(p.cell);
  T* const to = (T*)(gates == 1 ? s.next_hidden : s.gates);
  // The parts of the state that other threads have just computed are in their caches.
  if (!s.made && p.batch * p.hidden * int64_t{sizeof(T)} <= kFetchedState)
    prefetch_rows<false>(s.hidden, 1, 0, p.batch * p.hidden * sizeof(T));
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit * kRecurrentColumns, cols = columns_of(p, unit);
    GateSums<T> sums[4];
    for (int64_t gate = 0; gate < gates; ++gate)
      sums[gate] = {to + gate * p.hidden + first, gates * p.hidden};
    if (p.cell == Cell::kGru) {
      // The third product of a GRU begins with its bias, apart from the data's sum.
      sums[2] = {(T*)s.product + first, p.hidden};
      copy_rows((const T*)s.bias + first, 0, sums[2].first, p.hidden, p.batch, cols);
    }
    add_products(p, s, unit, to, sums);
    if (p.cell == Cell::kLstm) {
      lstm_gates<T>(p, s, first, cols);
    } else if (p.cell == Cell::kGru) {
      gru_gates<T>(p, s, first, cols);
    } else {
      plain_gates<T>(p, s, first, cols);
    }
  }
}

// An element of an array that may be absent.
template <class T>
WEFT_INLINE Vec<T> given(const void* data, int64_t place, int64_t n) {
  return data ? load_lanes((const T*)data + place, n) : Vec<T>(0);
}

// With tc = tanh(c'): do = dh tc, dc += dh o (1 - tc²), di = dc g, dg = dc i, df = dc c, and then
// through σ and tanh to the sums; dc f goes on to the step before.
template <class T>
void lstm_back_row(const Recurrent& p, const RecurrentBackStep& s, int64_t row, int64_t first,
                   int64_t cols) {
  using V = Vec<T>;
  const int64_t at = row * p.hidden + first, wide_at = row * 4 * p.hidden + first;
  const T* gates = (const T*)s.gates + wide_at;
  T *dsums = (T*)s.dsums + wide_at, *dstate = (T*)s.dstate + at;
  for_all_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const V in = load_lanes(gates + i, n), forget = load_lanes(gates + p.hidden + i, n),
            candidate = load_lanes(gates + 2 * p.hidden + i, n),
            out = load_lanes(gates + 3 * p.hidden + i, n);
    const V bent = apply<Tanh>(load_lanes((const T*)s.cell + at + i, n));
    const V dh =
        given<T>(s.dhidden, at + i, n) + given<T>(s.later ? s.carried : nullptr, at + i, n);
    const V dc =
        load_lanes(dstate + i, n) + given<T>(s.dcell, at + i, n) + dh * out * (V(1) - bent * bent);
    // Cotangents of the gates themselves, from outside.
    const auto outside = [&](int gate) WEFT_LAMBDA {
      return given<T>(s.dgates, wide_at + gate * p.hidden + i, n);
    };
    const V din = dc * candidate + outside(0);
    const V dforget = dc * load_lanes((const T*)s.last + at + i, n) + outside(1);
    const V dcandidate = dc * in + outside(2);
    const V dout = dh * bent + outside(3);
    store_lanes(dsums + i, din * in * (V(1) - in), n);
    store_lanes(dsums + p.hidden + i, dforget * forget * (V(1) - forget), n);
    store_lanes(dsums + 2 * p.hidden + i, dcandidate * (V(1) - candidate * candidate), n);
    store_lanes(dsums + 3 * p.hidden + i, dout * out * (V(1) - out), n);
    store_lanes(dstate + i, dc * forget, n);
  });
}

// dn = dh (1 - z), dz = dh (h - n), through tanh da = dn (1 - n²), dr = da q, dq = da r; dh z goes
// on to the state before.
template <class T>
void gru_back_row(const Recurrent& p, const RecurrentBackStep& s, int64_t row, int64_t first,
                  int64_t cols) {
  using V = Vec<T>;
  const int64_t at = row * p.hidden + first, wide_at = row * 3 * p.hidden + first;
  const T* gates = (const T*)s.gates + wide_at;
  T *dsums = (T*)s.dsums + wide_at, *carried = (T*)s.carried + at;
  for_all_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const V reset = load_lanes(gates + i, n), update = load_lanes(gates + p.hidden + i, n),
            next = load_lanes(gates + 2 * p.hidden + i, n);
    // The state's cotangent comes from the next step and from outside.
    const V dh = load_lanes(carried + i, n) + given<T>(s.dhidden, at + i, n);
    const auto outside = [&](int gate) WEFT_LAMBDA {
      return given<T>(s.dgates, wide_at + gate * p.hidden + i, n);
    };
    const V dupdate = dh * (load_lanes((const T*)s.last + at + i, n) - next) + outside(1);
    const V dnext = dh * (V(1) - update) + outside(2);
    const V dsum = dnext * (V(1) - next * next);
    const V dreset = dsum * load_lanes((const T*)s.product + at + i, n) + outside(0);
    store_lanes(dsums + i, dreset * reset * (V(1) - reset), n);
    store_lanes(dsums + p.hidden + i, dupdate * update * (V(1) - update), n);
    store_lanes(dsums + 2 * p.hidden + i, dsum, n);
    store_lanes((T*)s.dproduct_sums + at + i, dsum * reset + given<T>(s.dproduct, at + i, n), n);
    store_lanes(carried + i, dh * update, n);
  });
}

// The slope of tanh or relu, from the state that it gave.
template <class T>
void plain_back_row(const Recurrent& p, const RecurrentBackStep& s, int64_t row, int64_t first,
                    int64_t cols) {
  using V = Vec<T>;
  const int64_t at = row * p.hidden + first;
  for_all_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const V state = load_lanes((const T*)s.gates + at + i, n);
    const V dh =
        given<T>(s.dhidden, at + i, n) + given<T>(s.later ? s.carried : nullptr, at + i, n);
    const V slope = p.cell == Cell::kRelu ? select(state > V(0), V(1), V(0)) : V(1) - state * state;
    store_lanes((T*)s.dsums + at + i, dh * slope, n);
  });
}

// First the next step's cotangents come back through the weights, then the gates of this step.
template <class T>
void recurrent_back_step(const Recurrent& p, const RecurrentBackStep& s, Range units) {
  const bool is_gru = p.cell == Cell::kGru;
  const int64_t wide = gates_of(p.cell) * p.hidden;
  // The GRU's third product has cotangents of its own (later_product).
  const int64_t through_sums = is_gru ? 2 * p.hidden : wide;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit * kRecurrentColumns, cols = columns_of(p, unit);
    const T* packed = packed_of<T>(p, s.packed, unit);
    T* carried = (T*)s.carried + first;
    if (s.later)
      multiply_packed(p.batch, cols, through_sums, (const T*)s.later, wide, packed, carried,
                      p.hidden, is_gru);
    if (s.later && is_gru)
      multiply_packed(p.batch, cols, p.hidden, (const T*)s.later_product, p.hidden,
                      packed + through_sums * kRecurrentColumns, carried, p.hidden, true);
    // Without dsums only the cotangent of the first state is wanted.
    for (int64_t row = 0; s.dsums && row < p.batch; ++row) {
      if (p.cell == Cell::kLstm) {
        lstm_back_row<T>(p, s, row, first, cols);
      } else if (is_gru) {
        gru_back_row<T>(p, s, row, first, cols);
      } else {
        plain_back_row<T>(p, s, row, first, cols);
      }
    }
  }
}

#define WEFT_RECURRENT(T)                                               \
  {                                                                     \
    WEFT_LAYER(T, recurrent_pack<T>), WEFT_LAYER(T, recurrent_step<T>), \
        WEFT_LAYER(T, recurrent_back_step<T>)                           \
  }

const RecurrentKernels kRecurrents[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_RECURRENT(float), WEFT_RECURRENT(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
