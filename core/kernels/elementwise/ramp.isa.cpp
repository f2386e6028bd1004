// Evenly spaced numbers, one vector after the other. Each element is start + i * step with the
// number i counted in lanes; adding the step again and again would add up rounding errors.
#include "kernels/elementwise/ramp_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

// Lanes with first, first + 1, …
template <class T>
WEFT_INLINE Vec<T> lanes_from(int64_t first) {
  T numbers[Vec<T>::kLanes];
  for (int lane = 0; lane < Vec<T>::kLanes; ++lane) numbers[lane] = T(first + lane);
  return Memory<T>::load(numbers);
}

void ramp_of_doubles(double start, double step, int64_t first, int64_t count, double* to) {
  using V = Vec<double>;
  V number = lanes_from<double>(first);
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

// Computed in float64 like all ramps; half a vector of float32 is stored at a time.
void ramp_of_floats(double start, double step, int64_t first, int64_t count, float* to) {
  using V = Vec<double>;
  typedef float Half __attribute__((vector_size(kVectorBytes / 2)));
  V number = lanes_from<double>(first);
  for (int64_t i = 0; i < count; i += V::kLanes) {
    const V value = V(start) + number * V(step);
    const Half rounded = __builtin_convertvector(value.v, Half);
    if (count - i >= V::kLanes) {
      __builtin_memcpy(to + i, &rounded, sizeof rounded);
    } else {
      __builtin_memcpy(to + i, &rounded, (count - i) * sizeof *to);
    }
    number = number + V(double(V::kLanes));
  }
}

// Used only where all numbers are exact in float64 (is_whole), so adding step by step is exact,
// too.
void ramp_of_integers(int64_t start, int64_t step, int64_t first, int64_t count, int64_t* to) {
  using V = Vec<int64_t>;
  const V next(V::kLanes * step);
  V value = V(start) + lanes_from<int64_t>(first) * V(step);
  int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    Memory<int64_t>::store(to + i, value);
    value = value + next;
  }
  if (i < count) Memory<int64_t>::store_part(to + i, value, count - i);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
