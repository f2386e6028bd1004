// Law: a collective becomes its start and its wait, which together compute the same; and nodes get
// another topological order, in which effects that are no waits keep theirs. Starts come as early
// as their operands permit. Waits, and what depends on them, come as late as possible: behind
// everything that can run without them. So the steps between a start and its wait hide the
// transfer. Waits have the order of their starts, because a group works in that order.
//
// What renews a state stays behind what reads its old content. Gradients that are reduced in place
// are alive until their updates, which come at the end; that is the price of hiding transfers.
// Where the result is another array, the operand is alive as well until the wait. So only some of
// these transfers are under way at a time: a start that is one more waits for the oldest first,
// which a group that works in order has mostly done by then.
#include <algorithm>
#include <deque>

#include "base/apart.h"
#include "graph/ir/graph_builder.h"
#include "graph/passes/collectives_impl.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

// The start makes the sum; the division is another node.
bool is_mean(const Node& node) {
  const auto has = [](const auto& one) { return one.name == "reduction"; };
  return std::ranges::any_of(node.op->attributes, has) &&
         node.op->reader(node.attributes.view()).text("reduction") == "mean";
}

// How many transfers that keep their operands may be under way.
constexpr size_t kUnderWay = 3;

// Start and wait in the place of each collective.
Result<Graph> with_parts(const Graph& graph) {
  GraphRewrite rewrite(graph);
  GraphBuilder builder(rewrite.graph());
  const ops::OpDef& wait_op = ops::op_named("collective_wait");
  for (const Node& node : graph.nodes) {
    const ops::OpDef* const start_op = start_of(node);
    if (!start_op || !node.operands[0].is_value() || graph.type(node.outputs[0]).bytes() == 0) {
      rewrite.copy(node);
      continue;
    }
    const TensorType type = graph.type(node.outputs[0]);
    Node start = node;
    start.op = start_op;
    start.operands[0] = rewrite.map(node.operands[0]);
    Graph& to = rewrite.graph();
    // A start that has two outputs sends from the second, which the wait keeps alive.
    const TensorType types[] = {type, graph.type(node.operands[0].value)};
    const int32_t begun = to.add_node(start, {types, static_cast<size_t>(start_op->output_count)});
    const ops::AttributeReader attributes = node.op->reader(node.attributes.view());
    Node wait = node;
    wait.op = &wait_op;
    wait.operands.clear();
    for (const ValueId id : to.nodes[static_cast<size_t>(begun)].outputs)
      wait.operands.push_back(Operand::of_value(id));
    wait.operands.resize(2);
    wait.attributes = ops::Attributes({{attributes.get("group")}});
    const int32_t ended = to.add_node(wait, {&type, 1});
    ops::Value result = builder.value(to.nodes[static_cast<size_t>(ended)].outputs[0]);
    builder.stand_for(node);
    if (is_mean(node))
      result =
          result / ops::cast(builder.call("group_size", {}, {attributes.get("group")}), type.dtype);
    rewrite.set(node.outputs[0], result.id());
  }
  WEFT_TRY(builder.status());
  Graph parted = rewrite.finish();
  number_effects(parted);
  return parted;
}

class Order {
 public:
  explicit Order(const Graph& graph)
      : graph_(graph),
        after_(graph.nodes.size()),
        feeds_(graph.nodes.size(), false),
        done_(graph.nodes.size(), false),
        wait_of_(graph.nodes.size(), -1) {
    find_dependencies();
    find_feeders();
  }

  // Everything that needs no wait first; then wait by wait.
  std::vector<int32_t> run() {
    std::vector<int32_t> left(graph_.nodes.size());
    for (size_t n = 0; n < left.size(); ++n) left[n] = static_cast<int32_t>(n);
    while (!left.empty()) {
      feed();
      std::vector<int32_t> deferred;
      for (const int32_t n : left) {
        if (done_[static_cast<size_t>(n)]) continue;
        if (!is_wait(node(n)) && is_ready(n))
          take(n);
        else
          deferred.push_back(n);
      }
      left = std::move(deferred);
      std::erase_if(left, [&](int32_t n) { return done_[static_cast<size_t>(n)]; });
      const auto wait =
          std::ranges::find_if(left, [&](int32_t n) { return is_wait(node(n)) && is_ready(n); });
      if (wait == left.end()) break;
      take(*wait);
      left.erase(wait);
    }
    return std::move(order_);
  }

 private:
  const Node& node(int32_t n) const { return graph_.nodes[static_cast<size_t>(n)]; }
  bool is_ready(int32_t n) const {
    return std::ranges::all_of(after_[static_cast<size_t>(n)],
                               [&](int32_t before) { return done_[static_cast<size_t>(before)]; });
  }
  void put(int32_t n) {
    order_.push_back(n);
    done_[static_cast<size_t>(n)] = true;
    const int32_t wait = wait_of_[static_cast<size_t>(n)];
    if (wait < 0 || !node(wait).operands[1].is_value()) return;
    under_way_.push_back(wait);
    if (under_way_.size() <= kUnderWay) return;
    wait_until(under_way_.front());
    under_way_.pop_front();
  }
  // Waits for all that began before what this is the wait of, and for that.
  void wait_until(int32_t last) {
    for (; next_wait_ < waits_.size() && waits_[next_wait_] <= last; ++next_wait_) {
      const int32_t wait = waits_[next_wait_];
      if (done_[static_cast<size_t>(wait)]) continue;
      order_.push_back(wait);
      done_[static_cast<size_t>(wait)] = true;
    }
  }
  void take(int32_t n) {
    put(n);
    feed();
  }

