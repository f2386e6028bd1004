// What becomes of a call with a storage dtype. A runtime has no forms: in files casts are `widen`
// and `narrow`.

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "ops/registry.h"
#include "ops/storage/storage.h"

namespace weft::ops {
namespace {

// A call, with all attributes.
struct Call {
  const OpDef& op;
  std::span<const Value> inputs;
  std::span<const Argument> attributes;
  Builder& builder;

  DType dtype(size_t i) const { return builder.type(inputs[i]).dtype; }
  bool is_stored(size_t i) const {
    return inputs[i] && !inputs[i].is_scalar() && is_storage(dtype(i));
  }
};

// ---- conversions

bool is_of_four_bits(DType dtype) { return dtype == DType::kInt4 || dtype == DType::kUInt4; }

Value reinterpreted(const Value& x, DType dtype) {
  return x.builder().call("reinterpret", {x}, {Argument::of_dtype(dtype)});
}

Value widened(const Value& x) { return is_storage(x.dtype()) ? x.builder().call("widen", {x}) : x; }

// To 4 bits as to other integers: floats are cut off and saturate, integers keep their lowest bits.
Value in_four_bits(const Value& x, DType dtype) {
  const Value bytes = cast(x, wide_of(dtype));
  if (!is_floating(x.dtype())) return bytes;
  Builder& builder = x.builder();
  const auto number = [&](int64_t x) { return Value(&builder, Argument::of_int(x)); };
  if (dtype == DType::kUInt4) return builder.call("minimum", {bytes, number(15)});
  return builder.call("maximum", {builder.call("minimum", {bytes, number(7)}), number(-8)});
}

Value narrowed(const Value& x, DType dtype) {
  const Value wide = widened(x);
  const Value source = is_of_four_bits(dtype)            ? in_four_bits(wide, dtype)
                       : wide.dtype() == DType::kFloat64 ? wide
                                                         : cast(wide, DType::kFloat32);
  return source.builder().call("narrow", {source}, {Argument::of_dtype(dtype)});
}

bool fits(double number, DType dtype) {
  if (!is_of_four_bits(dtype)) return true;
  return dtype == DType::kInt4 ? number >= -8 && number <= 7 : number >= 0 && number <= 15;
}

// A number as an array of the dtype. Integers have to fit, as in NumPy.
Result<Value> element(const Call& call, size_t i, DType dtype) {
  const Argument& given = call.inputs[i].scalar();
  if (given.tag == Tag::kComplex)
    return errors::invalid_type(call.op.name, "`", call.op.input_name(i),
                                "` is complex and the dtype is ", dtype,
                                ": the imaginary part would be lost");
  const double number = given.as_double();
  if (given.tag == Tag::kInt && !fits(number, dtype))
    return errors::overflow(call.op.name, "`", call.op.input_name(i), "` ", given.integer,
                            " is out of range for ", dtype);
  const Value wide = call.builder.call(
      "full", {},
      {Argument::of_ints({}), Argument::of_float(number), Argument::of_dtype(DType::kFloat64)});
  return narrowed(wide, dtype);
}

// ---- calls

Result<Values> casts(const Call& call) {
  const auto dtype = static_cast<DType>(call.attributes[0].integer);
  if (!is_storage(dtype)) return Values{cast(widened(call.inputs[0]), dtype)};
  if (call.inputs[0].is_scalar()) {
    WEFT_ASSIGN(Value made, element(call, 0, dtype));
    return Values{std::move(made)};
  }
  if (call.dtype(0) == dtype) return Values{call.builder.call("copy", {call.inputs[0]})};
  return Values{narrowed(call.inputs[0], dtype)};
}

// New arrays are made in a dtype that has kernels.
Result<Values> creates(const Call& call) {
  std::vector<Argument> attributes(call.attributes.begin(), call.attributes.end());
  DType dtype{};
  for (Argument& a : attributes)
    if (a.tag == Tag::kDType) {
      dtype = static_cast<DType>(a.integer);
      a = Argument::of_dtype(DType::kFloat64);
    }
  Values made = call.builder.emit(call.op, call.inputs, attributes);
  if (!call.builder.status().ok()) return made;
  for (Value& value : made) value = narrowed(value, dtype);
  return made;
}

// Questions about the numbers, which are asked of what holds them.
Result<Values> asks(const Call& call) {
  Values wide;
  for (const Value& input : call.inputs)
    wide.push_back(input && !input.is_scalar() ? widened(input) : input);
  return call.builder.emit(call.op, wide, call.attributes);
}

Status refused(const Call& call) {
  for (size_t i = 0; i < call.inputs.size(); ++i)
    if (call.is_stored(i)) {
      const std::string name = call.op.input_name(i);
      return errors::invalid_type(call.op.name, "`", name, "` is ", call.dtype(i),
                                  ", which is for storage only; cast it first: `", name,
                                  ".astype('", wide_of(call.dtype(i)), "')`");
    }
  return errors::invalid_type(call.op.name,
                              "`dtype` must not be one for storage only; cast the result");
}

// The dtype that all elements have; other storage dtypes, and others where dtypes are promoted, are
// refused.
Result<DType> dtype_of_elements(const Call& call) {
  const bool is_mixable = call.op.promotion == Promotion::kKeep && call.op.composition;
  std::optional<DType> common;
  for (size_t i = 0; i < call.inputs.size(); ++i)
    if (call.is_stored(i) && !call.op.input_at(i).keeps_dtype && !common) common = call.dtype(i);
  if (!common) return refused(call);
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    if (!call.inputs[i] || call.inputs[i].is_scalar()) continue;
    if (call.op.input_at(i).keeps_dtype) {
      if (call.is_stored(i)) return refused(call);
    } else if (call.dtype(i) != *common && !is_mixable) {
      return errors::invalid_type(call.op.name, "`", call.op.input_name(i), "` is ", call.dtype(i),
                                  " beside ", *common,
                                  ", which is for storage only; cast one of "
                                  "them first, as `x.astype('",
                                  *common, "')`");
    }
  }
  return *common;
}

// Elements are moved as they are; numbers beside them become elements first.
Result<std::optional<Values>> moves(const Call& call) {
  WEFT_ASSIGN(const DType dtype, dtype_of_elements(call));
  Values inputs(call.inputs.begin(), call.inputs.end());
  bool any = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i] || !inputs[i].is_scalar() || call.op.input_at(i).keeps_dtype) continue;
    if (inputs[i].scalar().tag == Tag::kFloat && is_of_four_bits(dtype))
      return errors::invalid_type(call.op.name, "`", call.op.input_name(i),
                                  "` must be an integer beside ", dtype, "; got a float");
    WEFT_ASSIGN(inputs[i], element(call, i, dtype));
    any = true;
  }
  if (call.op.name == "where") {
    const Values bytes{inputs[0], reinterpreted(inputs[1], DType::kUInt8),
                       reinterpreted(inputs[2], DType::kUInt8)};
    return std::optional(Values{reinterpreted(call.builder.emit(call.op, bytes, {})[0], dtype)});
  }
  if (!any) return std::optional<Values>();
  return std::optional(call.builder.emit(call.op, inputs, call.attributes));
}

