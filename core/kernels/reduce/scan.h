// Linear recurrences along one axis of dense arrays: h[k] = factor[k] h[k-1] + term[k], with h[-1]
// = start. Without a factor they are running sums (cumsum), without a term running products.
//
// float16 and bfloat16 compute in float32 and round what they store; the state is not rounded.
// There are kernels for floating dtypes, int64 and uint64. Elements follow one after the other in
// every instruction set, so the bits agree.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// The arrays are (outer, axis, inner).
struct Scan {
  DType dtype;
  int64_t outer, axis, inner;  // extents before the axis, of it, and behind it
  bool reverse;                // begin at the last element
  double start;                // h[-1]
};
// A unit is a block of up to kScanColumns neighbouring columns of one outer index.
int64_t scan_units(const Scan& scan);

// `factor` or `term` may be null, not both. `out` may be one of them.
void run_scan(const Scan& scan, const void* factor, const void* term, void* out, Range units);

}  // namespace weft::kernels
