// Building graphs, and the changes that keep a graph's meaning: node order, states, input types.
// Changes return a new graph.
#include "graph/ir/ir.h"

#include <algorithm>

#include "base/errors.h"
#include "graph/ir/graph_builder.h"
#include "graph/ir/verifier.h"
#include "ops/registry.h"

namespace weft::graph {

bool draws_floats(const Node& node, const TensorType& out) {
  return node.op && node.ordinal >= 0 && node.op->name == "uniform" && out.dtype == DType::kFloat32;
}

bool keeps_elements(const Node& node) {
  if (!node.op) return false;
  const std::string& name = node.op->name;
  return node.op->view_rule || name == "broadcast_to" || name == "copy" || name == "stop_gradient";
}

ValueId Graph::add_input(const TensorType& type, std::string_view name) {
  const auto id = static_cast<ValueId>(values.size());
  values.push_back(
      {type, std::string(name), Origin::kInput, static_cast<int32_t>(inputs.size()), 0});
  inputs.push_back(id);
  return id;
}

// The constant gets a box of its own on the same storage, so that a write to the traced array
// copies first and does not reach the graph.
Result<ValueId> Graph::add_constant(const Ref<Tensor>& content, std::string_view name) {
  Storage* storage = content->box().storage();
  if (!storage)
    return errors::invalid_state(
        "graph", "a constant must have a value; got a traced array, which has none");
  Box* box = Box::create(Ref<Storage>(storage));
  if (!box) return errors::out_of_memory("graph", sizeof(Box));
  WEFT_ASSIGN(Ref<Tensor> own, Tensor::view(content->dtype(), content->shape(), content->strides(),
                                            content->offset(), Ref<Box>::adopt(box)));
  const auto id = static_cast<ValueId>(values.size());
  values.push_back({TensorType{content->dtype(), content->shape()}, std::string(name),
                    Origin::kConstant, static_cast<int32_t>(constants.size()), 0});
  constants.push_back({id, std::move(own), HeldValue(storage)});
  return id;
}

int32_t Graph::add_node(Node node, std::span<const TensorType> types) {
  const auto index = static_cast<int32_t>(nodes.size());
  if (node.op && node.op->has_effect && node.effect < 0) node.effect = effects++;
  node.outputs.clear();
  for (size_t i = 0; i < types.size(); ++i) {
    node.outputs.push_back(static_cast<ValueId>(values.size()));
    values.push_back({types[i], {}, Origin::kNode, index, static_cast<int32_t>(i)});
  }
  nodes.push_back(std::move(node));
  return index;
}

int32_t Graph::add_region(Region region) {
  regions.push_back(std::move(region));
  return static_cast<int32_t>(regions.size()) - 1;
}

// Nodes that follow one another often have the same line, so only the last one is compared.
int32_t Graph::add_line(std::string_view text) {
  if (text.empty()) return -1;
  if (lines.empty() || lines.back() != text) lines.emplace_back(text);
  return static_cast<int32_t>(lines.size()) - 1;
}

const Node* Graph::producer(ValueId id) const {
  const Value& value = values[static_cast<size_t>(id)];
  return value.origin == Origin::kNode ? &nodes[static_cast<size_t>(value.index)] : nullptr;
}

std::vector<TensorType> Graph::input_types() const {
  std::vector<TensorType> types;
  types.reserve(inputs.size());
  for (ValueId id : inputs) types.push_back(type(id));
  return types;
}

std::vector<TensorType> Graph::output_types() const {
  std::vector<TensorType> types;
  types.reserve(outputs.size());
  for (ValueId id : outputs) types.push_back(type(id));
  return types;
}

// Values keep their ids; only positions of nodes change.
Graph with_node_order(const Graph& graph, std::span<const int32_t> order) {
  Graph result = graph;
  std::vector<int32_t> place(order.size());
  for (size_t to = 0; to < order.size(); ++to) {
    const auto from = static_cast<size_t>(order[to]);
    result.nodes[to] = graph.nodes[from];
    place[from] = static_cast<int32_t>(to);
  }
  for (Value& value : result.values)
    if (value.origin == Origin::kNode) value.index = place[static_cast<size_t>(value.index)];
  for (SizedNumber& number : result.sized) number.node = place[static_cast<size_t>(number.node)];
  return result;
}

std::vector<int32_t> count_uses(const Graph& graph) {
  std::vector<int32_t> uses(graph.values.size(), 0);
  for (const Node& node : graph.nodes)
    for (const Operand& operand : node.operands)
      if (operand.is_value()) ++uses[static_cast<size_t>(operand.value)];
  for (ValueId id : graph.outputs) ++uses[static_cast<size_t>(id)];
  return uses;
}

// From the last node to the first: a view is sensitive if its readers are.
std::vector<bool> stride_sensitive(const Graph& graph) {
  std::vector<bool> sensitive(graph.values.size(), false);
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    if (!node.op || node.op->slot.elementwise || node.op->name == "cast") continue;
    // A kernel that is not exact may sum in an order of its own.
    const bool adds_up =
        keeps_elements(node)
            ? std::ranges::any_of(node.outputs,
                                  [&](ValueId id) { return sensitive[static_cast<size_t>(id)]; })
            : node.op->slot.exactness != ops::Exactness::kExact;
    for (const Operand& operand : node.operands)
      if (operand.is_value() && adds_up) sensitive[static_cast<size_t>(operand.value)] = true;
  }
  return sensitive;
}

