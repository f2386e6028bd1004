// Checks and reads what turns int32 sums into int8: multiplier, shift, zero point and bounds.

#include "ops/quantize/requantization_impl.h"

#include <cstring>
#include <string>

#include "base/errors.h"

namespace weft::ops {

void optional_index_input(OpDef& op, std::string_view name, DocText doc) {
  op.optional_input(name, doc);
  op.inputs.back().keeps_dtype = true;
}

void requantization_inputs(OpDef& op, bool is_optional) {
  const auto add = [&](std::string_view name, DocText doc) {
    op.index_input(name, doc);
    op.inputs.back().optional = is_optional;
  };
  add("multiplier", "int32, not negative, shape () or (channels,): 2^31 times a factor below 1");
  add("shift", "int32, shape of multiplier: the factor's power of two, -31 to 30");
}
void requantization_attributes(OpDef& op) {
  op.integer("output_zero_point", 0, "the integer that stands for zero in the result")
      .integer("low", -128, "lower bound of the result")
      .integer("high", 127, "upper bound of the result");
}

Status require_dtype(const InferContext& c, size_t input, DType dtype) {
  if (c.in[input].dtype == dtype) return {};
  return errors::invalid_type(c.op().name, "`", c.op().input_at(input).name, "` must be ",
                              name_of(dtype), "; got ", c.in[input].dtype);
}

Status require_int8(const AttributeReader& a, std::string_view attribute) {
  const int64_t value = a.integer(attribute);
  if (value >= -128 && value <= 127) return {};
  return errors::invalid_value(a.op().name, "`", attribute,
                               "` must be at least -128 and at most 127; got ", value);
}

Status check_bounds(const AttributeReader& a) {
  for (const std::string_view name : {"output_zero_point", "low", "high"})
    WEFT_TRY(require_int8(a, name));
  if (a.integer("low") <= a.integer("high")) return {};
  return errors::invalid_value(a.op().name, "`low` must not be greater than `high`; got ",
                               a.integer("low"), " and ", a.integer("high"));
}

kernels::Requantization bounds_of(const AttributeReader& a) {
  kernels::Requantization how;
  how.zero_point = static_cast<int32_t>(a.integer("output_zero_point"));
  how.low = static_cast<int32_t>(a.integer("low"));
  how.high = static_cast<int32_t>(a.integer("high"));
  return how;
}

Result<DType> check_requantization(const InferContext& c, size_t first, int64_t channels) {
  WEFT_TRY(check_bounds(c));
  if (c.given(first) != c.given(first + 1))
    return errors::invalid_value(c.op().name,
                                 "`multiplier` and `shift` must be given together; got one");
  if (!c.given(first)) return DType::kInt32;
  for (size_t i = first; i < first + 2; ++i) {
    WEFT_TRY(require_dtype(c, i, DType::kInt32));
    const Shape& shape = c.in[i].shape;
    if (shape != c.in[first].shape || (shape.rank() != 0 && shape != Shape{channels}))
      return errors::invalid_value(c.op().name, "`", c.op().input_at(i).name,
                                   "` must have shape () or (", channels,
                                   ",), the same as `multiplier`; got ", shape);
  }
  return DType::kInt8;
}

namespace {

// Checks four at a time, since every call asks this on one thread while the others wait: it
// collects the sign bits of expressions that would be negative for a bad number.
bool are_all_valid(const kernels::Requantization& how, int64_t count) {
  constexpr int64_t kLanes = 4;
  typedef uint32_t Lanes __attribute__((vector_size(kLanes * sizeof(uint32_t))));
  const auto signs = [](auto multiplier, auto shift) {
    return multiplier | (shift + 31) | (30 - shift);
  };
  Lanes gathered{};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Lanes multiplier, shift;
    std::memcpy(&multiplier, how.multiplier + i, sizeof multiplier);
    std::memcpy(&shift, how.shift + i, sizeof shift);
    gathered |= signs(multiplier, shift);
  }
  uint32_t all = gathered[0] | gathered[1] | gathered[2] | gathered[3];
  for (; i < count; ++i)
    all |= signs(static_cast<uint32_t>(how.multiplier[i]), static_cast<uint32_t>(how.shift[i]));
  return static_cast<int32_t>(all) >= 0;
}

}  // namespace

