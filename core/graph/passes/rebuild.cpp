#include "graph/passes/rebuild_impl.h"

namespace weft::graph {

Rebuild::Rebuild(const Graph& from, Inputs inputs)
    : from_(from), map_(from.values.size(), kNoValue) {
  to_.lines = from.lines;
  if (inputs == Inputs::kNone) return;
  to_.ordinals = from.ordinals;
  to_.effects = from.effects;
  for (const ValueId id : from.inputs) take_input(id);
}

void Rebuild::take_input(ValueId old) {
  set(old, to_.add_input(from_.type(old), from_.values[static_cast<size_t>(old)].name));
}

ValueId Rebuild::map(ValueId old) {
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

Operand Rebuild::map(const Operand& operand) {
  Operand result = operand;
  if (operand.is_value()) result.value = map(operand.value);
  return result;
}

void Rebuild::copy(const Node& node) {
  Node copied = node;
  for (Operand& operand : copied.operands) operand = map(operand);
  if (node.clone_of >= 0) copied.clone_of = map_[static_cast<size_t>(node.clone_of)];
  if (node.region >= 0)
    copied.region = to_.add_region(from_.regions[static_cast<size_t>(node.region)]);
  std::vector<TensorType> types;
  for (const ValueId id : node.outputs) types.push_back(from_.type(id));
  const int32_t index = to_.add_node(std::move(copied), types);
  for (size_t i = 0; i < types.size(); ++i) {
    const ValueId id = to_.nodes[static_cast<size_t>(index)].outputs[i];
    to_.values[static_cast<size_t>(id)].name =
        from_.values[static_cast<size_t>(node.outputs[i])].name;
    set(node.outputs[i], id);
  }
}

Graph Rebuild::finish() {
  for (const ValueId id : from_.outputs) to_.outputs.push_back(map(id));
  to_.states = from_.states;
  return std::move(to_);
}

}  // namespace weft::graph