Result<std::vector<TensorType>> operand_types(const Graph& graph, const Node& node) {
  const size_t count = node.operands.size();
  std::vector<TensorType> types(count);
  std::vector<DType> promoted(count);
  auto weak = std::make_unique<bool[]>(count);
  for (size_t i = 0; i < count; ++i) {
    const Operand& operand = node.operands[i];
    weak[i] = operand.is_scalar();
    if (operand.is_value()) types[i] = graph.type(operand.value);
    if (operand.is_scalar()) types[i].dtype = ops::kind_dtype(operand.scalar);
    if (operand.kind == Operand::Kind::kAbsent) types[i].shape = Shape::absent();
  }
  WEFT_TRY(ops::promote_inputs(*node.op, types, {weak.get(), count}, promoted));
  for (size_t i = 0; i < count; ++i)
    if (weak[i]) types[i].dtype = promoted[i];
  return types;
}

// Renumbers values, inputs and outputs everywhere that they are named.
Result<Graph> without_states(const Graph& graph, std::span<const int32_t> inputs) {
  const std::vector<int32_t> uses = count_uses(graph);
  const auto goes = [&](int32_t input) { return std::ranges::count(inputs, input) > 0; };
  for (const int32_t input : inputs) {
    const ValueId id = graph.inputs[static_cast<size_t>(input)];
    if (uses[static_cast<size_t>(id)] > 0)
      return errors::invalid_value("graph", "input ", input,
                                   " must not be removed, because a node reads it");
  }
  std::vector<bool> keeps_output(graph.outputs.size(), true);
  for (const StatePair& state : graph.states)
    if (goes(state.input)) keeps_output[static_cast<size_t>(state.output)] = false;

  Graph result = graph;
  std::vector<ValueId> ids(graph.values.size(), kNoValue);
  result.values.clear();
  for (size_t id = 0; id < graph.values.size(); ++id) {
    Value value = graph.values[id];
    if (value.origin == Origin::kInput) {
      if (goes(value.index)) continue;
      value.index -= static_cast<int32_t>(
          std::ranges::count_if(inputs, [&](int32_t input) { return input < value.index; }));
    }
    ids[id] = static_cast<ValueId>(result.values.size());
    result.values.push_back(std::move(value));
  }
  const auto renumber = [&](ValueId& id) {
    if (id >= 0) id = ids[static_cast<size_t>(id)];
  };
  for (Node& node : result.nodes) {
    for (Operand& operand : node.operands) renumber(operand.value);
    for (ValueId& output : node.outputs) renumber(output);
    renumber(node.clone_of);
  }
  for (Constant& constant : result.constants) renumber(constant.value);
  for (Size& size : result.sizes) renumber(size.value);
  result.inputs.clear();
  std::vector<int32_t> input_of(graph.inputs.size(), -1), output_of(graph.outputs.size(), -1);
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    if (goes(static_cast<int32_t>(i))) continue;
    input_of[i] = static_cast<int32_t>(result.inputs.size());
    result.inputs.push_back(ids[static_cast<size_t>(graph.inputs[i])]);
  }
  result.outputs.clear();
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    if (!keeps_output[i]) continue;
    output_of[i] = static_cast<int32_t>(result.outputs.size());
    result.outputs.push_back(ids[static_cast<size_t>(graph.outputs[i])]);
  }
  result.states.clear();
  for (const StatePair& state : graph.states)
    if (!goes(state.input))
      result.states.push_back({input_of[static_cast<size_t>(state.input)],
                               output_of[static_cast<size_t>(state.output)]});
  for (Size& size : result.sizes)
    for (InputAxis& place : size.axes) place.input = input_of[static_cast<size_t>(place.input)];
  return result;
}

// Builds the graph anew through a GraphBuilder, which infers all types.
Result<Graph> with_input_types(const Graph& graph, std::span<const TensorType> types) {
  if (types.size() != graph.inputs.size())
    return errors::invalid_value("graph", "a graph with ", graph.inputs.size(),
                                 " inputs must get one type for each; got ", types.size(),
                                 " types");
  for (size_t i = 0; i < types.size(); ++i)
    if (types[i].shape.rank() >= 0)
      WEFT_TRY(checked_elements(types[i].shape.span(), "graph", "inputs").status());
  Graph result;
  result.ordinals = graph.ordinals;
  GraphBuilder builder(result);
  std::vector<ops::Value> inputs;
  for (size_t i = 0; i < types.size(); ++i)
    inputs.push_back(
        builder.input(types[i], graph.values[static_cast<size_t>(graph.inputs[i])].name));
  const std::vector<ops::Value> became = inline_graph(builder, graph, inputs);
  WEFT_TRY(builder.status());
  for (ValueId id : graph.outputs) builder.output(became[static_cast<size_t>(id)]);
  WEFT_TRY(builder.status());
  result.states = graph.states;
  WEFT_TRY(verify_bytes(result));
  return result;
}

}  // namespace weft::graph
