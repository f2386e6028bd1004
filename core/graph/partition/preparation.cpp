// Marks frozen values, gives views and too large values back to the rest, and copies the nodes into
// two graphs. A node that both need is computed in both.
#include "graph/partition/preparation.h"

#include <algorithm>

#include "graph/passes/graph_rewrite_impl.h"

namespace weft::graph {
namespace {

// May the node's results be frozen? Regions, random nodes, effects and clones may not.
bool may_be_prepared(const Node& node) {
  return node.op && !node.op->is_random && !node.op->runs_on_caller && node.effect < 0 &&
         node.clone_of == kNoValue;
}

// Prepared values stay in memory: each may have at most kGrowth bytes for each byte of all frozen
// inputs, and kSmall more. A larger factor saves time and costs memory.
constexpr int64_t kGrowth = 4;
constexpr int64_t kSmall = 64 * 1024;

// One split.
class Splitter {
 public:
  Splitter(const Graph& graph, const std::vector<bool>& frozen)
      : graph_(graph), read_by_rest_(graph.values.size(), false) {
    const std::vector<bool> values = frozen_values(graph, frozen);
    int64_t bytes = 0;
    for (size_t i = 0; i < graph.inputs.size(); ++i)
      if (frozen[i]) bytes += graph.type(graph.inputs[i]).bytes();
    largest_ = kGrowth * bytes + kSmall;
    for (const Node& node : graph.nodes)
      frozen_.push_back(!node.outputs.empty() && values[static_cast<size_t>(node.outputs[0])]);
    prepared_ = frozen_;
  }

  SplitPreparation run() {
    leave_to_the_rest();
    SplitPreparation split;
    split.preparation = preparation(split.inputs);
    split.rest = rest();
    return split;
  }

 private:
  // Is a result of the node read by the rest, or an output of the graph?
  bool is_read_by_rest(const Node& node) const {
    return std::ranges::any_of(node.outputs,
                               [&](ValueId id) { return read_by_rest_[static_cast<size_t>(id)]; });
  }
  // Is a result larger than a prepared value may be?
  bool is_too_large(const Node& node) const {
    return std::ranges::any_of(node.outputs,
                               [&](ValueId id) { return graph_.type(id).bytes() > largest_; });
  }

  // Decides which frozen nodes the rest computes itself: views, copies and what is too large. It
  // walks from the last node to the first, so all readers of a node are decided before it.
  void leave_to_the_rest() {
    for (const ValueId id : graph_.outputs) read_by_rest_[static_cast<size_t>(id)] = true;
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      if (prepared_[n] && is_read_by_rest(node) && (keeps_elements(node) || is_too_large(node)))
        prepared_[n] = false;
      if (prepared_[n]) continue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) read_by_rest_[static_cast<size_t>(operand.value)] = true;
    }
  }

  // Calls `use` for each value that passes from the preparation to the rest.
  template <class Use>
  void for_each_prepared_value(const Use& use) const {
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (!prepared_[n]) continue;
      for (const ValueId id : graph_.nodes[n].outputs)
        if (read_by_rest_[static_cast<size_t>(id)]) use(id);
    }
  }

  // The graph of the frozen nodes that prepared values need, also those that the rest computes as
  // well.
  Graph preparation(std::vector<int32_t>& inputs) const {
    std::vector<bool> needed(graph_.values.size(), false);
    for_each_prepared_value([&](ValueId id) { needed[static_cast<size_t>(id)] = true; });
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      if (!frozen_[n] || std::ranges::none_of(node.outputs, [&](ValueId id) {
            return needed[static_cast<size_t>(id)];
          }))
        continue;
      for (const ValueId id : node.outputs) needed[static_cast<size_t>(id)] = true;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) needed[static_cast<size_t>(operand.value)] = true;
    }
    GraphRewrite rewrite(graph_, GraphRewrite::Inputs::kNone);
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const ValueId id = graph_.inputs[i];
      if (!needed[static_cast<size_t>(id)]) continue;
      rewrite.take_input(id);
      inputs.push_back(static_cast<int32_t>(i));
    }
    for (size_t n = 0; n < graph_.nodes.size(); ++n)
      if (frozen_[n] && needed[static_cast<size_t>(graph_.nodes[n].outputs[0])])
        rewrite.copy(graph_.nodes[n]);
    for_each_prepared_value(
        [&](ValueId id) { rewrite.graph().outputs.push_back(rewrite.map(id)); });
    return std::move(rewrite.graph());
  }

  // The graph without the prepared nodes.
  Graph rest() const {
    GraphRewrite rewrite(graph_);
    for_each_prepared_value([&](ValueId id) { rewrite.take_input(id); });
    for (size_t n = 0; n < graph_.nodes.size(); ++n)
      if (!prepared_[n]) rewrite.copy(graph_.nodes[n]);
    return rewrite.finish();
  }

  const Graph& graph_;
  std::vector<bool> frozen_;        // by node
  std::vector<bool> prepared_;      // by node: frozen, and left to the preparation
  std::vector<bool> read_by_rest_;  // by value
  int64_t largest_ = 0;             // bytes of a prepared value
};

}  // namespace

std::vector<bool> frozen_values(const Graph& graph, const std::vector<bool>& frozen) {
  std::vector<bool> values(graph.values.size(), false);
  for (size_t i = 0; i < graph.inputs.size() && i < frozen.size(); ++i)
    values[static_cast<size_t>(graph.inputs[i])] = frozen[i];
  for (const StatePair& state : graph.states)
    values[static_cast<size_t>(graph.inputs[static_cast<size_t>(state.input)])] = false;
  for (const Constant& constant : graph.constants)
    values[static_cast<size_t>(constant.value)] = true;
  for (const Node& node : graph.nodes) {
    const bool follows =
        may_be_prepared(node) && std::ranges::all_of(node.operands, [&](const auto& o) {
          return !o.is_value() || values[static_cast<size_t>(o.value)];
        });
    for (const ValueId id : node.outputs) values[static_cast<size_t>(id)] = follows;
  }
  return values;
}

SplitPreparation split_preparation(const Graph& graph, const std::vector<bool>& frozen) {
  return Splitter(graph, frozen).run();
}

}  // namespace weft::graph
