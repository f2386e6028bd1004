// Inference rules that several operators share.
#pragma once

#include "ops/op.h"

namespace weft::ops::rules {

Result<Types> same_as_input(const InferContext& c);      // shape and dtype of input 0
Result<Types> broadcast(const InferContext& c);          // all inputs broadcast; dtype of input 0
Result<Types> broadcast_to_bool(const InferContext& c);  // the same, dtype bool

// `axis` attribute (none, one or several, negative allowed) → mask of axes.
Result<uint32_t> axes_mask(const InferContext& c, std::string_view attribute, int rank);
// Shape of a reduction over the masked axes.
Shape reduced_shape(const Shape& shape, uint32_t mask, bool keepdims);

// Refuses inputs whose dtype is outside the kinds allowed, naming operator and argument.
Status require_floating(const InferContext& c, size_t input);
Status require_lanes(const InferContext& c, size_t input);  // float32 or float64

}  // namespace weft::ops::rules
