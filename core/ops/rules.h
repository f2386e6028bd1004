// Inference rules that several operators share.
#pragma once

#include "ops/op.h"

namespace weft::ops::rules {

Result<Types> same_as_input(const InferContext& c);  // shape and dtype of input 0
Result<Types> broadcast(const InferContext& c);  // all inputs are broadcast; dtype of the last one
Result<Types> broadcast_to_bool(const InferContext& c);  // the same, dtype bool

// The attribute `axis` (none, one or several axes, negative ones allowed) as a mask: bit a is set
// if axis a is reduced.
Result<uint32_t> axes_mask(const InferContext& c, std::string_view attribute, int rank);
// The shape of a reduction over the axes in the mask.
Shape reduced_shape(const Shape& shape, uint32_t mask, bool keepdims);

// Refuse an input whose dtype is not of the allowed kinds; the error names operator and argument.
Status require_floating(const InferContext& c, size_t input);
Status require_lanes(const InferContext& c, size_t input);  // float32 or float64

}  // namespace weft::ops::rules
