// Recording of operators, and the functions that replay one graph into another. Control flow is
// added in control.cpp.
#include "graph/ir/graph_builder.h"

#include <algorithm>

#include "base/errors.h"
#include "graph/ir/appending_impl.h"
#include "graph/ir/control.h"
#include "ops/forms.h"
#include "ops/registry.h"
#include "ops/use.h"

namespace weft::graph {

using ops::Argument;
using ops::OpDef;

ops::Value GraphBuilder::input(const TensorType& type, std::string_view name) {
  return {this, graph_.add_input(type, name)};
}

ops::Value GraphBuilder::constant(const Ref<Tensor>& content, std::string_view name) {
  Result<ValueId> id = graph_.add_constant(content, name);
  if (id.ok()) return {this, id.value()};
  fail(id.status());
  return {this, kNoValue};
}

void GraphBuilder::output(const ops::Value& value) {
  if (!status().ok()) return;
  const Operand operand = operand_of(value);
  if (operand.is_value())
    graph_.outputs.push_back(operand.value);
  else
    fail(errors::invalid_value("graph", "an output must be an array; got ",
                               value ? "a scalar" : "nothing"));
}

void GraphBuilder::set_line(std::string_view text) { line_ = graph_.add_line(text); }

TensorType GraphBuilder::type(const ops::Value& value) {
  if (value.is_tensor()) return {value.tensor()->dtype(), value.tensor()->shape()};
  if (value && value.is_scalar()) return {ops::kind_dtype(value.scalar()), Shape()};
  if (!value || value.id() < 0) return {};
  return graph_.type(value.id());
}

Operand GraphBuilder::operand_of(const ops::Value& value) {
  if (!value) return {};
  if (value.is_scalar()) return Operand::of_scalar(value.scalar());
  if (!value.is_tensor()) return Operand::of_value(value.id());
  return Operand::of_value(constant(value.tensor()).id());
}

// Outputs that look like float32 scalars and belong to no value; nothing uses them.
ops::Values GraphBuilder::harmless(const OpDef& op, std::span<const Argument> attributes) {
  return ops::Values(ops::harmless_outputs(op, attributes), ops::Value(this, kNoValue));
}

// Only arrays are cast here. A weak scalar takes its dtype when operand_types is asked.
Status GraphBuilder::promote(const OpDef& op, std::vector<Operand>& operands) {
  if (op.promotion == ops::Promotion::kKeep) return {};
  Node probe;
  probe.op = &op;
  probe.operands = operands;
  const size_t count = operands.size();
  std::vector<TensorType> types(count);
  std::vector<DType> promoted(count);
  auto weak = std::make_unique<bool[]>(count);
  WEFT_ASSIGN(types, operand_types(graph_, probe));
  for (size_t i = 0; i < count; ++i) weak[i] = operands[i].is_scalar();
  WEFT_TRY(ops::promote_inputs(op, types, {weak.get(), count}, promoted));
  for (size_t i = 0; i < count; ++i) {
    if (!operands[i].is_value() || types[i].dtype == promoted[i]) continue;
    operands[i] = operand_of(ops::cast(value(operands[i].value), promoted[i]));
    WEFT_TRY(status());
  }
  return {};
}

// A part of a pair is what the pair was made of. So a graph that computes with complex numbers is
// in planes, and the pairs between its operators are never built.
std::optional<ops::Value> GraphBuilder::part_of_pair(const OpDef& op,
                                                     std::span<const ops::Value> inputs) {
  if (inputs.size() != 1 || !inputs[0] || inputs[0].is_scalar() || inputs[0].is_tensor()) return {};
  if (op.name != "real_part" && op.name != "imaginary_part") return {};
  const Node* const node = graph_.producer(inputs[0].id());
  if (!node || !node->op || node->op->name != "pair") return {};
  const TensorType pair = type(inputs[0]);
  const Operand part = node->operands[op.name == "real_part" ? 0 : 1];
  if (part.is_value()) return ops::broadcast_to(value(part.value), pair.shape);
  return call("full", {},
              {Argument::of_ints(pair.shape.span()), Argument::of_float(part.scalar.as_double()),
               Argument::of_dtype(weft::part_of(pair.dtype))});
}

// A composite without a kernel of its own is expanded; everything else becomes a node.
ops::Values GraphBuilder::emit(const OpDef& op, std::span<const ops::Value> inputs,
                               std::span<const Argument> attributes) {
  if (status().ok() && op.id < 0)
    fail(errors::unsupported("plan", "this build of Weft was made without operator `", op.name,
                             "` (WEFT_OPS)"));
  if (status().ok()) fail(ops::check_input_count(op, inputs.size()));
  if (!status().ok()) return harmless(op, attributes);
  if (std::optional<ops::Values> results = ops::by_form(op, inputs, attributes, *this))
    return status().ok() ? std::move(*results) : harmless(op, attributes);
  if (std::optional<ops::Value> part = part_of_pair(op, inputs)) return {std::move(*part)};
  std::vector<Operand> operands;
  for (const ops::Value& input : inputs) operands.push_back(operand_of(input));
  operands.resize(std::max(operands.size(), op.inputs.size()));
  std::vector<Argument> complete(op.attributes.size());
  fail(ops::complete_attributes(op, attributes, complete));
  if (status().ok()) fail(promote(op, operands));
  if (!status().ok()) return harmless(op, attributes);
  ops::note_use(op, complete);
  if (!op.composition || op.slot.run) return append(op, std::move(operands), complete);

  ops::Values values;
  for (const Operand& operand : operands) {
    if (operand.is_value())
      values.push_back(value(operand.value));
    else if (operand.is_scalar())
      values.push_back(ops::Value(this, operand.scalar));
    else
      values.emplace_back();
  }
  ops::Values result = ops::expand(op, complete, *this, values);
  return status().ok() ? result : harmless(op, attributes);
}

ops::Values GraphBuilder::append(const OpDef& op, std::vector<Operand> operands,
                                 std::span<const Argument> attributes) {
  Node node;
  node.op = &op;
  node.operands = std::move(operands);
  node.attributes = ops::Attributes(attributes);
  node.line = line_;
  node.clone_of = clone_of_;
  node.backward = backward_;
  node.rematerialized = rematerialized_;
  node.precision = precision_;
  if (op.is_random)
    node.ordinal = reused_ordinal_ >= 0 ? std::exchange(reused_ordinal_, -1) : graph_.ordinals++;
  Result<std::vector<TensorType>> in = operand_types(graph_, node);
  if (!in.ok()) {
    fail(in.status());
    return harmless(op, attributes);
  }
  Result<ops::Types> out = ops::infer(op, in.value(), attributes);
  if (!out.ok()) {
    fail(out.status());
    return harmless(op, attributes);
  }
  const int32_t index = graph_.add_node(std::move(node), out.value());
  ops::Values result;
  for (ValueId id : graph_.nodes[static_cast<size_t>(index)].outputs) {
    ops::note_use(graph_.type(id).dtype);
    result.push_back(value(id));
  }
  return result;
}

ops::Values operands_of(ops::Builder& builder, const Node& node,
                        const std::vector<ops::Value>& became) {
  ops::Values operands;
  for (const Operand& operand : node.operands) {
    if (operand.is_value())
      operands.push_back(became[static_cast<size_t>(operand.value)]);
    else if (operand.is_scalar())
      operands.push_back(ops::Value(&builder, operand.scalar));
    else
      operands.emplace_back();
  }
  return operands;
}

namespace {

// A region is not emitted operator by operator: its body is made for the new types, and the node is
// appended as it is.
Status inline_region(GraphBuilder& builder, const Graph& source, const Node& node,
                     std::vector<ops::Value>& became) {
  Graph& target = builder.graph();
  Node copy = node;
  std::vector<TensorType> types;
  for (Operand& operand : copy.operands) {
    operand.value = became[static_cast<size_t>(operand.value)].id();
    types.push_back(target.type(operand.value));
  }
  const Region& region = source.regions[static_cast<size_t>(node.region)];
  WEFT_ASSIGN(Graph body, with_input_types(*region.body, types));
  const std::vector<TensorType> out = body.output_types();
  copy.region = target.add_region({region.kind, std::make_shared<const Graph>(std::move(body))});
  copy.clone_of = kNoValue;
  copy.line = -1;
  const int32_t index = target.add_node(std::move(copy), out);
  for (size_t i = 0; i < out.size(); ++i)
    became[static_cast<size_t>(node.outputs[i])] =
        builder.value(target.nodes[static_cast<size_t>(index)].outputs[i]);
  return {};
}

// The bodies of control flow are made for the new types, too, and the builder gives the node its
// ordinals.
Status inline_control(GraphBuilder& builder, const Graph& source, const Node& node,
                      std::vector<ops::Value>& became) {
  std::vector<ValueId> operands;
  std::vector<TensorType> types;
  for (const Operand& operand : node.operands) {
    operands.push_back(became[static_cast<size_t>(operand.value)].id());
    types.push_back(builder.graph().type(operands.back()));
  }
  WEFT_ASSIGN(Region region,
              with_operand_types(source.regions[static_cast<size_t>(node.region)], types));
  const ops::Values outputs = builder.add_control(std::move(region), operands);
  for (size_t i = 0; i < node.outputs.size(); ++i)
    became[static_cast<size_t>(node.outputs[i])] = outputs[i];
  return {};
}

}  // namespace

std::vector<ops::Value> inline_graph(GraphBuilder& builder, const Graph& source,
                                     std::span<const ops::Value> inputs) {
  std::vector<ops::Value> became(source.values.size(), ops::Value(&builder, kNoValue));
  for (size_t i = 0; i < inputs.size(); ++i)
    became[static_cast<size_t>(source.inputs[i])] = inputs[i];
  for (const Constant& constant : source.constants)
    became[static_cast<size_t>(constant.value)] =
        builder.constant(constant.content, source.values[static_cast<size_t>(constant.value)].name);
  // The settings of the builder hold for the whole source, and come back at the end.
  const bool backward = builder.backward(), rematerialized = builder.rematerialized();
  const DType precision = builder.precision();
  for (const Node& node : source.nodes) {
    if (!builder.status().ok()) break;
    builder.set_backward(backward || node.backward);
    builder.set_rematerialized(rematerialized || node.rematerialized);
    builder.set_precision(node.precision);
    if (!node.op && !control_of(source, node)) {
      builder.fail(inline_region(builder, source, node, became));
      continue;
    }
    builder.set_line(node.line < 0 ? std::string_view()
                                   : source.lines[static_cast<size_t>(node.line)]);
    builder.set_clone_of(node.clone_of < 0 ? kNoValue
                                           : became[static_cast<size_t>(node.clone_of)].id());
    if (node.ordinal >= 0) builder.reuse_ordinal(node.ordinal);
    if (!node.op) {
      builder.fail(inline_control(builder, source, node, became));
      continue;
    }
    const ops::Values operands = operands_of(builder, node, became);
    const ops::Values outputs = builder.emit(*node.op, operands, node.attributes.view());
    for (size_t i = 0; i < node.outputs.size() && i < outputs.size(); ++i)
      became[static_cast<size_t>(node.outputs[i])] = outputs[i];
  }
  builder.set_line({});
  builder.set_clone_of(kNoValue);
  builder.set_backward(backward);
  builder.set_rematerialized(rematerialized);
  builder.set_precision(precision);
  return became;
}

// One walk from the last node to the first.
std::vector<bool> needed_values(const Graph& graph) {
  std::vector<bool> needed(graph.values.size(), false);
  for (const ValueId id : graph.outputs) needed[static_cast<size_t>(id)] = true;
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    const bool any = std::ranges::any_of(
        node.outputs, [&](ValueId id) { return needed[static_cast<size_t>(id)]; });
    if (!any && node.effect < 0) continue;
    for (const Operand& operand : node.operands)
      if (operand.is_value()) needed[static_cast<size_t>(operand.value)] = true;
  }
  return needed;
}

