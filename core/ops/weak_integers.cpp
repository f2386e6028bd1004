// Where an integer that does not fit lies, and what each family of operators does with it.

#include "ops/weak_integers.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/errors.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

// The smallest and the largest number of an integer dtype; uint64 needs the unsigned type.
struct Ends {
  int64_t low = 0;
  uint64_t high = 0;
};

template <class T>
constexpr Ends ends() {
  return {static_cast<int64_t>(std::numeric_limits<T>::min()),
          static_cast<uint64_t>(std::numeric_limits<T>::max())};
}

Ends ends_of(DType dtype) {
  switch (dtype) {
    case DType::kUInt8: return ends<uint8_t>();
    case DType::kUInt16: return ends<uint16_t>();
    case DType::kUInt32: return ends<uint32_t>();
    case DType::kUInt64: return ends<uint64_t>();
    case DType::kInt8: return ends<int8_t>();
    case DType::kInt16: return ends<int16_t>();
    case DType::kInt32: return ends<int32_t>();
    default: return ends<int64_t>();
  }
}

enum class Place { kInside, kBelow, kAbove };

Place place_of(const Argument& scalar, DType dtype) {
  const Ends ends = ends_of(dtype);
  if (scalar.tag == kBeyond) return scalar.real < 0 ? Place::kBelow : Place::kAbove;
  const auto bits = static_cast<uint64_t>(scalar.integer);
  if (scalar.tag == kUnsigned) return bits > ends.high ? Place::kAbove : Place::kInside;
  if (scalar.integer < ends.low) return Place::kBelow;
  return scalar.integer > 0 && bits > ends.high ? Place::kAbove : Place::kInside;
}

// The number as a float; none if it is beyond all doubles.
std::optional<Argument> as_real(const Argument& scalar) {
  if (scalar.tag == Tag::kInt) return scalar;
  if (scalar.tag == kUnsigned)
    return Argument::of_float(static_cast<double>(static_cast<uint64_t>(scalar.integer)));
  if (std::isinf(scalar.real)) return {};
  return Argument::of_float(scalar.real);
}

std::string text_of(const Argument& scalar) {
  if (scalar.tag == Tag::kInt) return std::to_string(scalar.integer);
  if (scalar.tag == kUnsigned) return std::to_string(static_cast<uint64_t>(scalar.integer));
  return scalar.real < 0 ? "below -2^63" : "of more than 64 bits";
}

// The scalar in the form that it has from now on; none if it does not fit.
std::optional<Argument> fitted(const Argument& scalar, DType dtype) {
  if (is_inexact(dtype)) return as_real(scalar);
  if (dtype == DType::kBool) return Argument::of_bool(scalar.tag != Tag::kInt || scalar.integer);
  if (place_of(scalar, dtype) != Place::kInside) return {};
  return Argument::of_int(scalar.integer);
}

Status out_of_range(const OpDef& op, size_t input, const Argument& scalar, DType dtype) {
  return errors::overflow(op.name, "`", op.input_name(input), "` ", text_of(scalar),
                          " is out of range for ", dtype, "; cast the array first");
}

// The result of `first < second` and the other comparisons if the first operand is above, or below,
// every value of the second one's dtype.
struct Comparison {
  std::string_view name;
  bool if_first_is_above;
  bool if_first_is_below;
};
constexpr Comparison kComparisons[] = {
    {"less", false, true},          {"less_equal", false, true}, {"greater", true, false},
    {"greater_equal", true, false}, {"equal", false, false},     {"not_equal", true, true},
};

const Comparison* comparison_of(const OpDef& op) {
  for (const Comparison& comparison : kComparisons)
    if (op.name == comparison.name) return &comparison;
  return nullptr;
}

// Every element gets the same answer. NumPy gives it, too. The call becomes x >= min (always true)
// or x < min (always false), with min the smallest number of the dtype.
void answer(const Comparison& comparison, size_t scalar, Place place, DType dtype, const OpDef*& op,
            Values& inputs) {
  const bool first_is_above = (place == Place::kAbove) == (scalar == 0);
  const bool truth = first_is_above ? comparison.if_first_is_above : comparison.if_first_is_below;
  Value array = inputs[1 - scalar];
  Builder& builder = array.builder();
  op = &op_named(truth ? "greater_equal" : "less");
  inputs[0] = std::move(array);
  inputs[1] = Value(&builder, Argument::of_int(ends_of(dtype).low));
}

// A bound of `clip` that no element can reach: it is dropped.
bool is_open_bound(const OpDef& op, size_t input, Place place) {
  return op.name == "clip" &&
         ((input == 1 && place == Place::kBelow) || (input == 2 && place == Place::kAbove));
}

