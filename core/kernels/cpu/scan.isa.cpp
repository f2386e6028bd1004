// Linear recurrences: neighbouring columns side by side, along the axis one after the other.
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

template <class S>
void scan(const Scan& p, const void* factor_data, const void* term_data, void* out_data,
          Range units) {
  const S* factor = (const S*)factor_data;
  const S* term = (const S*)term_data;
  S* out = (S*)out_data;
  const int64_t blocks = (p.inner + kScanColumns - 1) / kScanColumns;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t column = unit % blocks * kScanColumns;
    const int64_t first = unit / blocks * p.axis * p.inner + column;
    const int64_t count = p.inner - column < kScanColumns ? p.inner - column : kScanColumns;
    if (factor && term) {
      scan_columns<S, true, true>(p, factor + first, term + first, out + first, count);
    } else if (factor) {
      scan_columns<S, true, false>(p, factor + first, nullptr, out + first, count);
    } else {
      scan_columns<S, false, true>(p, nullptr, term + first, out + first, count);
    }
  }
}

extern const ScanKernel kScans[kNumDTypes];
const ScanKernel kScans[kNumDTypes] = {nullptr,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       WEFT_KEPT(uint64_t, scan<uint64_t>),
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       WEFT_KEPT(int64_t, scan<uint64_t>),
                                       WEFT_KEPT(Float16, scan<Float16>),
                                       WEFT_KEPT(BFloat16, scan<BFloat16>),
                                       WEFT_KEPT(float, scan<float>),
                                       WEFT_KEPT(double, scan<double>)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
