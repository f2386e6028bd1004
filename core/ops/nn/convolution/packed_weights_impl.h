// Weights of convolutions over channel blocks, as pack_convolution gives them.
#pragma once

#include "kernels/convolution/blocked/convolution_blocked.h"
#include "ops/op.h"

namespace weft::ops {

// Has the first input a dtype that convolutions over channel blocks have: float32 or bfloat16?
Status require_blocked_dtype(const InferContext& c);

// Of the weights of a convolution, which has `in_block` channels in a block.
Shape packed_shape(const kernels::Convolution& p, int64_t in_block, int64_t winograd);

// How weights are packed: those of `shape`, of which dtype, channels, groups and kernel count.
struct Packing {
  kernels::Convolution shape;
  int64_t in_block, winograd;
  kernels::Filters filters;
};
void pack_weights(const Packing& packing, const void* weights, void* packed);

// Height and width of the kernel of packed weights; the rank of `packed` must be right.
Shape packed_kernel(const Shape& packed, int64_t winograd);

// Is the side of Winograd's tiles that is asked for 0, or one that the convolution allows?
Status check_winograd(const AttributeReader& a, const kernels::Convolution& p, int64_t in_block);

}  // namespace weft::ops
