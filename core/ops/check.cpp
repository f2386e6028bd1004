// What every call goes through before a rule or a kernel sees it: attributes are completed, dtypes
// promoted, types inferred.

#include <algorithm>

#include "base/errors.h"
#include "ops/complex/complex.h"
#include "ops/registry.h"
#include "ops/storage/storage.h"

namespace weft::ops {
namespace {

std::string_view kind_name(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::kInt: return "an integer";
    case AttributeKind::kFloat: return "a number";
    case AttributeKind::kBool: return "a bool";
    case AttributeKind::kString: return "a string";
    case AttributeKind::kInts:
    case AttributeKind::kIntOrInts: return "an integer or several";
    case AttributeKind::kDType: return "a dtype";
    case AttributeKind::kFunction: return "a function";
  }
  return "";
}

std::string_view tag_name(Tag tag) {
  switch (tag) {
    case Tag::kTensor: return "an array";
    case Tag::kInt: return "an integer";
    case Tag::kFloat: return "a float";
    case Tag::kBool: return "a bool";
    case Tag::kString: return "a string";
    case Tag::kInts: return "a list of integers";
    case Tag::kDType: return "a dtype";
    case Tag::kTensors: return "a list of arrays";
    case Tag::kFunction: return "a function";
    default: return "nothing";
  }
}

// Does the argument fit the kind? `result` is the argument with the kind's own tag: True is the
// integer 1, an integer is a number, one integer is a list of one.
bool fit(AttributeKind kind, const Argument& given, Argument& result) {
  result = given;
  switch (kind) {
    case AttributeKind::kInt:
      if (given.tag == Tag::kBool) result.tag = Tag::kInt;
      return result.tag == Tag::kInt;
    case AttributeKind::kFloat:
      if (given.tag == Tag::kInt || given.tag == Tag::kBool)
        result = Argument::of_float(static_cast<double>(given.integer));
      return result.tag == Tag::kFloat;
    case AttributeKind::kBool:
      if (given.tag == Tag::kInt) result = Argument::of_bool(given.integer != 0);
      return result.tag == Tag::kBool;
    case AttributeKind::kString: return given.tag == Tag::kString;
    case AttributeKind::kInts:
      // The list of one points to the caller's argument, which outlives the call.
      if (given.tag == Tag::kInt) result = Argument::of_ints({&given.integer, 1});
      return result.tag == Tag::kInts;
    case AttributeKind::kIntOrInts: return given.tag == Tag::kInt || given.tag == Tag::kInts;
    case AttributeKind::kFunction: return given.tag == Tag::kFunction;
    case AttributeKind::kDType:
      return given.tag == Tag::kDType && given.integer >= 0 && given.integer < 256 &&
             is_known(static_cast<DType>(given.integer));
  }
  return false;
}

// A list or text with elements but a null pointer: a mistake of a C caller that must not be
// followed.
bool points_nowhere(const Argument& given) {
  return given.count > 0 &&
         ((given.tag == Tag::kInts && !given.ints) || (given.tag == Tag::kString && !given.text));
}

// The dtype of a weak scalar in a call without arrays: a float is float32.
DType default_dtype(DType weak) { return weak == DType::kFloat64 ? DType::kFloat32 : weak; }

// Layers never guess which of two dtypes was meant; the text says how to cast.
Status mixed_dtypes(const OpDef& op, size_t first, DType of_first, size_t other, DType of_other) {
  const std::string name = op.input_name(first);
  return errors::invalid_type(op.name, "`", name, "` is ", of_first, " but `", op.input_name(other),
                              "` is ", of_other, "; both must have one floating dtype: cast with `",
                              name, ".astype('", of_other, "')`");
}

// All arrays in the promotion must have one dtype, and weak scalars take it.
Status promote_exact(const OpDef& op, std::span<const TensorType> inputs,
                     std::span<const bool> weak, std::span<DType> result) {
  int first = -1;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].shape.rank() < 0 || op.input_at(i).keeps_dtype || weak[i]) continue;
    if (first < 0) first = static_cast<int>(i);
    if (inputs[i].dtype != inputs[first].dtype)
      return mixed_dtypes(op, first, inputs[first].dtype, i, inputs[i].dtype);
  }
  for (size_t i = 0; i < inputs.size(); ++i)
    if (weak[i] && first >= 0) result[i] = inputs[first].dtype;
  return {};
}

