// Rectangular regions of images: means of bilinear samples in bins (ROI align), its adjoint, and
// the places of the maxima of bins (ROI pooling). float32 and float64.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// Dense arrays: images (images, channels, height, width); regions (regions, 5), each the number of
// its image and x1, y1, x2, y2, which `scale` brings to pixels; results (regions, channels,
// bin_rows, bin_columns). A region with a negative number has no image, and its results are 0.
struct Regions {
  DType dtype;
  int64_t images, channels, height, width, regions, bin_rows, bin_columns;
  double scale;
  int64_t samples = 0;      // in a bin, along each axis; 0: as many as the bin has pixels
  bool is_aligned = false;  // pixels have their centers at 1/2, and regions may be thinner than one
};

// The number of the first region that names an image that there is not, or -1.
int64_t region_without_image(const Regions& p, const void* regions);

// Bytes of scratch that one call of the two functions below needs.
int64_t region_scratch(const Regions& p);

// A unit is a region.
void run_region_means(const Regions& p, const void* x, const void* regions, void* y, void* scratch,
                      Range units);
// dx = what run_region_means takes back from dy. A unit is a channel, of all images.
void run_region_means_adjoint(const Regions& p, const void* dy, const void* regions, void* dx,
                              void* scratch, Range channels);

// The place of the largest element of each bin in the flat array x, or -1 if the bin is empty. Bins
// begin and end at whole pixels. NaN is larger than every number. A unit is a region.
void run_region_peaks(const Regions& p, const void* x, const void* regions, int64_t* places,
                      Range units);

}  // namespace weft::kernels
