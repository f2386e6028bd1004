// softmax, log_softmax and cross entropy of rows of dense arrays, for floating dtypes; half types
// compute in float32. A row's elements are neighbours, or apart by `inner` elements, as along an
// axis that is not the last.
//
// The row's maximum is subtracted first, so that no exponential overflows. The order of the sum
// depends on the row's length alone. A row with NaN or +inf gives NaN, as the formula says. A row
// of -inf alone (a mask has hidden everything) has a softmax of 0, and -inf for the logarithm.
//
// Short rows leave most of a vector empty, and folding it takes longer than the row. So some of
// them at a time are transposed, and each lane has a row. float32 rows whose elements are apart are
// columns already; those of other types are transposed into rows.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Softmax {
  // logarithm: log_softmax.
  DType dtype;
  int64_t rows, cols;  // a unit is a row
  bool logarithm;
  // Distance of a row's elements, in an array of [rows / inner][cols][inner]. Losses and labels are
  // [rows].
  int64_t inner = 1;
};
// Bytes of scratch that a thread needs to read so many arrays of rows; 0 if inner is 1.
int64_t softmax_scratch(const Softmax& problem, int arrays);

// y may be x. Scratch for one array.
void run_softmax(const Softmax& problem, const void* x, void* y, Range rows, void* scratch);

// From the result y and its cotangent: dx = y (dy - Σ dy y); for the logarithm dx = dy - exp(y) Σ
// dy. Scratch for two arrays.
void run_softmax_gradient(const Softmax& problem, const void* dy, const void* y, void* dx,
                          Range rows, void* scratch);

// Cross entropy of a row and its label: loss = log Σ exp(x) - x[label]. Labels are in [-cols,
// cols); negative ones count from the end. Gradient: dx = dloss (softmax(x) - [label]), where
// [label] is 1 at the label. Scratch for one array.
void run_cross_entropy(const Softmax& problem, const void* x, const int64_t* labels, void* loss,
                       Range rows, void* scratch);
void run_cross_entropy_gradient(const Softmax& problem, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows, void* scratch);

}  // namespace weft::kernels
