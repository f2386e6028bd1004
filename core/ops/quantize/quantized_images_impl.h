// What the convolutions of int8 images with channels last have in common: their inputs and
// attributes, the shape of the problem, what it costs.
#pragma once

#include "kernels/convolution/convolution.h"
#include "ops/op.h"
#include "ops/quantize/requantization_impl.h"

namespace weft::ops::images {

// Inputs, each with those behind it.
inline constexpr size_t kBias = 2, kMultiplier = 3, kResidual = 5;

// What a filter sees: all channels, those of its group, or one of its own.
enum class Filters { kOfImage, kOfGroups, kOfChannels };

Result<kernels::Convolution> shape_of_problem(const AttributeReader& a, const Shape& x,
                                              Filters filters);
// Checks all inputs but the weight.
Result<Types> result_of(const InferContext& c, const kernels::Convolution& s);
// Null where it is not given.
const int32_t* integers_of(std::span<const TensorView> in, size_t input);

int64_t work_of(const kernels::Convolution& s);
Cost cost_of(const SlotTypes& t, const kernels::Convolution& s);

// The inputs and attributes; the window's are what `window` adds.
void define(OpDef& op, std::string_view weight, void (*window)(OpDef&));

}  // namespace weft::ops::images
