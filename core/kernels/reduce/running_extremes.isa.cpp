// Running maxima and minima (running_extremes.h): neighbouring columns together, the axis one step
// after the other. Where the axis is innermost some rows take turns, because each element of a row
// must wait for the one before.
#include "kernels/reduce/running_extremes.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

// Comparisons with NaN are false: a new NaN replaces a number, and nothing replaces a NaN.
template <bool kSmallest, class T>
WEFT_INLINE T extreme(T known, T next) {
  const bool stays = (kSmallest ? known <= next : known >= next) | (known != known);
  return stays ? known : next;
}

// `count` lines of `axis` elements. Neighbours in a line lie `step` elements apart, lines `apart`.
template <bool kSmallest, class S>
WEFT_INLINE void run_lines(const S* x, S* y, int64_t axis, int64_t step, int64_t count,
                           int64_t apart) {
  LaneType<S> known[kRunningColumns];
  for (int64_t line = 0; line < count; ++line) known[line] = to_lane(x[line * apart]);
  for (int64_t k = 0; k < axis; ++k)
    for (int64_t line = 0; line < count; ++line) {
      const int64_t at = k * step + line * apart;
      known[line] = extreme<kSmallest>(known[line], to_lane(x[at]));
      y[at] = from_lane<S>(known[line]);
    }
}

template <bool kSmallest, class S>
void run_extremes(const RunningExtreme& p, const void* x_data, void* y_data, Range units) {
  constexpr int64_t kTurns = 4;  // rows at a time, with what is known of them in registers
  const S* x = (const S*)x_data;
  S* y = (S*)y_data;
  const int64_t blocks = (p.inner + kRunningColumns - 1) / kRunningColumns;
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t column = unit % blocks * kRunningColumns;
    const int64_t first = unit / blocks * p.axis * p.inner + column;
    if (p.inner > 1) {
      const int64_t left = p.inner - column;
      run_lines<kSmallest>(x + first, y + first, p.axis, p.inner,
                           left < kRunningColumns ? left : kRunningColumns, 1);
      ++unit;
    } else if (units.end - unit >= kTurns) {
      run_lines<kSmallest>(x + first, y + first, p.axis, 1, kTurns, p.axis);
      unit += kTurns;
    } else {
      run_lines<kSmallest>(x + first, y + first, p.axis, 1, 1, 0);
      ++unit;
    }
  }
}

template <class S>
constexpr RunningExtremeKernel largest = run_extremes<false, S>;
template <class S>
constexpr RunningExtremeKernel smallest = run_extremes<true, S>;
const RunningExtremeKernel kRunningExtremes[2][kNumDTypes] = {WEFT_EVERY_DTYPE(largest),
                                                              WEFT_EVERY_DTYPE(smallest)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
