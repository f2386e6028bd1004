// Merging the axes of a gather or scatter, computing offsets from index arrays, and choosing
// kernels.

#include "kernels/indexing/places.h"

#include <algorithm>
#include <bit>

#include "kernels/elementwise/copy.h"
#include "kernels/indexing/places_kernels_impl.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
void SharedAxes::append(int64_t extent, int64_t in_indexed, int64_t in_picked) {
  if (extent == 1) return;
  const int last = rank - 1;
  if (rank > 0 && indexed[last] == extent * in_indexed && picked[last] == extent * in_picked) {
    shape[last] *= extent;
  } else {
    shape[rank++] = extent;
  }
  indexed[rank - 1] = in_indexed;
  picked[rank - 1] = in_picked;
}

int64_t SharedAxes::elements() const {
  int64_t product = 1;
  for (int axis = 0; axis < rank; ++axis) product *= shape[axis];
  return product;
}

// Unsigned arithmetic, because offsets of invalid numbers may overflow; they are not used.
bool add_offsets(CountedAxis axis, const int64_t* numbers, int64_t step, int64_t count,
                 int64_t* offsets) {
  const auto extent = static_cast<uint64_t>(axis.extent);
  bool inside = true;
  uint64_t same = 0;
  for (int64_t i = 0; i < (step == 0 ? std::min<int64_t>(count, 1) : count); ++i) {
    const int64_t number = numbers[i * step];
    inside &= static_cast<uint64_t>(number) + extent < 2 * extent;
    // A number outside the axis gives some offset; the caller refuses and does not use it.
    const uint64_t place = static_cast<uint64_t>(number) + (number < 0 ? extent : 0);
    same = place * static_cast<uint64_t>(axis.stride);
    if (step != 0) offsets[i] = static_cast<int64_t>(static_cast<uint64_t>(offsets[i]) + same);
  }
  if (step == 0)
    for (int64_t i = 0; i < count; ++i)
      offsets[i] = static_cast<int64_t>(static_cast<uint64_t>(offsets[i]) + same);
  return inside;
}

void run_gather(const Places& places, const void* indexed, void* picked, Range rows) {
  const int size = std::countr_zero(static_cast<uint64_t>(element_size(places.dtype)));
  WEFT_ACTIVE(kPlaces)[size].gather(places, indexed, picked, rows);
}

// Sums need a kernel for the dtype, replacing only one for the size.
void run_scatter(const Places& places, void* indexed, const void* picked, bool accumulate,
                 int64_t part, int64_t parts) {
  const int size = std::countr_zero(static_cast<uint64_t>(element_size(places.dtype)));
  const ScatterKernel kernel =
      accumulate ? WEFT_ACTIVE_OF(places.dtype, kScatterSums) : WEFT_ACTIVE(kPlaces)[size].scatter;
  kernel(places, indexed, picked, part, parts);
}

void run_pick_update(const Indexing& problem, const void* values, const int64_t* indices, void* y,
                     Range units) {
  const int size = std::countr_zero(static_cast<uint64_t>(element_size(problem.dtype)));
  WEFT_ACTIVE(kPlaces)[size].pick_update(problem, values, indices, y, units);
}

}  // namespace weft::kernels
