// Resampling along one axis of dense arrays (interpolation): each result is a weighted sum of
// neighbouring elements.
//
// A table says which ones: its row o has the first element, their number, and their weights. The
// adjoint adds each result's share back to the elements that made it, in the order of the results.
// Kernels: float32 and float64.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// How results lie over elements. Coordinates are those of PyTorch's interpolate. Without
// align_corners, elements are cells, and result o lies at (o + 1/2) in / out - 1/2. With it the
// outer results lie on the outer elements: at o (in - 1) / (out - 1).
enum class Sampling : uint8_t {
  kNearest,       // the element at floor(o in / out)
  kNearestExact,  // the element whose cell has the middle of the result's cell
  kLinear,
  kCubic,  // Keys (1981) with a = -3/4, or -1/2 with antialias
  kArea,   // the mean of the elements that the result's cell touches
};

struct Resample {
  DType dtype;
  Sampling sampling;
  bool align_corners;
  bool antialias;  // linear and cubic: the filter is as wide as the distance of results
  int64_t outer, in, out, inner;  // extents before the axis, of it (in x and in y), and behind it
};

// The table in the problem's dtype, aligned to 8 bytes. It depends on the problem alone.
int64_t resample_table_bytes(const Resample& problem);
void fill_resample_table(const Resample& problem, void* table);

// y (outer, out, inner) from x (outer, in, inner). A unit is one (outer, out).
int64_t resample_units(const Resample& problem);
void run_resample(const Resample& problem, const void* table, const void* x, void* y, Range units);

// dx (outer, in, inner) from dy (outer, out, inner), overwritten. A unit is a block of columns of
// one outer index.
int64_t resample_adjoint_units(const Resample& problem);
void run_resample_adjoint(const Resample& problem, const void* table, const void* dy, void* dx,
                          Range units);

}  // namespace weft::kernels
