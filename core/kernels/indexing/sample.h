// Bilinear samples of images at real places, and the two parts of their gradient. float32 and
// float64. Pixels outside of an image are 0; a place that is NaN is outside.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// Dense arrays: images (images, channels, height, width); rows and columns of places (images,
// points), in pixels from 0; samples (images, channels, points).
struct Samples {
  DType dtype;
  int64_t images, channels, height, width, points;
};

// A unit of run_sample and run_sample_slopes is a block of an image's points.
int64_t sample_units(const Samples& p);

// y = the sum of the four pixels around a place, with their weights. A pixel of weight 0 is not
// read.
void run_sample(const Samples& p, const void* x, const void* rows, const void* columns, void* y,
                Range units);

// dx = the shares of dy added to the pixels that made them. A unit is a plane: a channel of an
// image.
void run_sample_adjoint(const Samples& p, const void* dy, const void* rows, const void* columns,
                        void* dx, Range planes);

// The derivatives of the sum of y dy by rows and by columns, (images, points).
void run_sample_slopes(const Samples& p, const void* x, const void* rows, const void* columns,
                       const void* dy, void* drows, void* dcolumns, Range units);

}  // namespace weft::kernels
