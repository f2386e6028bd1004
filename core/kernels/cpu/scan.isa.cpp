// Linear recurrences: neighbouring columns side by side, along the axis one after the other. Dense
// rows take turns, because each waits for its last sum.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

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

constexpr int kRowsAtOnce = 8;

template <class S, bool kHasFactor, bool kHasTerm>
void scan_rows(const Scan& p, const S* factor, const S* term, S* out) {
  using T = LaneType<S>;
  T state[kRowsAtOnce];
  for (T& start : state) start = T(p.start);
  for (int64_t k = 0; k < p.axis; ++k) {
    const int64_t first = p.reverse ? p.axis - 1 - k : k;
#pragma GCC unroll 8
    for (int row = 0; row < kRowsAtOnce; ++row) {
      const int64_t at = first + row * p.axis;
      if constexpr (kHasFactor) state[row] = state[row] * to_lane(factor[at]);
      if constexpr (kHasTerm) state[row] = state[row] + to_lane(term[at]);
      out[at] = from_lane<S>(state[row]);
    }
  }
}

template <class S, bool kHasFactor, bool kHasTerm>
void scan_units(const Scan& p, const S* factor, const S* term, S* out, Range units) {
  const int64_t blocks = (p.inner + kScanColumns - 1) / kScanColumns;
  const auto at = [](const S* data, int64_t first)
                      WEFT_LAMBDA { return data ? data + first : data; };
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t column = unit % blocks * kScanColumns;
    const int64_t first = unit / blocks * p.axis * p.inner + column;
    if (p.inner == 1 && units.end - unit >= kRowsAtOnce) {
      scan_rows<S, kHasFactor, kHasTerm>(p, at(factor, first), at(term, first), out + first);
      unit += kRowsAtOnce;
      continue;
    }
    const int64_t count = p.inner - column < kScanColumns ? p.inner - column : kScanColumns;
    scan_columns<S, kHasFactor, kHasTerm>(p, at(factor, first), at(term, first), out + first,
                                          count);
    ++unit;
  }
}

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

extern const ScanKernel kScans[kNumDTypes];
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