// Is there a kernel for this dtype of an elementwise operator?
Status check_defined(const OpDef& op, DType dtype) {
  if (op.steps[static_cast<size_t>(dtype)]) return {};
  std::string names;
  for (const InputDef& input : op.inputs)
    if (!input.keeps_dtype) names += (names.empty() ? "`" : " and `") + input.name + '`';
  return errors::invalid_type(op.name, "is not defined for ", dtype, "; cast ", names);
}

// A composite's inference rule only checks its arguments: the types of its results come from the
// operators inside.
Status check_arguments(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
                       const Values& inputs) {
  Types types;
  for (const Value& input : inputs) {
    if (input)
      types.push_back(builder.type(input));
    else
      types.emplace_back().shape = Shape::absent();
  }
  return op.infer_rule(InferContext(op, types, attributes)).status();
}

}  // namespace

Status fit_attribute(const OpDef& op, const AttributeDef& attribute, const Argument& given,
                     Argument& result) {
  if (given.tag == Tag::kNone && attribute.takes_none) {
    result = given;
    return {};
  }
  if (points_nowhere(given))
    return errors::invalid_value(op.name, "`", attribute.name, "` must not be NULL; got ",
                                 static_cast<int64_t>(given.count), " elements");
  if (given.tag == Tag::kFunction && !given.function)
    return errors::invalid_value(op.name, "`", attribute.name, "` must not be NULL");
  // These are extents, axes or windows: no list is longer than an array may have axes.
  if (given.tag == Tag::kInts && attribute.kind == AttributeKind::kInts &&
      given.count > static_cast<uint32_t>(kMaxRank))
    return errors::rank_too_large(op.name, attribute.name, given.count);
  if (fit(attribute.kind, given, result)) return {};
  return errors::invalid_type(op.name, "`", attribute.name, "` must be ", kind_name(attribute.kind),
                              "; got ", tag_name(given.tag));
}

Status complete_attributes(const OpDef& op, std::span<const Argument> given,
                           std::span<Argument> storage) {
  if (given.size() > op.attributes.size())
    return errors::invalid_type(op.name, "takes at most ", op.attributes.size(),
                                " attributes; got ", given.size());
  for (size_t i = 0; i < op.attributes.size(); ++i) {
    const AttributeDef& attribute = op.attributes[i];
    const bool use_default = i >= given.size() || given[i].tag == Tag::kDefault;
    if (use_default) {
      if (attribute.required)
        return errors::invalid_type(op.name, "`", attribute.name, "` must be given");
      storage[i] = attribute.fallback.view()[0];
      continue;
    }
    WEFT_TRY(fit_attribute(op, attribute, given[i], storage[i]));
  }
  return {};
}

// Arrays first, weak scalars after them: a Python number never widens an array of its own kind.
Status promote_inputs(const OpDef& op, std::span<const TensorType> inputs,
                      std::span<const bool> weak, std::span<DType> result) {
  for (size_t i = 0; i < inputs.size(); ++i)
    result[i] = weak[i] ? default_dtype(inputs[i].dtype) : inputs[i].dtype;
  if (op.promotion == Promotion::kKeep) return {};
  if (op.promotion == Promotion::kExact) return promote_exact(op, inputs, weak, result);

  const auto takes_part = [&](size_t i) {
    return inputs[i].shape.rank() >= 0 && !op.input_at(i).keeps_dtype;
  };
  bool any_array = false;
  DType common = DType::kBool;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!takes_part(i) || weak[i]) continue;
    common = any_array ? promote(common, inputs[i].dtype) : inputs[i].dtype;
    any_array = true;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!takes_part(i) || !weak[i]) continue;
    common = any_array ? promote_weak(common, kind_of(inputs[i].dtype))
                       : promote(common, default_dtype(inputs[i].dtype));
  }
  if (op.promotion == Promotion::kFloat && !is_inexact(common)) common = DType::kFloat32;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (takes_part(i)) result[i] = common;
  return {};
}

