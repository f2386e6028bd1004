// Normalisation of dense rows, for floating dtypes; half types, which only the forward pass has,
// compute in float32.
//
// Forward: x̂ = (x - mean) / sqrt(variance + eps), y = x̂ gamma + beta; not centred: mean is 0 and
// the variance the mean square. Two passes over a row that lies in the cache by then: the one-pass
// formula loses all digits where mean² is far above the variance. Sums have the order of
// kernels/reduce/reduce_lanes.h; of at most 512 elements of float32, of which several rows go side
// by side, a shorter one.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Normalize {
  DType dtype;
  int64_t rows, cols;
  double eps;
  bool is_centred;
};

struct NormalizeForward {
  const void* x;
  const void* gamma;  // cols elements; null: 1
  const void* beta;   // null: 0
  void* y;
};
// A unit is a row.
void run_normalize(const Normalize& problem, const NormalizeForward& operands, Range rows);

struct NormalizeBackward {
  const void* dy;
  const void* x;
  const void* gamma;  // null: 1
  void* dx;
  // For each unit, cols elements of Σ dy x̂, then cols of Σ dy; null: not wanted.
  // Their sum over the units is the gradient of gamma and of beta.
  void* sums;
};
// A unit is a block of kNormalizeRows rows, whatever the threads.
inline constexpr int64_t kNormalizeRows = 32;
int64_t normalize_units(const Normalize& problem);
void run_normalize_gradient(const Normalize& problem, const NormalizeBackward& operands,
                            Range units);

}  // namespace weft::kernels
