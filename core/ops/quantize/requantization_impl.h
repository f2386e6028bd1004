// The arguments by which int32 sums become int8: those of requantize, and the last ones of every
// operator that can end with it. A real factor is multiplier * 2^(shift - 31), with the rounding of
// TensorFlow Lite.
#pragma once

#include <optional>

#include "kernels/int8/quantized.h"
#include "ops/op.h"

namespace weft::ops {

// An optional input that keeps its dtype.
void optional_index_input(OpDef& op, std::string_view name, DocText doc);

// Adds the inputs multiplier and shift, optional if the operator can also return its sums, and the
// attributes output_zero_point, low and high.
void requantization_inputs(OpDef& op, bool is_optional);
void requantization_attributes(OpDef& op);

// Check and read the three attributes.
Status check_bounds(const AttributeReader& a);
kernels::Requantization bounds_of(const AttributeReader& a);

// Checks the attributes, and the dtypes and shapes of `multiplier` (input `first`) and `shift` (the
// next one) for `channels` channels. Returns the dtype of the result: int32 without a multiplier,
// else int8.
Result<DType> check_requantization(const InferContext& c, size_t first, int64_t channels);

// Reads them, and checks their elements.
Result<kernels::Requantization> requantization_of(const AttributeReader& a,
                                                  std::span<const TensorView> in, size_t first);

// Adds residual and residual_factor, the last inputs of a convolution: an array that is added to
// its sums.
void residual_inputs(OpDef& op);
// Checks both, if given, for a result of this shape with `channels` channels.
Status check_residual(const AttributeReader& a, const std::optional<TensorType>& residual,
                      const std::optional<TensorType>& factor, const Shape& result,
                      int64_t channels);
kernels::QuantizedResidual residual_of(std::span<const TensorView> in, size_t first);

// Images with channels last become images with channels as the second axis, and back.
Shape channels_second(const Shape& x);
Shape channels_behind(const Shape& x);
Value channels_second(const Value& x);
Value channels_behind(const Value& x);

// The shape that pack_quantized gives a weight (n, k).
Shape packed_product_shape(int64_t n, int64_t k);

Status require_dtype(const InferContext& c, size_t input, DType dtype);
// Checks that an attribute is in the range of int8.
Status require_int8(const AttributeReader& a, std::string_view attribute);

}  // namespace weft::ops
