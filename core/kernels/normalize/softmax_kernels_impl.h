// The kernels of softmax.h, along rows and for columns.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/normalize/softmax.h"

namespace weft::kernels {

using SoftmaxKernel = void (*)(const Softmax& problem, const void* x, void* y, Range rows);
using SoftmaxGradientKernel = void (*)(const Softmax& problem, const void* dy, const void* y,
                                       void* dx, Range rows);
using CrossEntropyKernel = void (*)(const Softmax& problem, const void* x, const int64_t* labels,
                                    void* loss, Range rows);
using CrossEntropyGradientKernel = void (*)(const Softmax& problem, const void* dloss,
                                            const void* x, const int64_t* labels, void* dx,
                                            Range rows);
// Softmax of float32 columns, one lane each: element i of column c lies at i * stride + c.
struct SoftmaxColumns {
  int64_t classes, columns;
  // x and y may be the same memory; gradients use y_stride for all arrays
  int64_t x_stride, y_stride;
  bool logarithm;
  // Null, or one label and one factor for each column (only without `logarithm`): 1 is subtracted
  // from the label's share, and the column is multiplied by the factor, as cross-entropy's gradient
  // needs.
  const int64_t* labels;
  const float* factors;
};

WEFT_KERNELS(extern const SoftmaxKernel kSoftmaxes[kNumDTypes];
             extern const SoftmaxGradientKernel kSoftmaxGradients[kNumDTypes];
             extern const CrossEntropyKernel kCrossEntropies[kNumDTypes];
             extern const CrossEntropyGradientKernel kCrossEntropyGradients[kNumDTypes];
             void softmax_columns(const SoftmaxColumns& problem, const float* x, float* y);
             void softmax_gradient_columns(const SoftmaxColumns& problem, const float* dy,
                                           const float* y, float* dx);)

}  // namespace weft::kernels
