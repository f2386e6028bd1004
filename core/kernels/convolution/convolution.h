// Two-dimensional convolution (correlation) of dense NCHW images with dense OIHW weights; a
// sequence is an image of height 1. float32 and float64; float16 and bfloat16 compute in float32.
//
// The columns of the image (im2col) are gathered block by block into scratch and multiplied by the
// kernel of matmul.h, so there is never a full copy. With strides of one there are two more forms:
// the columns are the image itself, shifted, or the pixels of many images side by side; the form
// that computes least is taken. Each output is one fused chain in a fixed order, so results do not
// depend on how units are divided. The gradient of the weights is divided over weights, never over
// images, for the same reason.
#pragma once

#include "base/in_memory.h"
#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// N = batch, I and O = in_channels and out_channels, KH x KW = kernel.
struct Convolution {
  DType dtype;
  int64_t batch, groups;
  int64_t in_channels, in_height, in_width;     // channels of all groups together
  int64_t out_channels, out_height, out_width;  // see convolution_extent
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t pad_top, pad_left;  // the padding at the other ends follows from the output's extent
  int64_t dilation_height, dilation_width;
  WEFT_IN_MEMORY(Convolution);
};

// The extent of the output along one axis: (in + pad_before + pad_after - dilation * (kernel - 1) -
// 1) / stride + 1, or 0 if that is less.
int64_t convolution_extent(int64_t in, int64_t kernel, int64_t stride, int64_t pad_before,
                           int64_t pad_after, int64_t dilation);

// Call it with a thread's scratch before the thread's first units of each call. Scratch keeps
// packed weights from one range of units to the next, and this marks that none are there.
void begin_convolution(void* scratch);

// y[N, O, OH, OW] from x[N, I, H, W], w[O, I / groups, KH, KW] and bias[O], which may be null.
int64_t convolution_units(const Convolution& problem);
int64_t convolution_scratch(const Convolution& problem);  // bytes for each thread, aligned to 64
void run_convolution(const Convolution& problem, const void* x, const void* w, const void* bias,
                     void* y, Range units, void* scratch);

// dx from dy and w; dx is overwritten.
int64_t convolution_data_units(const Convolution& problem);
int64_t convolution_data_scratch(const Convolution& problem);
void run_convolution_data(const Convolution& problem, const void* dy, const void* w, void* dx,
                          Range units, void* scratch);

// dw from x and dy; dw is overwritten. (The gradient of the bias is a sum of dy over axes 0, 2, 3.)
int64_t convolution_weight_units(const Convolution& problem);
int64_t convolution_weight_scratch(const Convolution& problem);
void run_convolution_weight(const Convolution& problem, const void* x, const void* dy, void* dw,
                            Range units, void* scratch);

}  // namespace weft::kernels
