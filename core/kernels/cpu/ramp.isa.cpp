// Evenly spaced numbers.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

void ramp(double start, double step, int64_t first, int64_t count, double* to) {
  using V = Vec<double>;
  double numbers[V::kLanes];
  for (int lane = 0; lane < V::kLanes; ++lane) numbers[lane] = double(first + lane);
  V number = Memory<double>::load(numbers);
  for (int64_t i = 0; i < count; i += V::kLanes) {
    const V value = V(start) + number * V(step);
    if (count - i >= V::kLanes) {
      Memory<double>::store(to + i, value);
    } else {
      Memory<double>::store_part(to + i, value, count - i);
    }
    number = number + V(double(V::kLanes));
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