  // Starts, and what does nothing but lead to them, as soon as they can.
  void feed() {
    for (bool any = true; any;) {
      any = false;
      for (const int32_t n : feeders_) {
        if (done_[static_cast<size_t>(n)] || !is_ready(n)) continue;
        put(n);
        any = true;
      }
    }
    std::erase_if(feeders_, [&](int32_t n) { return done_[static_cast<size_t>(n)]; });
  }

  void find_dependencies() {
    std::vector<std::vector<int32_t>> readers(graph_.values.size());
    std::vector<ValueId> renewed(graph_.values.size(), kNoValue);
    for (const StatePair& state : graph_.states)
      renewed[static_cast<size_t>(graph_.outputs[static_cast<size_t>(state.output)])] =
          graph_.inputs[static_cast<size_t>(state.input)];
    int32_t last_wait = -1, last_other = -1;
    for (size_t k = 0; k < graph_.nodes.size(); ++k) {
      const auto n = static_cast<int32_t>(k);
      const Node& node = graph_.nodes[k];
      std::vector<int32_t>& after = after_[k];
      for (const Operand& operand : node.operands) {
        if (!operand.is_value()) continue;
        const Value& value = graph_.values[static_cast<size_t>(operand.value)];
        if (value.origin == Origin::kNode) after.push_back(value.index);
      }
      for (const ValueId id : node.outputs) {
        const ValueId old = renewed[static_cast<size_t>(id)];
        if (old == kNoValue) continue;
        const auto& before = readers[static_cast<size_t>(old)];
        after.insert(after.end(), before.begin(), before.end());
      }
      if (node.effect >= 0) {
        int32_t& last = is_wait(node) ? last_wait : last_other;
        if (last >= 0) after.push_back(last);
        last = n;
      }
      for (const Operand& operand : node.operands)
        if (operand.is_value()) note_reader(readers, operand.value, n);
      if (is_wait(node)) note_wait(n);
    }
  }

  // Waits have the order of their starts.
  void note_wait(int32_t n) {
    waits_.push_back(n);
    const Operand& begun = node(n).operands[0];
    if (!begun.is_value()) return;
    const Value& value = graph_.values[static_cast<size_t>(begun.value)];
    if (value.origin == Origin::kNode) wait_of_[static_cast<size_t>(value.index)] = n;
  }

  // A reader of a view also reads what the view is of.
  void note_reader(std::vector<std::vector<int32_t>>& readers, ValueId id, int32_t n) const {
    for (;;) {
      readers[static_cast<size_t>(id)].push_back(n);
      const Node* const from = graph_.producer(id);
      const bool is_view = from && from->op && (from->op->view_rule || keeps_elements(*from)) &&
                           from->operands[0].is_value();
      if (!is_view) return;
      id = from->operands[0].value;
    }
  }

  // Starts; and views and concatenations whose readers are all such.
  void find_feeders() {
    std::vector<bool> other(graph_.values.size(), false);  // by value: something else reads it
    for (const ValueId id : graph_.outputs) other[static_cast<size_t>(id)] = true;
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      const bool is_start = is_collective(node) && !is_wait(node);
      const bool moves = node.op && (node.op->view_rule || node.op->name == "concatenate") &&
                         std::ranges::none_of(node.outputs, [&](ValueId id) {
                           return other[static_cast<size_t>(id)];
                         });
      feeds_[n] = is_start || moves;
      if (feeds_[n]) {
        feeders_.push_back(static_cast<int32_t>(n));
        continue;
      }
      for (const Operand& operand : node.operands)
        if (operand.is_value()) other[static_cast<size_t>(operand.value)] = true;
    }
    std::ranges::reverse(feeders_);
  }

  const Graph& graph_;
  std::vector<std::vector<int32_t>> after_;  // by node: nodes that run before it
  std::vector<bool> feeds_, done_;           // by node
  std::vector<int32_t> feeders_;             // not done yet, in order
  std::vector<int32_t> order_;
  std::vector<int32_t> wait_of_;   // by node: the wait of a start; else -1
  std::vector<int32_t> waits_;     // in the order in which they run
  size_t next_wait_ = 0;           // of these: the first that may not have run
  std::deque<int32_t> under_way_;  // waits of starts that keep their operands, not forced yet
};

WEFT_APART Result<Graph> ordered(const Graph& graph) {
  WEFT_ASSIGN(const Graph parted, with_parts(graph));
  Graph ordered = with_node_order(parted, Order(parted).run());
  number_effects(ordered);
  return ordered;
}

}  // namespace

WEFT_PASS(195, split_collectives, kExact, kAfterSplit) {
  if (std::ranges::none_of(graph.nodes, [](const Node& node) { return start_of(node); }))
    return graph;
  return ordered(graph);
}

}  // namespace weft::graph
