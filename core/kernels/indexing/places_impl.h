// The kernels of places.h for each instruction set, with symbols of their own (active_impl.h).
#pragma once

#include "kernels/indexing/places.h"
#include "kernels/isa/table_impl.h"

namespace weft::kernels {

using ScatterKernel = void (*)(const Places& places, void* indexed, const void* picked,
                               int64_t part, int64_t parts);
// For one size of elements.
struct PlacesKernels {
  void (*gather)(const Places& places, const void* indexed, void* picked, Range rows);
  ScatterKernel scatter;
  void (*pick_update)(const Indexing& problem, const void* values, const int64_t* indices, void* y,
                      Range units);
};

#define WEFT_PLACES_SYMBOLS                                 \
  extern const PlacesKernels kPlaces[4]; /* [log2(size)] */ \
  extern const ScatterKernel kScatterSums[kNumDTypes];

namespace generic {
WEFT_PLACES_SYMBOLS
}
#if WEFT_WITH_AVX2
namespace avx2 {
WEFT_PLACES_SYMBOLS
}
#endif
#if WEFT_WITH_AVX512
namespace avx512 {
WEFT_PLACES_SYMBOLS
}
#endif
#undef WEFT_PLACES_SYMBOLS

}  // namespace weft::kernels
