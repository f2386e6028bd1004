// Images made of neighbouring slices of a volume. A convolution over three axes reads an array (N
// D, C / B, H, W, B), where the slices lie one behind the other: an image's channels are those of
// `kernel` slices.
#pragma once

#include "kernels/convolution/blocked/convolution_blocked.h"
#include "ops/op.h"

namespace weft::ops {

// The attribute `slices`: D slices for each volume, of which `kernel` form one image; `step` slices
// lie between the first slices of two images. Without the attribute, each slice is an image.
struct SliceWindow {
  int64_t of_volume = 1, kernel = 1, step = 1;

  int64_t in_volume() const { return (of_volume - kernel) / step + 1; }
  int64_t images(int64_t slices) const { return slices / of_volume * in_volume(); }
  kernels::ImagePlaces places(int64_t channels) const {  // `channels` are those of one slice
    return {in_volume(), of_volume * channels, step * channels};
  }
};
inline constexpr const char* kSlicesMeaning =
    "of volumes: how many slices of `data` one has, how many of them are the channels of an image, "
    "and how many lie between the first ones of two images";

// Refuses numbers that do not cut `slices` slices into whole volumes and images.
Result<SliceWindow> read_slices(const AttributeReader& a, int64_t slices);

}  // namespace weft::ops