// searchsorted for a number above or below all elements: the position is at that end.
bool is_searched(const OpDef& op, size_t input) { return op.name == "searchsorted" && input == 1; }
std::span<const Argument> side_of(Place place) {
  static const Argument kRight = Argument::of_string("right"), kLeft = Argument::of_string("left");
  return {place == Place::kAbove ? &kRight : &kLeft, 1};
}

Argument end_of(DType dtype, Place place) {
  const Ends ends = ends_of(dtype);
  return Argument::of_int(place == Place::kAbove ? static_cast<int64_t>(ends.high) : ends.low);
}

bool asks_for_truth(const OpDef& op) { return op.name.starts_with("logical_"); }

Status settle(const OpDef*& op, Values& inputs, std::span<const Argument>& attributes, size_t i,
              DType dtype) {
  const Argument scalar = inputs[i].scalar();
  Builder* const builder = &inputs[i].builder();
  if (const std::optional<Argument> fits = fitted(scalar, dtype)) {
    inputs[i] = Value(builder, *fits);
    return {};
  }
  if (is_inexact(dtype)) return out_of_range(*op, i, scalar, dtype);
  const Place place = place_of(scalar, dtype);
  if (const Comparison* const comparison = comparison_of(*op)) {
    answer(*comparison, i, place, dtype, op, inputs);
  } else if (is_open_bound(*op, i, place)) {
    inputs[i] = Value();
  } else if (asks_for_truth(*op)) {
    inputs[i] = Value(builder, Argument::of_int(1));
  } else if (is_searched(*op, i)) {
    inputs[i] = Value(builder, end_of(dtype, place));
    attributes = side_of(place);
  } else {
    return out_of_range(*op, i, scalar, dtype);
  }
  return {};
}

bool has_sign(const Value& value) {
  return value.is_tensor() && kind_of(value.dtype()) == DTypeKind::kSigned;
}

}  // namespace

Status settle_integers(const OpDef*& op, Values& inputs, std::span<const Argument>& attributes) {
  const size_t count = inputs.size();
  // Numbers from 0 to 127 fit every dtype. They are the most frequent and are not looked at
  // further, because small calls would feel the cost.
  const auto is_one = [](const Value& input) {
    if (!input.is_scalar() || !is_weak_integer(input.scalar())) return false;
    const Argument& scalar = input.scalar();
    return scalar.tag != Tag::kInt || scalar.integer < 0 || scalar.integer > INT8_MAX;
  };
  if (std::ranges::none_of(inputs, is_one)) return {};
  WEFT_TRY(check_input_count(*op, count));
  Types types;
  auto weak = std::make_unique<bool[]>(count);
  PoolVector<DType> dtypes(count);
  for (size_t i = 0; i < count; ++i) {
    weak[i] = inputs[i].is_scalar();
    if (inputs[i])
      types.push_back(inputs[i].type());
    else
      types.emplace_back().shape = Shape::absent();
  }
  WEFT_TRY(promote_inputs(*op, types, {weak.get(), count}, dtypes));
  // A number that is written into an array, or padded around it, takes that array's dtype.
  if (op->promotion == Promotion::kKeep && inputs[0] && !weak[0])
    for (size_t i = 1; i < count; ++i)
      if (weak[i] && !op->input_at(i).keeps_dtype) dtypes[i] = types[0].dtype;
  for (size_t i = 0; i < count; ++i)
    if (is_one(inputs[i])) WEFT_TRY(settle(op, inputs, attributes, i, dtypes[i]));
  return {};
}

std::optional<Value> compared_exactly(const OpDef& op, const Values& inputs) {
  if (inputs.size() != 2) return {};
  const size_t place = has_sign(inputs[0]) ? 0 : 1;
  const Value& with_sign = inputs[place];
  const Value& other = inputs[1 - place];
  if (!has_sign(with_sign) || !other.is_tensor() || other.dtype() != DType::kUInt64) return {};
  const Comparison* const comparison = comparison_of(op);
  if (!comparison) return {};
  // A number below zero is below all numbers of uint64; otherwise both are numbers of uint64.
  Builder& builder = other.builder();
  const Value zero(&builder, Argument::of_int(0));
  const bool if_below = place == 0 ? comparison->if_first_is_below : comparison->if_first_is_above;
  const Value as_other = cast(with_sign, DType::kUInt64);
  const Value rest = place == 0 ? builder.call(op.name, {as_other, other})
                                : builder.call(op.name, {other, as_other});
  return if_below ? builder.call("logical_or", {builder.call("less", {with_sign, zero}), rest})
                  : builder.call("logical_and",
                                 {builder.call("greater_equal", {with_sign, zero}), rest});
}

Result<Argument> settle_written(const Argument& scalar, DType dtype) {
  if (!is_weak_integer(scalar)) return scalar;
  if (const std::optional<Argument> fits = fitted(scalar, dtype)) return *fits;
  return errors::overflow("write", "`value` ", text_of(scalar), " is out of range for ", dtype);
}

}  // namespace weft::ops
