#include "kernels/ramp.h"

#include "kernels/active_impl.h"

namespace weft::kernels {

namespace generic {
void ramp(double start, double step, int64_t first, int64_t count, double* to);
}
#if WEFT_WITH_AVX2
namespace avx2 {
void ramp(double start, double step, int64_t first, int64_t count, double* to);
}
#endif
#if WEFT_WITH_AVX512
namespace avx512 {
void ramp(double start, double step, int64_t first, int64_t count, double* to);
}
#endif

void run_ramp(double start, double step, int64_t first, int64_t count, double* to) {
  WEFT_ACTIVE(ramp)(start, step, first, count, to);
}

}  // namespace weft::kernels
