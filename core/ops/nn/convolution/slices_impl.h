// Images that are neighbouring slices of a volume: what a convolution over three axes makes of an
// array (N D, C / B, H, W, B), whose slices lie one behind the other.
#pragma once

#include "kernels/convolution/blocked/convolution_blocked.h"
#include "ops/op.h"

namespace weft::ops {

// The attribute `slices`. Without it an image is a slice.
struct SliceWindow {
  int64_t of_volume = 1, kernel = 1, step = 1;

  int64_t in_volume() const { return (of_volume - kernel) / step + 1; }
  int64_t images(int64_t slices) const { return slices / of_volume * in_volume(); }
  kernels::ImagePlaces places(int64_t channels) const {  // of a slice
    return {in_volume(), of_volume * channels, step * channels};
  }
};
inline constexpr const char* kSlicesMeaning =
    "of volumes: how many slices of `data` one has, how many of them are the channels of an image, "
    "and how many lie between the first ones of two images";

// Refuses numbers that do not cut so many slices into volumes and images.
Result<SliceWindow> read_slices(const AttributeReader& a, int64_t slices);

}  // namespace weft::ops
