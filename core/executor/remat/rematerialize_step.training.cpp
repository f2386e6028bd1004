// Rematerialisation in a training step that is one graph: which part of it runs first, and clones
// of nodes of that part in the rest.
#include <algorithm>

#include "executor/memory/arena_packing.h"
#include "executor/plan/branches.h"
#include "executor/remat/rematerialize.h"

namespace weft::executor {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Operand;
using graph::Origin;
using graph::ValueId;

namespace {

// By node: an output that is no state needs it.
std::vector<bool> needed_by_outputs(const Graph& graph) {
  std::vector<bool> live(graph.values.size(), false), first(graph.nodes.size(), false);
  std::vector<bool> is_state(graph.outputs.size(), false);
  for (const graph::StatePair& pair : graph.states)
    is_state[static_cast<size_t>(pair.output)] = true;
  for (size_t k = 0; k < graph.outputs.size(); ++k)
    if (!is_state[k]) live[static_cast<size_t>(graph.outputs[k])] = true;
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    first[n] = std::ranges::any_of(node.outputs,
                                   [&](ValueId id) { return live[static_cast<size_t>(id)]; });
    if (!first[n]) continue;
    for (const Operand& operand : node.operands)
      if (operand.is_value()) live[static_cast<size_t>(operand.value)] = true;
  }
  return first;
}

// By node: it runs before the gradients, or is a mask (split.h) of a value that does. In a graph
// from a file nodes do not tell which ones are gradients: there it is what the results need that
// are no states.
std::vector<bool> runs_first(const Graph& graph) {
  if (std::ranges::none_of(graph.nodes, &Node::backward)) return needed_by_outputs(graph);
  std::vector<bool> first(graph.nodes.size(), false);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const bool may = !node.backward || is_mask(graph, node);
    first[n] = may && std::ranges::all_of(node.operands, [&](const Operand& operand) {
                 if (!operand.is_value()) return true;
                 const graph::Value& value = graph.values[static_cast<size_t>(operand.value)];
                 return value.origin != Origin::kNode || first[static_cast<size_t>(value.index)];
               });
  }
  return first;
}

// A training step, split into its first part and the rest.
class Step {
 public:
  explicit Step(const Graph& graph)
      : graph_(graph), first_(runs_first(graph)), leaves_(graph.values.size(), false) {
    std::vector<bool> is_state(graph.outputs.size(), false);
    for (const graph::StatePair& pair : graph.states)
      is_state[static_cast<size_t>(pair.output)] = true;
    for (size_t k = 0; k < graph.outputs.size(); ++k)
      if (!is_state[k]) leaves_[static_cast<size_t>(graph.outputs[k])] = true;
  }

  // The first part. A part with all nodes means that there is no rest, and so nothing to recompute.
  ForwardPart part() const {
    ForwardPart part;
    for (size_t n = 0; n < first_.size(); ++n)
      if (first_[n]) part.nodes.push_back(static_cast<int32_t>(n));
    if (part.nodes.size() == first_.size()) part.nodes.clear();
    part.leaves = leaves_;
    part.renewed.resize(graph_.inputs.size(), false);
    for (const graph::StatePair& pair : graph_.states) {
      const ValueId renewed = graph_.outputs[static_cast<size_t>(pair.output)];
      part.renewed[static_cast<size_t>(pair.input)] = of_first(renewed);
    }
    part.residuals = [*this](const std::vector<bool>& rematerialized) {
      return residuals(rematerialized);
    };
    return part;
  }

