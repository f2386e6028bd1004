// What the convolutions of int8 images with channels last share: inputs and attributes, the shape
// of the problem, and its cost.
#pragma once

#include "kernels/convolution/convolution.h"
#include "ops/op.h"
#include "ops/quantize/requantization_impl.h"

namespace weft::ops::images {

// Numbers of inputs: the bias; the multiplier, with the shift behind it; the residual, with its
// factor behind it.
inline constexpr size_t kBias = 2, kMultiplier = 3, kResidual = 5;

// What a filter reads: all channels, those of its group, or a single channel.
enum class Filters { kOfImage, kOfGroups, kOfChannels };

Result<kernels::Convolution> shape_of_problem(const AttributeReader& a, const Shape& x,
                                              Filters filters);
// Checks all inputs but the weight, and gives the result's type.
Result<Types> result_of(const InferContext& c, const kernels::Convolution& s);
// The data of an int32 input; null if it is absent.
const int32_t* integers_of(std::span<const TensorView> in, size_t input);

int64_t work_of(const kernels::Convolution& s);
Cost cost_of(const SlotTypes& t, const kernels::Convolution& s);

// Adds inputs and attributes; `window` adds those of the window.
void define(OpDef& op, std::string_view weight, void (*window)(OpDef&));

}  // namespace weft::ops::images
