// Law: elementwise nodes that lead to nothing but new contents of states run as soon as their
// operands are there, behind everything that reads the old contents of these states. Only the order
// changes, so every bit stays.
//
// A training step is written as all gradients and then all updates. Moved up, each gradient dies
// where it is applied, and the state can still be updated in its own memory. Gradients that an
// update needs together with all others (a global norm) stay at the end because of what they read.
#include <algorithm>

#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// Finds a new order for one graph. Nodes that stay keep their order; each moving node runs behind
// one of them.
class UpdateScheduler {
 public:
  explicit UpdateScheduler(const Graph& graph)
      : graph_(graph), moves_(graph.nodes.size(), false), behind_(graph.nodes.size()) {}

  // Sorted by the staying node that each one runs behind; the sort is stable, and the staying node
  // comes first.
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
  // Also casts, copies and views.
  static bool is_elementwise(const Node& node) {
    return node.op &&
           (node.op->slot.elementwise || node.op->name == "cast" || keeps_elements(node));
  }

  // Finds the nodes that may move: nothing but new contents of states needs their results.
  void mark() {
    std::vector<bool> kept(graph_.values.size(), false);  // by value: something else needs it
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

  // By node: the staying node behind which it can run at the earliest, or itself if it stays.
  void find_places() {
    std::vector<int32_t> last_reader(graph_.values.size(), -1);
    std::vector<ValueId> renewed(graph_.values.size(), kNoValue);  // by new content: the old one
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

  // A node on the way to an update (a share of the old state, for example) waits for the update, so
  // that its result is not alive for long; but not beyond the moment when the state that it reads
  // is updated.
  void wait_for_users() {
    std::vector<int32_t> latest(graph_.values.size(), INT32_MAX);
    for (const StatePair& state : graph_.states) {
      const Node* const writer = graph_.producer(new_content(state));
      if (!writer) continue;
      const int32_t place = behind_[static_cast<size_t>(writer - graph_.nodes.data())];
      latest[static_cast<size_t>(new_content(state))] = -1;  // it stays where it is
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

  // A reader of a view also reads what the view is of.
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
  std::vector<bool> moves_;      // by node: it may move
  std::vector<int32_t> behind_;  // by node: the staying node that it runs behind
};

}  // namespace

WEFT_PASS(160, schedule_updates, kExact, kAfterSplit) {
  if (graph.states.empty()) return graph;
  return with_node_order(graph, UpdateScheduler(graph).order());
}

}  // namespace weft::graph
