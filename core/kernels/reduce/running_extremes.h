// Running maxima and minima along one axis of dense arrays: element k is the largest (smallest) of
// the elements 0 to k. NaN stays once it has come. Of equal elements the first is kept.
#pragma once

#include "base/view.h"
#include "kernels/isa/declare_kernels.h"
#include "kernels/range.h"

namespace weft::kernels {

// Both arrays are (outer, axis, inner).
struct RunningExtreme {
  int64_t outer, axis, inner;  // extents before the axis, of it, and behind it
};
// A unit is a block of so many neighbouring columns of one outer index, or fewer at its end.
inline constexpr int64_t kRunningColumns = 64;
// `y` may be `x`.
using RunningExtremeKernel = void (*)(const RunningExtreme& problem, const void* x, void* y,
                                      Range units);

// [is it the smallest][dtype]
WEFT_KERNELS(extern const RunningExtremeKernel kRunningExtremes[2][kNumDTypes];)

}  // namespace weft::kernels
