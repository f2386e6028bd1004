// softmax, log_softmax and cross entropy of rows of dense arrays, for floating dtypes; half types
// compute in float32. A row's elements are neighbours, or lie apart, as along an axis that is not
// the last.
//
// The row's maximum is subtracted first; the sum has an order that depends on the row's length
// alone. A row that holds NaN or +inf is NaN, as the formula says. One of -inf alone, from which a
// mask has taken everything, has a softmax of 0, of which the logarithm is -inf.
//
// Short rows of float32 leave most of a vector empty, and folding it costs more than they do: their
// elements are turned into columns, some rows at a time, so that a lane has a row. Rows of float32
// whose elements lie apart are columns already; those of other types are turned into rows.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Softmax {
  DType dtype;
  int64_t rows, cols;  // a unit is a row
  bool logarithm;
  // Elements of a row lie so far apart, in an array of [rows / inner][cols][inner]; losses and
  // labels are [rows].
  int64_t inner = 1;
};
// Bytes of scratch that a thread needs to read so many arrays of rows; none where inner is 1.
int64_t softmax_scratch(const Softmax& problem, int arrays);

void run_softmax(const Softmax& problem, const void* x, void* y, Range rows, void* scratch);

// From the result y and its cotangent: dx = y (dy - Σ dy y), of the logarithm dy - exp(y) Σ dy.
// Reads two arrays, all others one.
void run_softmax_gradient(const Softmax& problem, const void* dy, const void* y, void* dx,
                          Range rows, void* scratch);

// Cross entropy of a row and its label: loss = log Σ exp(x) - x[label]; the labels are in
// [-cols, cols), negative ones count back. Gradient: dx = dloss (softmax(x) - [label]).
void run_cross_entropy(const Softmax& problem, const void* x, const int64_t* labels, void* loss,
                       Range rows, void* scratch);
void run_cross_entropy_gradient(const Softmax& problem, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows, void* scratch);

}  // namespace weft::kernels
