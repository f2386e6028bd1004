// softmax and log_softmax of dense rows, for floating dtypes; half types compute in float32.
//
// The row's maximum is subtracted first; the sum has an order that depends on the row's length
// alone. A row that holds NaN or +inf, or only -inf, is NaN, as the formula says.
//
// Short rows of float32 leave most of a vector empty, and folding it costs more than they do: their
// elements are turned into columns, some rows at a time, so that a lane has a row.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Softmax {
  DType dtype;
  int64_t rows, cols;  // a unit is a row
  bool logarithm;
};
void run_softmax(const Softmax& problem, const void* x, void* y, Range rows);
// Of columns, as along an axis that is not the last: row r begins at x + r, its elements lie
// `stride` apart. `takes_columns` says of what.
bool takes_columns(const Softmax& problem);
void run_softmax_of_columns(const Softmax& problem, const void* x, int64_t stride, void* y,
                            Range rows);

// From the result y and its cotangent: dx = y (dy - Σ dy y), of the logarithm dy - exp(y) Σ dy.
void run_softmax_gradient(const Softmax& problem, const void* dy, const void* y, void* dx,
                          Range rows);

// Cross entropy of a row and its label: loss = log Σ exp(x) - x[label]; the labels are in
// [-cols, cols), negative ones count back. Gradient: dx = dloss (softmax(x) - [label]).
void run_cross_entropy(const Softmax& problem, const void* x, const int64_t* labels, void* loss,
                       Range rows);
void run_cross_entropy_gradient(const Softmax& problem, const void* dloss, const void* x,
                                const int64_t* labels, void* dx, Range rows);

}  // namespace weft::kernels
