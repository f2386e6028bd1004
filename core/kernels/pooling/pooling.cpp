// The choice of pooling kernels; pooling.isa.cpp and pooling_blocked.isa.cpp have them. Averages
// are layers, so AVX-512 has none for float64 (table_entries.h).

#include "kernels/pooling/pooling.h"

#include "kernels/isa/active.h"
#include "kernels/pooling/pooling_kernels_impl.h"

namespace weft::kernels {

// Kernels of maxima and of index planes exist for all numeric dtypes.
void run_max_pool(const Pooling& problem, const void* x, void* y, int64_t* indices, Range planes) {
  WEFT_ACTIVE_OF(problem.dtype, kMaxPools)(problem, x, y, indices, planes);
}

void run_plane_gather(const PlaneIndex& problem, const void* x, const int64_t* indices, void* y,
                      Range planes) {
  WEFT_ACTIVE_OF(problem.dtype, kPlaneGathers)(problem, x, indices, y, planes);
}

void run_plane_scatter(const PlaneIndex& problem, const void* dy, const int64_t* indices, void* dx,
                       Range planes) {
  WEFT_ACTIVE_OF(problem.dtype, kPlaneScatters)(problem, dy, indices, dx, planes);
}

// These are layers.
void run_average_pool(const Pooling& problem, const void* x, void* y, Range planes) {
  WEFT_ACTIVE_LAYER(problem.dtype, kAveragePools)(problem, x, y, planes);
}

void run_average_pool_adjoint(const Pooling& problem, const void* dy, void* dx, Range planes) {
  WEFT_ACTIVE_LAYER(problem.dtype, kAveragePoolAdjoints)(problem, dy, dx, planes);
}

// A build for some operators may have left these kernels out.
bool has_blocked_pool(bool average) {
  return average ? WEFT_KEEPS_average_pool : WEFT_KEEPS_max_pool;
}
void run_blocked_pool(const Pooling& problem, int64_t block, bool average, const void* x, void* y,
                      Range rows) {
  // By DType; has_blocked_pool() has been asked.
  const BlockedPoolKernels& kernels = WEFT_ACTIVE(kBlockedPools)[static_cast<int>(problem.dtype)];
  (average ? kernels.average : kernels.max)(problem, block, x, y, rows);
}

// Training needs the taps of the maxima, and the adjoint; both exist for float32 only.
void run_blocked_pool_taps(const Pooling& problem, int64_t block, const float* x, uint8_t* taps,
                           Range rows) {
  WEFT_ACTIVE(blocked_pool_taps)(problem, block, x, taps, rows);
}

void run_blocked_pool_adjoint(const Pooling& problem, int64_t block, const float* dy,
                              const uint8_t* taps, float* dx, Range planes) {
  WEFT_ACTIVE(blocked_pool_adjoint)(problem, block, dy, taps, dx, planes);
}

}  // namespace weft::kernels
