// Law: elementwise nodes that lead to nothing but new contents of states run as soon as what they
// read is there, behind all that reads those states' old contents; only the order changes, so every
// bit stays.
//
// A training step is written as all gradients, then all updates. Moved up, each gradient dies where
// it is applied, and the state can still be renewed where it lies. Gradients that an update needs
// together with all others (a global norm) stay to the end by what they read.
#include <algorithm>

#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

class UpdateScheduler {
 public:
  explicit UpdateScheduler(const Graph& graph)
      : graph_(graph), moves_(graph.nodes.size(), false), behind_(graph.nodes.size()) {}

  std::vector<int32_t> order() {
    mark();
    find_places();
    wait_for_users();
    std::vector<int32_t> order(graph_.nodes.size());
    for (size_t n = 0; n < order.size(); ++n) order[n] = static_cast<int32_t>(n);
    std::ranges::stable_sort(order, {}, [&](int32_t n) {
      return std::pair(behind_[static_cast<size_t>(n)], moves_[static_cast<size_t>(n)]);
    });
    return order;
  }

 private:
  static bool is_elementwise(const Node& node) {
    return node.op &&
           (node.op->slot.elementwise || node.op->name == "cast" || keeps_elements(node));
  }

  void mark() {
    std::vector<bool> kept(graph_.values.size(), false);  // for something else
    std::vector<bool> renews(graph_.outputs.size(), false);
    for (const StatePair& state : graph_.states) renews[static_cast<size_t>(state.output)] = true;
    for (size_t k = 0; k < graph_.outputs.size(); ++k)
      if (!renews[k]) kept[static_cast<size_t>(graph_.outputs[k])] = true;
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      moves_[n] = is_elementwise(node) && node.effect < 0 &&
                  std::ranges::none_of(node.outputs,
                                       [&](ValueId id) { return kept[static_cast<size_t>(id)]; });
      if (moves_[n]) continue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) kept[static_cast<size_t>(operand.value)] = true;
    }
  }

  // The node, of those that stay, behind which each runs: itself, if it stays.
  void find_places() {
    std::vector<int32_t> last_reader(graph_.values.size(), -1);
    std::vector<ValueId> renewed(graph_.values.size(), kNoValue);  // the old side, by new content
    for (const StatePair& state : graph_.states)
      renewed[static_cast<size_t>(new_content(state))] = old_content(state);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      int32_t& behind = behind_[n];
      behind = moves_[n] ? -1 : static_cast<int32_t>(n);
      for (const Operand& operand : node.operands) {
        if (!operand.is_value()) continue;
        const Value& value = graph_.values[static_cast<size_t>(operand.value)];
        if (moves_[n] && value.origin == Origin::kNode)
          behind = std::max(behind, behind_[static_cast<size_t>(value.index)]);
      }
      for (const ValueId id : node.outputs) {
        const ValueId old = renewed[static_cast<size_t>(id)];
        if (moves_[n] && old != kNoValue)
          behind = std::max(behind, last_reader[static_cast<size_t>(old)]);
      }
      for (const Operand& operand : node.operands)
        if (operand.is_value()) note_reader(last_reader, operand.value, behind);
    }
  }

  // What is needed on the way to an update (a share of the old state) waits for it, but not for
  // longer than until the state that it reads is renewed.
  void wait_for_users() {
    std::vector<int32_t> latest(graph_.values.size(), INT32_MAX);
    for (const StatePair& state : graph_.states) {
      const Node* const writer = graph_.producer(new_content(state));
      if (!writer) continue;
      const int32_t place = behind_[static_cast<size_t>(writer - graph_.nodes.data())];
      latest[static_cast<size_t>(new_content(state))] = -1;  // stays where it is
      latest[static_cast<size_t>(old_content(state))] = place;
    }
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      if (!moves_[n]) continue;
      const Node& node = graph_.nodes[n];
      int32_t limit = INT32_MAX;
      for (const ValueId id : node.outputs)
        limit = std::min(limit, latest[static_cast<size_t>(id)]);
      for (const Operand& operand : node.operands)
        if (operand.is_value() && !graph_.producer(operand.value))
          limit = std::min(limit, latest[static_cast<size_t>(operand.value)]);
      if (limit != INT32_MAX) behind_[n] = std::max(behind_[n], limit);
      for (const Operand& operand : node.operands) {
        if (!operand.is_value() || !graph_.producer(operand.value)) continue;
        int32_t& known = latest[static_cast<size_t>(operand.value)];
        known = std::min(known, behind_[n]);
      }
    }
  }

  ValueId new_content(const StatePair& state) const {
    return graph_.outputs[static_cast<size_t>(state.output)];
  }
  ValueId old_content(const StatePair& state) const {
    return graph_.inputs[static_cast<size_t>(state.input)];
  }

  // What reads a view reads what it is a view of.
  void note_reader(std::vector<int32_t>& last_reader, ValueId id, int32_t reader) const {
    for (;;) {
      int32_t& last = last_reader[static_cast<size_t>(id)];
      last = std::max(last, reader);
      const Node* const from = graph_.producer(id);
      const bool is_view = from && from->op && (from->op->view_rule || keeps_elements(*from)) &&
                           from->operands[0].is_value();
      if (!is_view) return;
      id = from->operands[0].value;
    }
  }

  const Graph& graph_;
  std::vector<bool> moves_;      // by node
  std::vector<int32_t> behind_;  // by node
};

}  // namespace

WEFT_PASS(160, schedule_updates, kExact, kAfterSplit) {
  if (graph.states.empty()) return graph;
  return with_node_order(graph, UpdateScheduler(graph).order());
}

}  // namespace weft::graph
