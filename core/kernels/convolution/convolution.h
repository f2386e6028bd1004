// Two-dimensional convolution (correlation) of dense NCHW images with dense OIHW weights; one
// dimension is height 1. float32 and float64; float16 and bfloat16 compute in float32.
//
// Columns of the image are gathered block by block into scratch and multiplied by the kernel of
// matmul.h: there is never a full im2col copy. With strides of one the columns may be the image
// itself, shifted, or pixels of many images side by side, whichever computes less. Each output is
// one fused chain in fixed order, so results do not depend on the split. The gradient of the
// weights is split over weights, never over images, for the same reason.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Convolution {
  DType dtype;
  int64_t batch, groups;
  int64_t in_channels, in_height, in_width;     // channels of all groups
  int64_t out_channels, out_height, out_width;  // see convolution_extent
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t pad_top, pad_left;  // the far side follows from the output's extent
  int64_t dilation_height, dilation_width;
};

// (in + pad_before + pad_after - dilation * (kernel - 1) - 1) / stride + 1, or 0 if that is less.
int64_t convolution_extent(int64_t in, int64_t kernel, int64_t stride, int64_t pad_before,
                           int64_t pad_after, int64_t dilation);

// A thread's scratch keeps the packed weights from one run of units to the next: begin_convolution
// is called with it before the first run of each call.
void begin_convolution(void* scratch);

// y[N, O, OH, OW] from x[N, I, H, W], w[O, I / groups, KH, KW] and bias[O] (may be null).
int64_t convolution_units(const Convolution& problem);
int64_t convolution_scratch(const Convolution& problem);  // bytes per thread, 64-byte aligned
void run_convolution(const Convolution& problem, const void* x, const void* w, const void* bias,
                     void* y, Range units, void* scratch);

// dx from dy and w. Overwrites dx.
int64_t convolution_data_units(const Convolution& problem);
int64_t convolution_data_scratch(const Convolution& problem);
void run_convolution_data(const Convolution& problem, const void* dy, const void* w, void* dx,
                          Range units, void* scratch);

// dw from x and dy. Overwrites dw. (The bias gradient is a sum of dy over axes 0, 2, 3.)
int64_t convolution_weight_units(const Convolution& problem);
int64_t convolution_weight_scratch(const Convolution& problem);
void run_convolution_weight(const Convolution& problem, const void* x, const void* dy, void* dw,
                            Range units, void* scratch);

}  // namespace weft::kernels