// Compositions of operators that move elements, and `where`.
bool is_made_of_moves(const OpDef& op) {
  static constexpr std::string_view kNames[] = {
      "array_split",    "batch_flatten", "column_stack",
      "depth_to_space", "diag",          "dstack",
      "embedding",      "expand_dims",   "flip",
      "gather_nd",      "hstack",        "index_update",
      "moveaxis",       "pad",           "pick",
      "ravel",          "repeat",        "roll",
      "space_to_depth", "squeeze",       "stack",
      "swapaxes",       "take",          "take_along_axis",
      "tile",           "tril",          "triu",
      "vstack",         "where",         "with_values_along_axis"};
  static_assert(std::ranges::is_sorted(kNames));
  return std::ranges::binary_search(kNames, std::string_view(op.name));
}

// `scatter` and what is made of it may add up.
bool adds_up(const Call& call) {
  return call.op.name == "scatter" && call.op.reader(call.attributes).flag("accumulate");
}

Result<std::optional<Values>> answer(const Call& call) {
  const std::string_view name = call.op.name;
  const auto present = [](Result<Values> values) -> Result<std::optional<Values>> {
    if (!values.ok()) return values.status();
    return std::optional(values.take());
  };
  if (name == "narrow" || name == "widen" || name == "reinterpret") return std::optional<Values>();
  if (name == "cast") return present(casts(call));
  if (name == "full" || name == "arange") return present(creates(call));
  if (name == "equal" || name == "not_equal" || name == "isnan" || name == "isinf" ||
      name == "isfinite")
    return present(asks(call));
  if ((moves_bytes(call.op) || is_made_of_moves(call.op)) && !adds_up(call)) return moves(call);
  return refused(call);
}

}  // namespace

std::optional<Values> on_storage(const OpDef& op, std::span<const Value> inputs,
                                 std::span<const Argument> attributes, Builder& builder) {
  if (op.outside) return {};  // its kernel gets the bytes
  const bool was_ok = builder.status().ok();
  std::vector<Argument> complete(op.attributes.size());
  Status status = complete_attributes(op, attributes, complete);
  if (status.ok()) {
    Result<std::optional<Values>> results = answer({op, inputs, complete, builder});
    if (results.ok() && !results.value()) return {};
    if (results.ok() && builder.status().ok()) return results.take();
    status = results.status();
  }
  if (!status.ok()) builder.fail(std::move(status));
  if (was_ok) builder.tell_as(op.name);
  return Values(harmless_outputs(op, attributes), Value(&builder, Argument::of_int(0)));
}

}  // namespace weft::ops
