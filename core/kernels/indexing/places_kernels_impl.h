// The kernels of places.h: by size of elements, and sums by dtype.
#pragma once

#include "kernels/indexing/places.h"
#include "kernels/isa/declare_kernels.h"

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

// kPlaces[log2(size)]
WEFT_KERNELS(extern const PlacesKernels kPlaces[4];
             extern const ScatterKernel kScatterSums[kNumDTypes];)

}  // namespace weft::kernels
