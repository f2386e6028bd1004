// weft.h: traced functions inside rules, for bindings (Python) whose rules are functions on arrays.
// The binding traces its function from types and applies the trace over the rule's builder.
#include <vector>

#include "rule_builder.h"
#include "trace/function.h"
#include "traced_types.h"

using namespace weft;

namespace {

Status check_pure(const ops::OpDef& op, const trace::Function& function) {
  const std::string hint =
      "; pass them as inputs, and make constants with operators such as `full`";
  if (!function.captures().empty())
    return errors::invalid_value(op.name, "a rule must use only its own arrays; got ",
                                 function.captures().size(), " others", hint);
  if (!function.program().graph().sizes.empty())
    return errors::unsupported(op.name,
                               "a rule must not depend on how many elements a mask chooses; use "
                               "np.where");
  if (!function.program().graph().states.empty())
    return errors::invalid_value(op.name, "a rule must not write to the arrays that it is given");
  return {};
}

// A trace holds for the types that it was made for: extents are part of its nodes.
Status check_types(const ops::Values& inputs, const graph::Graph& graph) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const char* const self = "weft_builder_apply";
    if (!inputs[i]) return errors::invalid_value(self, "`in[", i, "]` must not be absent");
    const ops::TensorType given = inputs[i].type(), traced = graph.type(graph.inputs[i]);
    if (!(given == traced))
      return errors::invalid_value(self, "input ", i, " must be ", to_string(traced), "; got ",
                                   to_string(given));
  }
  return {};
}

// A type that C gave, checked field by field.
Result<ops::TensorType> type_from(const char* function, const weft_type& type) {
  if (type.dtype < 0 || type.dtype >= 256 || !is_known(static_cast<DType>(type.dtype)))
    return errors::invalid_type(function, "`types` must have known dtypes; got number ",
                                int64_t{type.dtype});
  if (type.rank < 0 || type.rank > kMaxRank)
    return errors::rank_too_large(function, "types", type.rank);
  const std::span<const int64_t> extents(type.shape, static_cast<size_t>(type.rank));
  WEFT_TRY(checked_elements(extents, function, "types").status());
  return ops::TensorType{static_cast<DType>(type.dtype), Shape(extents)};
}

}  // namespace

Result<std::vector<ops::TensorType>> c::types_from(const char* function, const weft_type* types,
                                                   size_t count, const void* placeholders) {
  if (count) WEFT_TRY(c::require(function, {{"types", types}, {"placeholders", placeholders}}));
  std::vector<ops::TensorType> given;
  for (size_t i = 0; i < count; ++i) {
    WEFT_ASSIGN(ops::TensorType type, type_from(function, types[i]));
    given.push_back(type);
  }
  return given;
}

extern "C" {

weft_status weft_builder_apply(weft_builder handle, weft_function function, const weft_operand* in,
                               size_t nin, weft_operand* outs, size_t nouts) {
  return c::guard([&]() -> Status {
    const char* const self = "weft_builder_apply";
    WEFT_TRY(c::require(self, {{"builder", handle}, {"function", function}}));
    if (nouts) WEFT_TRY(c::require(self, {{"outs", outs}}));
    c::RuleBuilder& rule = *c::RuleBuilder::of(handle);
    const auto& applied = *reinterpret_cast<const trace::Function*>(function);
    if (nin != applied.inputs() || nouts != applied.outputs())
      return errors::invalid_value(self, "`function` has ", applied.inputs(), " inputs and ",
                                   applied.outputs(), " outputs; got ", nin, " and ", nouts);
    WEFT_TRY(check_pure(rule.op(), applied));
    WEFT_ASSIGN(const ops::Values inputs, rule.values(in, nin));
    const graph::Graph& graph = applied.program().graph();
    WEFT_TRY(check_types(inputs, graph));
    const ops::Values results = graph::emit_graph(rule.builder(), graph, inputs);
    for (size_t i = 0; i < nouts; ++i) outs[i] = rule.add(results[i]);
    return rule.builder().status();
  });
}

weft_status weft_trace_begin_types(const weft_type* types, size_t count,
                                   weft_tensor* placeholders) {
  return c::guard([&]() -> Status {
    WEFT_ASSIGN(const auto given,
                c::types_from("weft_trace_begin_types", types, count, placeholders));
    return trace::begin_trace(given, c::tensors(placeholders, count));
  });
}

weft_status weft_trace_begin_rule(const weft_type* types, size_t count, weft_tensor* placeholders) {
  return c::guard([&]() -> Status {
    WEFT_ASSIGN(const auto given,
                c::types_from("weft_trace_begin_rule", types, count, placeholders));
    return trace::begin_rule_trace(given, c::tensors(placeholders, count));
  });
}

}  // extern "C"
