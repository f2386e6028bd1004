// How reads and sums at computed positions are divided into units, and the choice of kernels.

#include "kernels/indexing/indexing.h"

#include <algorithm>
#include <bit>

#include "kernels/indexing/indexing_kernels_impl.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

// How many parts one sum should have, and the minimum of a part: its stripe of rows and its columns
// make a page, so that threads write to different cache lines. If only single elements are added, a
// few cache lines are enough.
constexpr int64_t kWantedParts = 16;
constexpr int64_t kStripeElements = 1024;
constexpr int64_t kMinColumns = 256;
constexpr int64_t kMinElements = 64;

}  // namespace

// Few outer indices: the sum of each is divided, first by stripes of rows, then by columns. Rows
// are a power of two, so that a mask finds the part of a row.
TakeCut take_cut(const Indexing& p) {
  TakeCut cut{1, 0, 1};
  if (p.outer == 0 || p.outer >= kWantedParts || p.axis * p.inner == 0) return cut;
  const int64_t wanted = kWantedParts / p.outer;
  const int64_t stripe =
      std::bit_ceil(static_cast<uint64_t>(std::max<int64_t>(1, kStripeElements / p.inner)));
  cut.stripe_shift = std::countr_zero(static_cast<uint64_t>(stripe));
  cut.rows = static_cast<int64_t>(
      std::bit_floor(static_cast<uint64_t>(std::clamp<int64_t>(p.axis / stripe, 1, wanted))));
  cut.cols = std::clamp<int64_t>(p.inner / kMinColumns, 1, wanted / cut.rows);
  return cut;
}

int64_t take_adjoint_units(const Indexing& p) {
  const TakeCut cut = take_cut(p);
  return p.outer * cut.rows * cut.cols;
}

// Pick adds single elements, so only columns are divided.
int64_t pick_parts(const Indexing& p) {
  if (p.outer == 0 || p.outer >= kWantedParts) return 1;
  return std::clamp<int64_t>(p.inner / kMinElements, 1, kWantedParts / p.outer);
}

int64_t pick_adjoint_units(const Indexing& p) { return p.outer * pick_parts(p); }

bool all_inside(const int64_t* indices, int64_t count, int64_t axis) {
  return WEFT_ACTIVE(all_inside)(indices, count, axis);
}

// Only called to name the index in a message, when all_inside() says no.
int64_t first_out_of_range(const int64_t* indices, int64_t count, int64_t axis) {
  for (int64_t i = 0; i < count; ++i)
    if (indices[i] < -axis || indices[i] >= axis) return i;
  return -1;
}

void run_pick(const Indexing& problem, const void* x, const int64_t* indices, void* y,
              Range units) {
  WEFT_ACTIVE_OF(problem.dtype, kPicks)(problem, x, indices, y, units);
}

void run_pick_adjoint(const Indexing& problem, const void* dy, const int64_t* indices, void* dx,
                      Range units) {
  WEFT_ACTIVE_OF(problem.dtype, kPickAdjoints)(problem, dy, indices, dx, units);
}

void run_take(const Indexing& problem, const void* x, const int64_t* indices, int64_t count,
              void* y, Range units) {
  WEFT_ACTIVE_OF(problem.dtype, kTakes)(problem, x, indices, count, y, units);
}

void run_take_adjoint(const Indexing& problem, const void* dy, const int64_t* indices,
                      int64_t count, void* dx, Range units) {
  WEFT_ACTIVE_OF(problem.dtype, kTakeAdjoints)(problem, dy, indices, count, dx, units);
}

}  // namespace weft::kernels
