// Weights of convolutions over channel blocks, in the form that pack_convolution makes.
#pragma once

#include "kernels/convolution/blocked/convolution_blocked.h"
#include "ops/op.h"

namespace weft::ops {

// Does the first input have a dtype of these convolutions, float32 or bfloat16?
Status require_blocked_dtype(const InferContext& c);

// The shape of the packed weights of a convolution with `in_block` channels in a block.
Shape packed_shape(const kernels::Convolution& p, int64_t in_block, int64_t winograd);

// How weights are packed. Only dtype, channels, groups and kernel of `shape` matter.
struct Packing {
  kernels::Convolution shape;
  int64_t in_block, winograd;
  kernels::Filters filters;
};
void pack_weights(const Packing& packing, const void* weights, void* packed);

// Height and width of the kernel, from the shape of packed weights of the right rank.
Shape packed_kernel(const Shape& packed, int64_t winograd);

// Is the requested side of Winograd's tiles 0, or one that this convolution allows?
Status check_winograd(const AttributeReader& a, const kernels::Convolution& p, int64_t in_block);

}  // namespace weft::ops