ops::Values emit_graph(ops::Builder& builder, const Graph& source,
                       std::span<const ops::Value> inputs) {
  const ops::Value nothing(&builder, Argument::of_int(0));
  std::vector<ops::Value> became(source.values.size(), nothing);
  for (size_t i = 0; i < inputs.size(); ++i)
    became[static_cast<size_t>(source.inputs[i])] = inputs[i];
  for (const Constant& constant : source.constants)
    became[static_cast<size_t>(constant.value)] = ops::Value(&builder, constant.content);
  const std::vector<bool> needed = needed_values(source);
  for (const Node& node : source.nodes) {
    if (!builder.status().ok()) break;
    if (node.effect < 0 && std::ranges::none_of(node.outputs, [&](ValueId id) {
          return needed[static_cast<size_t>(id)];
        }))
      continue;
    if (!node.op) {
      builder.fail(errors::unsupported("graph", "a rule must not contain control flow"));
      break;
    }
    const ops::Values operands = operands_of(builder, node, became);
    const ops::Values outputs = builder.emit(*node.op, operands, node.attributes.view());
    for (size_t i = 0; i < node.outputs.size() && i < outputs.size(); ++i)
      became[static_cast<size_t>(node.outputs[i])] = outputs[i];
  }
  ops::Values results;
  for (const ValueId id : source.outputs) results.push_back(became[static_cast<size_t>(id)]);
  return results;
}

}  // namespace weft::graph
