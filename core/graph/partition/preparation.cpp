// Marks frozen values, gives views and too large values back to the rest, and copies the nodes into
// two graphs. A node that both need is computed in both.
#include "graph/partition/preparation.h"

#include <algorithm>
#include <numeric>

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
      prepared_.push_back(!node.outputs.empty() && values[static_cast<size_t>(node.outputs[0])]);
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
    std::vector<ValueId> outputs;
    for_each_prepared_value([&](ValueId id) { outputs.push_back(id); });
    inputs.resize(graph_.inputs.size());
    std::iota(inputs.begin(), inputs.end(), 0);
    return with_outputs(graph_, outputs, inputs);
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

Graph with_outputs(const Graph& graph, std::span<const ValueId> outputs,
                   std::vector<int32_t>& inputs) {
  std::vector<bool> needed(graph.values.size(), false);
  const auto need = [&](ValueId id) { needed[static_cast<size_t>(id)] = true; };
  std::ranges::for_each(outputs, need);
  const auto is_needed = [&](const Node& node) {
    return std::ranges::any_of(node.outputs,
                               [&](ValueId id) { return needed[static_cast<size_t>(id)]; });
  };
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    if (!is_needed(node)) continue;
    for (const Operand& operand : node.operands)
      if (operand.is_value()) need(operand.value);
  }
  GraphRewrite rewrite(graph, GraphRewrite::Inputs::kNone);
  std::vector<int32_t> taken;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    if (!needed[static_cast<size_t>(graph.inputs[i])]) continue;
    rewrite.take_input(graph.inputs[i]);
    taken.push_back(inputs[i]);
  }
  inputs = std::move(taken);
  for (const Node& node : graph.nodes)
    if (is_needed(node)) rewrite.copy(node);
  for (const ValueId id : outputs) rewrite.graph().outputs.push_back(rewrite.map(id));
  return std::move(rewrite.graph());
}

bool SamePreparation::operator()(ValueId a, ValueId b) {
  ValueId& known = same_[static_cast<size_t>(a)];
  if (known == b) return true;
  const Value &from = a_.values[static_cast<size_t>(a)], &other = b_.values[static_cast<size_t>(b)];
  if (from.origin != other.origin || from.output != other.output || !(from.type == other.type))
    return false;
  const auto i = static_cast<size_t>(from.index), k = static_cast<size_t>(other.index);
  switch (from.origin) {
    case Origin::kInput:
      if (a_inputs_[i] != b_inputs_[k]) return false;
      break;
    case Origin::kConstant: {
      const Tensor &x = *a_.constants[i].content, &y = *b_.constants[k].content;
      if (x.data() != y.data() || x.strides() != y.strides()) return false;
      break;
    }
    case Origin::kNode: {
      const Node &x = a_.nodes[i], &y = b_.nodes[k];
      if (!x.op || x.op != y.op || !(x.attributes == y.attributes) ||
          x.operands.size() != y.operands.size())
        return false;
      for (size_t o = 0; o < x.operands.size(); ++o) {
        const Operand &p = x.operands[o], &q = y.operands[o];
        if (p.is_value() != q.is_value() || (p.is_value() ? !(*this)(p.value, q.value) : !(p == q)))
          return false;
      }
    }
  }
  known = b;
  return true;
}

}  // namespace weft::graph
