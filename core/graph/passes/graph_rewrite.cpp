// The copying of nodes, constants and outputs. Contents of constants are shared.
#include "graph/passes/graph_rewrite_impl.h"

namespace weft::graph {

GraphRewrite::GraphRewrite(const Graph& from, Inputs inputs)
    : from_(from), map_(from.values.size(), kNoValue) {
  to_.lines = from.lines;
  to_.values.reserve(from.values.size());
  to_.nodes.reserve(from.nodes.size());
  if (inputs == Inputs::kNone) return;
  to_.ordinals = from.ordinals;
  to_.effects = from.effects;
  for (const ValueId id : from.inputs) take_input(id);
}

void GraphRewrite::take_input(ValueId old) {
  set(old, to_.add_input(from_.type(old), from_.values[static_cast<size_t>(old)].name));
}

ValueId GraphRewrite::map(ValueId old) {
  if (old < 0) return kNoValue;
  ValueId& found = map_[static_cast<size_t>(old)];
  const Value& value = from_.values[static_cast<size_t>(old)];
  if (found == kNoValue && value.origin == Origin::kConstant) {
    // The content is shared, not copied: it never changes.
    Constant constant = from_.constants[static_cast<size_t>(value.index)];
    found = static_cast<ValueId>(to_.values.size());
    constant.value = found;
    Value copy = value;
    copy.index = static_cast<int32_t>(to_.constants.size());
    to_.values.push_back(std::move(copy));
    to_.constants.push_back(std::move(constant));
  }
  return found;
}

Operand GraphRewrite::map(const Operand& operand) {
  Operand result = operand;
  if (operand.is_value()) result.value = map(operand.value);
  return result;
}

// Most of the work of passes: the node and its outputs are constructed where they will stay.
void GraphRewrite::copy(const Node& node) {
  Node copied = node;
  for (Operand& operand : copied.operands) operand = map(operand);
  if (node.clone_of >= 0) copied.clone_of = map_[static_cast<size_t>(node.clone_of)];
  if (node.region >= 0)
    copied.region = to_.add_region(from_.regions[static_cast<size_t>(node.region)]);
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const ValueId old = node.outputs[i];
    const auto id = static_cast<ValueId>(to_.values.size());
    to_.values.push_back(from_.values[static_cast<size_t>(old)]);
    to_.values.back().index = static_cast<int32_t>(to_.nodes.size());
    to_.values.back().output = static_cast<int32_t>(i);
    copied.outputs[i] = id;
    set(old, id);
  }
  to_.nodes.push_back(std::move(copied));
}

Graph GraphRewrite::finish() {
  for (const ValueId id : from_.outputs) to_.outputs.push_back(map(id));
  to_.states = from_.states;
  return std::move(to_);
}

}  // namespace weft::graph
