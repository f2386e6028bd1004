// Linear recurrences (scan.h): neighbouring columns in lanes, the axis one step after the other.
//
// Where the axis is innermost (inner is 1), rows are transposed into such columns, some elements at
// a time. Rows too short for that are computed a few in turn, because each must wait for its own
// last result.
#include "kernels/isa/isa_target.h"
#include "kernels/reduce/scan_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

// Columns of one unit; compilers vectorise the inner loops. The state of a column is its last h.
template <class S, bool kHasFactor, bool kHasTerm>
void scan_columns(const Scan& p, const S* factor, const S* term, S* out, int64_t count) {
  using T = LaneType<S>;
  T state[kScanColumns];
  for (int64_t c = 0; c < count; ++c) state[c] = T(p.start);
  for (int64_t k = 0; k < p.axis; ++k) {
    const int64_t at = (p.reverse ? p.axis - 1 - k : k) * p.inner;
    for (int64_t c = 0; c < count; ++c) {
      T next = state[c];
      if constexpr (kHasFactor) next = next * to_lane(factor[at + c]);
      if constexpr (kHasTerm) next = next + to_lane(term[at + c]);
      state[c] = next;
      out[at + c] = from_lane<S>(next);
    }
  }
}

// Some rows at the same time, element by element: their chains of operations are independent.
template <class S, bool kHasFactor, bool kHasTerm, int kRows>
void take_turns(const Scan& p, const S* factor, const S* term, S* out) {
  using T = LaneType<S>;
  T state[kRows];
  for (T& start : state) start = T(p.start);
  for (int64_t k = 0; k < p.axis; ++k) {
    const int64_t first = p.reverse ? p.axis - 1 - k : k;
    WEFT_UNROLL
    for (int row = 0; row < kRows; ++row) {
      const int64_t at = first + row * p.axis;
      if constexpr (kHasFactor) state[row] = state[row] * to_lane(factor[at]);
      if constexpr (kHasTerm) state[row] = state[row] + to_lane(term[at]);
      out[at] = from_lane<S>(state[row]);
    }
  }
}

constexpr int64_t kTransposed = 64;  // elements of a row that are transposed at a time

// Up to a vector of rows. `out` may be one of the operands: a part is read before it is written.
template <class T, bool kHasFactor, bool kHasTerm>
void scan_rows(const Scan& p, int64_t rows, const T* factor, const T* term, T* out) {
  constexpr int kLanes = Vec<T>::kLanes;
  T factors[kHasFactor ? kTransposed * kLanes : 1], terms[kHasTerm ? kTransposed * kLanes : 1];
  T* const sums = kHasTerm ? terms : factors;
  Vec<T> state(T(p.start));
  for (int64_t done = 0; done < p.axis; done += kTransposed) {
    const int64_t count = p.axis - done < kTransposed ? p.axis - done : kTransposed;
    const int64_t first = p.reverse ? p.axis - done - count : done;
    if constexpr (kHasFactor) pack_transposed(factor + first, p.axis, rows, count, factors, kLanes);
    if constexpr (kHasTerm) pack_transposed(term + first, p.axis, rows, count, terms, kLanes);
    for (int64_t k = 0; k < count; ++k) {
      const int64_t at = (p.reverse ? count - 1 - k : k) * kLanes;
      if constexpr (kHasFactor) state = state * Memory<T>::load(factors + at);
      if constexpr (kHasTerm) state = state + Memory<T>::load(terms + at);
      Memory<T>::store(sums + at, state);
    }
    // Only whole vectors of columns are transposed back: a part of one would write zeros over
    // elements that are there already.
    const int64_t whole = count / kLanes * kLanes;
    pack_transposed(sums, int64_t{kLanes}, whole, rows, out + first, p.axis);
    for (int64_t col = whole; col < count; ++col)
      for (int64_t row = 0; row < rows; ++row)
        out[row * p.axis + first + col] = sums[col * kLanes + row];
  }
}

// Scans some rows, at most `maximum`, and returns how many. Halves are computed in turn: converting
// them takes most of the time, so transposing gains nothing.
template <class S, bool kHasFactor, bool kHasTerm>
int64_t scan_some_rows(const Scan& p, int64_t maximum, const S* factor, const S* term, S* out) {
  constexpr int kTurns = 4;
  constexpr bool kTurnsRows = kIsSame<S, LaneType<S>>;
  if (maximum >= kTurns && (!kTurnsRows || p.axis < kTransposed)) {
    take_turns<S, kHasFactor, kHasTerm, kTurns>(p, factor, term, out);
    return kTurns;
  }
  if constexpr (kTurnsRows) {
    if (maximum > 1) {
      const int64_t rows = maximum < Vec<S>::kLanes ? maximum : int64_t{Vec<S>::kLanes};
      scan_rows<S, kHasFactor, kHasTerm>(p, rows, factor, term, out);
      return rows;
    }
  }
  take_turns<S, kHasFactor, kHasTerm, 1>(p, factor, term, out);
  return 1;
}

// Null operands stay null whatever the offset.
template <class S, bool kHasFactor, bool kHasTerm>
void scan_units(const Scan& p, const S* factor, const S* term, S* out, Range units) {
  const int64_t blocks = (p.inner + kScanColumns - 1) / kScanColumns;
  const auto at = [](const S* data, int64_t first)
                      WEFT_LAMBDA { return data ? data + first : data; };
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t column = unit % blocks * kScanColumns;
    const int64_t first = unit / blocks * p.axis * p.inner + column;
    if (p.inner == 1) {
      unit += scan_some_rows<S, kHasFactor, kHasTerm>(p, units.end - unit, at(factor, first),
                                                      at(term, first), out + first);
      continue;
    }
    const int64_t count = p.inner - column < kScanColumns ? p.inner - column : kScanColumns;
    scan_columns<S, kHasFactor, kHasTerm>(p, at(factor, first), at(term, first), out + first,
                                          count);
    ++unit;
  }
}

// Compiled three times, for the operands that there are.
template <class S>
void scan(const Scan& p, const void* factor_data, const void* term_data, void* out_data,
          Range units) {
  const S* factor = (const S*)factor_data;
  const S* term = (const S*)term_data;
  S* out = (S*)out_data;
  if (factor && term) {
    scan_units<S, true, true>(p, factor, term, out, units);
  } else if (factor) {
    scan_units<S, true, false>(p, factor, nullptr, out, units);
  } else {
    scan_units<S, false, true>(p, nullptr, term, out, units);
  }
}

// Both signs of int64 share a kernel: integers wrap.
const ScanKernel kScans[kNumDTypes] = {nullptr,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       WEFT_ENTRY(uint64_t, scan<uint64_t>),
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       WEFT_ENTRY(int64_t, scan<uint64_t>),
                                       WEFT_ENTRY(Float16, scan<Float16>),
                                       WEFT_ENTRY(BFloat16, scan<BFloat16>),
                                       WEFT_ENTRY(float, scan<float>),
                                       WEFT_ENTRY(double, scan<double>)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
