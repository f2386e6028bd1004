// Ramps of every dtype: three have kernels, the others are converted from blocks of float64.

#include "kernels/elementwise/ramp.h"

#include <algorithm>
#include <cmath>

#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/ramp_kernels_impl.h"
#include "kernels/isa/active.h"

namespace weft::kernels {

namespace {

// Is every number of the ramp an integer below 2^53? Then float64 arithmetic is exact, and integer
// arithmetic gives the same bits faster.
bool is_whole(const Ramp& ramp, Range elements) {
  constexpr double kMax = 9007199254740992;
  const auto holds = [](double x) { return std::abs(x) < kMax && std::trunc(x) == x; };
  return holds(ramp.start) && holds(ramp.step) &&
         holds(ramp.start + static_cast<double>(elements.end) * ramp.step);
}

// Other dtypes, in blocks that stay in the cache: computed in float64, then converted.
void convert_ramp(const Ramp& ramp, DType dtype, char* to, Range elements) {
  constexpr int64_t kBlock = 512;
  const StepKernel convert = cast_step(DType::kFloat64, dtype);
  const int64_t size = element_size(dtype);
  double block[kBlock];
  Tile tile{};
  tile.in[0] = block;
  tile.rows = 1;
  for (int64_t begin = elements.begin; begin < elements.end; begin += kBlock) {
    tile.cols = std::min(kBlock, elements.end - begin);
    tile.out = to + begin * size;
    WEFT_ACTIVE(ramp_of_doubles)(ramp.start, ramp.step, begin, tile.cols, block);
    convert(tile);
  }
}

}  // namespace

void run_ramp(const Ramp& ramp, DType dtype, void* to, Range elements) {
  const int64_t first = elements.begin, count = elements.end - elements.begin;
  if (dtype == DType::kInt64 && is_whole(ramp, elements)) {
    WEFT_ACTIVE(ramp_of_integers)
    (static_cast<int64_t>(ramp.start), static_cast<int64_t>(ramp.step), first, count,
     static_cast<int64_t*>(to) + first);
  } else if (dtype == DType::kFloat64) {
    WEFT_ACTIVE(ramp_of_doubles)
    (ramp.start, ramp.step, first, count, static_cast<double*>(to) + first);
  } else if (dtype == DType::kFloat32) {
    WEFT_ACTIVE(ramp_of_floats)
    (ramp.start, ramp.step, first, count, static_cast<float*>(to) + first);
  } else {
    convert_ramp(ramp, dtype, static_cast<char*>(to), elements);
  }
}

}  // namespace weft::kernels
