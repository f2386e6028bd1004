// Resampling along one axis of dense arrays: each result is a weighted sum of neighbouring
// elements.
//
// A table says which: row o of it has the first element, how many, and their weights. The
// transposed problem adds each result's share back to the elements that made it, in the order of
// the results. Kernels: float32 and float64.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// How results lie over elements. Coordinates are those of PyTorch's interpolate: without
// align_corners, elements are cells and o lies at (o + 1/2) in / out - 1/2; with it the outer ones
// lie over each other, at o (in - 1) / (out - 1).
enum class Sampling : uint8_t {
  kNearest,       // the element at floor(o in / out)
  kNearestExact,  // the one whose cell has the middle of the result's
  kLinear,
  kCubic,  // Keys (1981), with a = -3/4, and -1/2 where it is antialiased
  kArea,   // the mean of the elements that a result's cell touches
};

struct Resample {
  DType dtype;
  Sampling sampling;
  bool align_corners;
  bool antialias;  // linear and cubic: the filter is as wide as a step between results
  int64_t outer, in, out, inner;  // extents before the axis, of it, and behind it
};

// The table, in the problem's dtype; 8-byte aligned.
int64_t resample_table_bytes(const Resample& problem);
void fill_resample_table(const Resample& problem, void* table);

// y (outer, out, inner) from x (outer, in, inner).
int64_t resample_units(const Resample& problem);
void run_resample(const Resample& problem, const void* table, const void* x, void* y, Range units);

// dx (outer, in, inner) from dy (outer, out, inner).
int64_t resample_adjoint_units(const Resample& problem);
void run_resample_adjoint(const Resample& problem, const void* table, const void* dy, void* dx,
                          Range units);

}  // namespace weft::kernels
