// The arguments with which int32 sums become int8: those of requantize, and the last ones of every
// operator that can end with it.
#pragma once

#include <optional>

#include "kernels/int8/quantized.h"
#include "ops/op.h"

namespace weft::ops {

// An optional input that keeps its dtype.
void optional_index_input(OpDef& op, std::string_view name, std::string_view doc);

// multiplier, shift (inputs; optional ones of an operator that can also give its sums), and the
// attributes output_zero_point, low and high.
void requantization_inputs(OpDef& op, bool is_optional);
void requantization_attributes(OpDef& op);

// The three attributes alone.
Status check_bounds(const AttributeReader& a);
kernels::Requantization bounds_of(const AttributeReader& a);

// Checks dtypes and shapes of `multiplier`, input `first`, and `shift`, the next one, for
// `channels` channels, and the attributes. Gives the dtype of the result.
Result<DType> check_requantization(const InferContext& c, size_t first, int64_t channels);

// Reads them, and checks the elements.
Result<kernels::Requantization> requantization_of(const AttributeReader& a,
                                                  std::span<const TensorView> in, size_t first);

// residual and residual_factor, the last inputs of a convolution: what is added to its sums.
void residual_inputs(OpDef& op);
// Checks both, where given, for a result of this shape and so many channels.
Status check_residual(const AttributeReader& a, const std::optional<TensorType>& residual,
                      const std::optional<TensorType>& factor, const Shape& result,
                      int64_t channels);
kernels::QuantizedResidual residual_of(std::span<const TensorView> in, size_t first);

// An array of images whose channels are the last axis, with channels as the second one, and back.
Shape channels_second(const Shape& x);
Shape channels_behind(const Shape& x);
Value channels_second(const Value& x);
Value channels_behind(const Value& x);

// Of a weight (n, k) from pack_quantized.
Shape packed_product_shape(int64_t n, int64_t k);

Status require_dtype(const InferContext& c, size_t input, DType dtype);
// An attribute that has to be within int8.
Status require_int8(const AttributeReader& a, std::string_view attribute);

}  // namespace weft::ops
