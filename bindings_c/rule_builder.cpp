// weft.h: the functions that gradient rules and compositions call. An error is kept by the builder,
// and the call then gives harmless operands, so that rules in C need no checks.
#include "rule_builder.h"

#include <algorithm>
#include <cstring>

#include "ops/weak_integers.h"

namespace weft::c {

std::vector<weft_operand> RuleBuilder::add_all(const ops::Values& values) {
  std::vector<weft_operand> operands;
  for (const ops::Value& value : values) operands.push_back(add(value));
  return operands;
}

Result<ops::Value> RuleBuilder::value(weft_operand operand) const {
  if (operand == WEFT_ABSENT) return ops::Value();
  if (operand >= 0 && static_cast<size_t>(operand) < values_.size())
    return values_[static_cast<size_t>(operand)];
  return errors::invalid_value(op_.name, "a rule must use operands in [0, ", values_.size(),
                               "); got ", int64_t{operand});
}

Result<ops::Values> RuleBuilder::values(const weft_operand* operands, size_t count) const {
  if (count > 0 && !operands)
    return errors::invalid_value(op_.name, "a rule must give its ", count, " operands; got NULL");
  ops::Values values;
  for (size_t i = 0; i < count; ++i) {
    WEFT_ASSIGN(ops::Value found, value(operands[i]));
    values.push_back(std::move(found));
  }
  return values;
}

weft_type type_of(const ops::TensorType& type) {
  weft_type result{static_cast<weft_dtype>(type.dtype), type.shape.rank(), {}};
  std::ranges::copy(type.shape, result.shape);
  return result;
}

namespace {

// The inputs of `op`: one for each declared input, absent where the rule left an optional one out.
Result<ops::Values> inputs_of(const RuleBuilder& rule, const ops::OpDef& op, const weft_operand* in,
                              size_t nin) {
  WEFT_ASSIGN(ops::Values inputs, rule.values(in, nin));
  if (inputs.size() < op.inputs.size()) inputs.resize(op.inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i] && !op.inputs.empty() && !op.input_at(i).optional)
      return errors::invalid_type(op.name, "`", op.input_name(i), "` must be given; a rule of `",
                                  rule.op().name, "` leaves it out");
  return inputs;
}

// Calls an operator over the builder, with weak integers resolved as in an eager call.
Result<ops::Values> emit(RuleBuilder& rule, weft_op handle, const weft_operand* in, size_t nin,
                         const weft_value* attributes, size_t nattributes) {
  WEFT_TRY(rule.builder().status());
  if (!handle || (nattributes > 0 && !attributes))
    return errors::invalid_value(rule.op().name, "a rule must give ",
                                 handle ? "`attributes`" : "`op`", "; got NULL");
  const ops::OpDef& op = *c::op(handle);
  WEFT_ASSIGN(ops::Values inputs, inputs_of(rule, op, in, nin));
  const ops::OpDef* frozen = &op;
  std::span<const ops::Argument> given = arguments(attributes, nattributes);
  WEFT_TRY(ops::settle_integers(frozen, inputs, given));
  ops::Values outputs = rule.builder().emit(*frozen, inputs, given);
  WEFT_TRY(rule.builder().status());
  return outputs;
}

bool is_number(const weft_value& value) { return ops::is_weak(arguments(&value, 1)[0]); }

}  // namespace
}  // namespace weft::c

using namespace weft;

extern "C" {

weft_operand weft_builder_emit(weft_builder handle, weft_op op, const weft_operand* in, size_t nin,
                               const weft_value* attributes, size_t nattributes, weft_operand* outs,
                               size_t nouts) {
  weft_operand first = WEFT_ABSENT;
  c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_builder_emit", {{"builder", handle}}));
    c::RuleBuilder& rule = *c::RuleBuilder::of(handle);
    Result<ops::Values> found = c::emit(rule, op, in, nin, attributes, nattributes);
    if (found.ok() && outs && found.value().size() != nouts)
      found = errors::invalid_value(rule.op().name, "a rule must have room for the ",
                                    found.value().size(), " outputs of `", c::op(op)->name,
                                    "`; got room for ", nouts);
    if (!found.ok()) {
      rule.builder().fail(found.status());
      found = ops::Values(std::max<size_t>(nouts, 1), rule.harmless());
    }
    const std::vector<weft_operand> operands = rule.add_all(found.value());
    if (!operands.empty()) first = operands[0];
    if (outs) std::ranges::copy(operands, outs);
    return rule.builder().status();
  });
  return first;
}

weft_operand weft_builder_scalar(weft_builder handle, weft_value number) {
  weft_operand operand = WEFT_ABSENT;
  c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_builder_scalar", {{"builder", handle}}));
    c::RuleBuilder& rule = *c::RuleBuilder::of(handle);
    if (c::is_number(number)) {
      operand = rule.add(ops::Value(&rule.builder(), c::arguments(&number, 1)[0]));
      return {};
    }
    operand = rule.add(rule.harmless());
    rule.builder().fail(errors::invalid_type(rule.op().name, "a rule's scalar must be a number"));
    return rule.builder().status();
  });
  return operand;
}

weft_status weft_builder_get_type(weft_builder handle, weft_operand operand, weft_type* type,
                                  weft_value* number) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_builder_get_type", {{"builder", handle}, {"type", type}}));
    c::RuleBuilder& rule = *c::RuleBuilder::of(handle);
    WEFT_ASSIGN(const ops::Value value, rule.value(operand));
    ops::TensorType found;
    found.shape = Shape::absent();
    if (value) found = value.type();
    *type = c::type_of(found);
    if (!number) return {};
    *number = {};
    if (value.is_scalar()) std::memcpy(number, &value.scalar(), sizeof *number);
    return {};
  });
}

}  // extern "C"