Status check_input_count(const OpDef& op, size_t count) {
  const size_t maximum = op.inputs.size() + (op.takes_list() ? kMaxListed - 1 : 0);
  if (count > maximum)
    return errors::invalid_type(op.name, "takes at most ", maximum, " arrays; got ", count);
  if (op.takes_list() && count < op.inputs.size() && !op.inputs.back().optional)
    return errors::invalid_value(op.name, "`", op.inputs.back().name,
                                 "` must have at least one array; got an empty list");
  return {};
}

Result<size_t> count_outputs(const OpDef& op, std::span<const Argument> given) {
  if (!op.output_rule) return static_cast<size_t>(op.output_count);
  std::vector<Argument> complete(op.attributes.size());
  WEFT_TRY(complete_attributes(op, given, complete));
  return op.output_rule(op.reader(complete));
}

size_t harmless_outputs(const OpDef& op, std::span<const Argument> given) {
  const Result<size_t> count = count_outputs(op, given);
  return count.ok() ? count.value() : 1;
}

Result<Types> infer(const OpDef& op, std::span<const TensorType> inputs,
                    std::span<const Argument> attributes) {
  const size_t declared = op.inputs.size();
  if (inputs.size() != declared) WEFT_TRY(check_input_count(op, inputs.size()));
  for (size_t i = 0; i < std::max(declared, inputs.size()); ++i) {
    const bool given = i < inputs.size() && inputs[i].shape.rank() >= 0;
    if (!given && !op.input_at(i).optional)
      return errors::invalid_type(op.name, "`", op.input_name(i), "` must be given");
  }
  const auto check_moves = [&](DType dtype) -> Status {
    if (is_complex(dtype)) return check_moves_pairs(op, dtype);
    return is_storage(dtype) ? check_moves_bytes(op, inputs, dtype, attributes) : Status();
  };
  for (const TensorType& type : inputs)
    if (type.shape.rank() >= 0) WEFT_TRY(check_moves(type.dtype));
  if (op.slot.elementwise) WEFT_TRY(check_defined(op, inputs[op.inputs.size() - 1].dtype));
  Result<Types> types = op.infer_rule(InferContext(op, inputs, attributes));
  if (!types.ok()) return types;
  for (const TensorType& type : types.value()) {
    WEFT_TRY(check_moves(type.dtype));
    WEFT_TRY(checked_elements(type.shape.span(), op.name, "result").status());
  }
  return types;
}

namespace {

// A composite that rounds once computes halves in float32 and casts its results.
Values compose(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
               const Values& inputs) {
  const DType dtype = op.is_rounded_once ? inputs[0].dtype() : DType::kFloat32;
  if (dtype != DType::kFloat16 && dtype != DType::kBFloat16)
    return op.composition(ComposeContext(op, attributes, builder, inputs));
  Values wide;
  for (const Value& input : inputs)
    wide.push_back(!input || input.is_scalar() ? input : cast(input, DType::kFloat32));
  Values results = op.composition(ComposeContext(op, attributes, builder, wide));
  for (Value& result : results) result = cast(result, dtype);
  return results;
}

}  // namespace

// If the arguments are refused, harmless values stand for the results, as many as there would be.
Values expand(const OpDef& op, std::span<const Argument> attributes, Builder& builder,
              const Values& inputs) {
  const bool was_ok = builder.status().ok();
  if (op.infer_rule && was_ok) builder.fail(check_arguments(op, attributes, builder, inputs));
  Values results = was_ok && !builder.status().ok()
                       ? Values(harmless_outputs(op, attributes), inputs[0])
                       : compose(op, attributes, builder, inputs);
  if (was_ok) builder.tell_as(op.name);
  return results;
}

}  // namespace weft::ops
