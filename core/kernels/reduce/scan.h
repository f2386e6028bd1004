// Linear recurrences along one axis of dense arrays: h[k] = factor[k] h[k-1] + term[k], from
// h[-1] = start. Without a factor they are running sums, without a term running products.
//
// float16 and bfloat16 compute in float32 and round what they store. Kernels: the floating dtypes,
// int64 and uint64. Elements follow one after the other, whatever the instruction set.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Scan {
  DType dtype;
  int64_t outer, axis, inner;  // extents before, of and behind the axis
  bool reverse;                // from the last element to the first
  double start;
};
int64_t scan_units(const Scan& scan);

// Either of factor and term may be null.
void run_scan(const Scan& scan, const void* factor, const void* term, void* out, Range units);

}  // namespace weft::kernels
