// Normalisation of dense rows (layer and RMS normalisation), for floating dtypes. Half types
// compute in float32; they have the forward pass only.
//
// Forward: x̂ = (x - mean) / sqrt(variance + eps), y = x̂ gamma + beta. If not centred, mean is 0
// and the variance is the mean square. There are two passes over a row, which is in the cache by
// then: the one-pass formula loses all digits if mean² is far above the variance. Sums have the
// order of kernels/reduce/reduce_lanes.h; rows of at most 512 float32 elements are computed several
// side by side and have a shorter order.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Normalize {
  // Rows of `cols` dense elements.
  DType dtype;
  int64_t rows, cols;
  double eps;
  bool is_centred;
};

struct NormalizeForward {
  const void* x;
  const void* gamma;  // cols elements; null: 1
  const void* beta;   // cols elements; null: 0
  void* y;
};
// A unit is a row.
void run_normalize(const Normalize& problem, const NormalizeForward& operands, Range rows);

// gamma and the arrays are those of the forward pass.
struct NormalizeBackward {
  const void* dy;
  const void* x;
  const void* gamma;  // null: 1
  void* dx;
  // For each unit: cols elements of Σ dy x̂, then cols of Σ dy, over the unit's rows. Added up over
  // the units these are the gradients of gamma and of beta. Null: not wanted.
  void* sums;
};
// A unit of the gradient is a block of kNormalizeRows rows, whatever the number of threads.
inline constexpr int64_t kNormalizeRows = 32;
int64_t normalize_units(const Normalize& problem);
void run_normalize_gradient(const Normalize& problem, const NormalizeBackward& operands,
                            Range units);

}  // namespace weft::kernels
