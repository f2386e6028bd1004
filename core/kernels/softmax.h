// softmax and log_softmax of dense rows, for floating dtypes; half types compute in float32.
//
// The row's maximum is subtracted first; the sum has the order of kernels/reduce.h. A row that
// holds NaN or +inf, or only -inf, is NaN, as the formula says.
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

}  // namespace weft::kernels