  // The graph with clones. A clone of a value is made once, just before its first reader, after
  // clones of its operands.
  Graph with(const std::vector<bool>& rematerialized) const {
    Graph result = graph_;
    std::vector<int32_t> order;
    std::vector<ValueId> again(graph_.values.size(), kNoValue);
    const auto bring = [&](const auto& self, ValueId id) -> ValueId {
      const Node* const node = runs_again(id, rematerialized);
      if (!node) return id;
      ValueId& known = again[static_cast<size_t>(id)];
      if (known != kNoValue) return known;
      Node clone = *node;
      clone.clone_of = node->outputs[0];
      clone.backward = true;
      for (Operand& operand : clone.operands)
        if (operand.is_value()) operand.value = self(self, operand.value);
      std::vector<graph::TensorType> types;
      for (const ValueId output : node->outputs) types.push_back(graph_.type(output));
      const int32_t index = result.add_node(std::move(clone), types);
      order.push_back(index);
      const std::vector<ValueId>& made = result.nodes[static_cast<size_t>(index)].outputs;
      for (size_t i = 0; i < made.size(); ++i)
        again[static_cast<size_t>(node->outputs[i])] = made[i];
      return known;
    };
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      for (size_t i = 0; !first_[n] && i < graph_.nodes[n].operands.size(); ++i) {
        const Operand& operand = graph_.nodes[n].operands[i];
        if (!operand.is_value()) continue;
        const ValueId brought = bring(bring, operand.value);
        result.nodes[n].operands[i].value = brought;
      }
      // Clones stand among the gradients, and so does what reads them, also in a graph from a file.
      result.nodes[n].backward = !first_[n];
      order.push_back(static_cast<int32_t>(n));
    }
    return graph::with_node_order(result, order);
  }

 private:
  // Is the value computed in the first part?
  bool of_first(ValueId id) const {
    const graph::Value& value = graph_.values[static_cast<size_t>(id)];
    return value.origin == Origin::kNode && first_[static_cast<size_t>(value.index)];
  }

  // The node that the rest runs again for this value, or null: marked nodes, and what is cheap to
  // compute (as in split): views, and nodes that read no array.
  const Node* runs_again(ValueId id, const std::vector<bool>& rematerialized) const {
    if (!of_first(id) || leaves_[static_cast<size_t>(id)]) return nullptr;
    const auto n = static_cast<size_t>(graph_.values[static_cast<size_t>(id)].index);
    const Node& node = graph_.nodes[n];
    if (!node.op || node.effect >= 0) return nullptr;
    if (rematerialized[n] && !is_reduced(graph_, node, graph_.type(id).bytes())) return &node;
    if (node.op->is_random || node.op->runs_on_caller) return nullptr;
    const bool reads = std::ranges::any_of(node.operands, &Operand::is_value);
    return !reads || node.op->view_rule ? &node : nullptr;
  }

  // Goes from the values that the rest reads back over nodes that run again; the others are kept.
  Residuals residuals(const std::vector<bool>& rematerialized) const {
    std::vector<ValueId> pending;
    for (size_t n = 0; n < graph_.nodes.size(); ++n)
      for (const Operand& operand : graph_.nodes[n].operands)
        if (!first_[n] && operand.is_value()) pending.push_back(operand.value);
    std::vector<bool> seen(graph_.values.size(), false), runs(graph_.nodes.size(), false);
    Residuals residuals;
    while (!pending.empty()) {
      const ValueId id = pending.back();
      pending.pop_back();
      if (seen[static_cast<size_t>(id)] || !of_first(id) || leaves_[static_cast<size_t>(id)])
        continue;
      seen[static_cast<size_t>(id)] = true;
      const Node* const node = runs_again(id, rematerialized);
      if (!node) {
        residuals.bytes += aligned(graph_.type(id).bytes());
        continue;
      }
      runs[static_cast<size_t>(node - graph_.nodes.data())] = true;
      for (const Operand& operand : node->operands)
        if (operand.is_value()) pending.push_back(operand.value);
    }
    for (size_t n = 0; n < runs.size(); ++n)
      if (runs[n]) residuals.seconds += seconds_of(cost_of_node(graph_, graph_.nodes[n]));
    return residuals;
  }

  const Graph& graph_;
  std::vector<bool> first_;   // by node
  std::vector<bool> leaves_;  // by value: an output that is no state
};

}  // namespace

ForwardPart forward_of_step(const Graph& graph) { return Step(graph).part(); }

Graph with_rematerialized(const Graph& graph, const std::vector<bool>& rematerialized) {
  return Step(graph).with(rematerialized);
}

Graph with_checkpoints(Graph graph) {
  const bool has_gradients = std::ranges::any_of(graph.nodes, &graph::Node::backward);
  if (!has_gradients || std::ranges::none_of(graph.nodes, &graph::Node::rematerialized))
    return graph;
  return with_rematerialized(graph, checkpointed(graph, forward_of_step(graph)));
}

}  // namespace weft::executor
