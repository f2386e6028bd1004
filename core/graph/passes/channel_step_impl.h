// Steps of arithmetic with one frozen element for each channel, which fold_affine and merge_affine
// move.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "graph/ir/graph_builder.h"
#include "graph/passes/graph_rewrite_impl.h"

namespace weft::graph {

// One step: value + other, value - other, value * other or value / other.
struct ChannelStep {
  enum Kind : uint8_t { kAdd, kSubtract, kMultiply, kDivide };
  Kind kind;
  Operand other;  // frozen, with one element for each channel; or a scalar
};

// The kind of step by the operator's name.
inline std::optional<ChannelStep::Kind> channel_step_kind(std::string_view op) {
  if (op == "add") return ChannelStep::kAdd;
  if (op == "subtract") return ChannelStep::kSubtract;
  if (op == "multiply") return ChannelStep::kMultiply;
  if (op == "divide") return ChannelStep::kDivide;
  return {};
}

// Does `other` vary along axis 1 of the image only?
inline bool is_one_a_channel(const TensorType& other, const TensorType& image) {
  const int rank = image.shape.rank(), own = other.shape.rank();
  for (int axis = 0; axis < own; ++axis)
    if (axis - own + rank != 1 && other.shape[axis] != 1) return false;
  return other.dtype == image.dtype && own <= rank;
}

// The step that `node` takes from `value`, if it is one. The result has the type of the value.
inline std::optional<ChannelStep> channel_step(const Graph& graph, const std::vector<bool>& frozen,
                                               const Node& node, ValueId value,
                                               const TensorType& type) {
  if (!node.op || node.clone_of != kNoValue) return {};
  const auto kind = channel_step_kind(node.op->name);
  if (!kind || !(graph.type(node.outputs[0]) == type)) return {};
  const bool is_first = node.operands[0].is_value() && node.operands[0].value == value;
  const bool commutes = *kind == ChannelStep::kAdd || *kind == ChannelStep::kMultiply;
  if (!is_first && !commutes) return {};
  const Operand& other = node.operands[is_first ? 1 : 0];
  if (!other.is_value()) return ChannelStep{*kind, other};
  if (!frozen[static_cast<size_t>(other.value)]) return {};
  if (!is_one_a_channel(graph.type(other.value), type)) return {};
  return ChannelStep{*kind, other};
}

// By value: the node that is its only reader and reads it once; -1: there are more, or it is an
// output.
inline std::vector<int32_t> sole_readers(const Graph& graph) {
  const std::vector<int32_t> uses = count_uses(graph);
  std::vector<int32_t> readers(graph.values.size(), -1);
  for (size_t n = 0; n < graph.nodes.size(); ++n)
    for (const Operand& operand : graph.nodes[n].operands)
      if (operand.is_value() && uses[static_cast<size_t>(operand.value)] == 1)
        readers[static_cast<size_t>(operand.value)] = static_cast<int32_t>(n);
  return readers;
}

}  // namespace weft::graph