// The loop runs only if something is wrong, to find what the error text names.
Result<kernels::Requantization> requantization_of(const AttributeReader& a,
                                                  std::span<const TensorView> in, size_t first) {
  kernels::Requantization how = bounds_of(a);
  if (in.size() <= first || in[first].rank < 0) return how;
  how.multiplier = static_cast<const int32_t*>(in[first].data);
  how.shift = static_cast<const int32_t*>(in[first + 1].data);
  how.is_per_channel = in[first].rank == 1;
  const int64_t count = how.is_per_channel ? in[first].shape[0] : 1;
  if (are_all_valid(how, count)) return how;
  for (int64_t i = 0; i < count; ++i) {
    if (how.multiplier[i] < 0)
      return errors::invalid_value(a.op().name, "`multiplier` must not be negative; got ",
                                   how.multiplier[i]);
    if (how.shift[i] < -31 || how.shift[i] > 30)
      return errors::invalid_value(a.op().name, "`shift` must be at least -31 and at most 30; got ",
                                   how.shift[i]);
  }
  return how;
}

void residual_inputs(OpDef& op) {
  op.index_input("residual", "int8, shape of the result: added to the sums, times its factor");
  op.inputs.back().optional = true;
  op.index_input("residual_factor", "int32, shape (filters,): its scale over that of the sums");
  op.inputs.back().optional = true;
}

Status check_residual(const AttributeReader& a, const std::optional<TensorType>& residual,
                      const std::optional<TensorType>& factor, const Shape& result,
                      int64_t channels) {
  const std::string& op = a.op().name;
  if (residual.has_value() != factor.has_value())
    return errors::invalid_value(
        op, "`residual` and `residual_factor` must be given together; got one");
  if (!residual) return {};
  if (residual->dtype != DType::kInt8 || factor->dtype != DType::kInt32)
    return errors::invalid_type(op, "`residual` must be int8 and `residual_factor` int32; got ",
                                residual->dtype, " and ", factor->dtype);
  if (residual->shape != result)
    return errors::invalid_value(op, "`residual` must have the shape of the result, ", result,
                                 "; got ", residual->shape);
  if (factor->shape == Shape{channels}) return {};
  return errors::invalid_value(op, "`residual_factor` must have shape (", channels, ",); got ",
                               factor->shape);
}

kernels::QuantizedResidual residual_of(std::span<const TensorView> in, size_t first) {
  if (in.size() <= first || in[first].rank < 0) return {};
  return {static_cast<const int8_t*>(in[first].data),
          static_cast<const int32_t*>(in[first + 1].data)};
}

Shape channels_second(const Shape& x) {
  Shape shape{x[0], x[x.rank() - 1]};
  for (int axis = 1; axis < x.rank() - 1; ++axis) shape.push_back(x[axis]);
  return shape;
}
Shape channels_behind(const Shape& x) {
  Shape shape{x[0]};
  for (int axis = 2; axis < x.rank(); ++axis) shape.push_back(x[axis]);
  shape.push_back(x[1]);
  return shape;
}
namespace {
// Permutes the axes of an array in the same way as `rule` permutes a shape.
Value rearranged(const Value& x, Shape (*rule)(const Shape&)) {
  Shape axes;
  for (int axis = 0; axis < x.shape().rank(); ++axis) axes.push_back(axis);
  return transpose(x, rule(axes).span());
}
}  // namespace
Value channels_second(const Value& x) {
  return rearranged(x, static_cast<Shape (*)(const Shape&)>(channels_second));
}
Value channels_behind(const Value& x) {
  return rearranged(x, static_cast<Shape (*)(const Shape&)>(channels_behind));
}

Shape packed_product_shape(int64_t n, int64_t k) {
  constexpr int64_t kPanelRow = kernels::kQuantizedColumns * kernels::kInt8x4;
  const int64_t panels = (n + kernels::kQuantizedColumns - 1) / kernels::kQuantizedColumns;
  return {panels, kernels::int8x4s_of(k) + 1, kPanelRow};
}

}  // namespace weft::ops
