// Law: the gathering of an array's parts becomes its start and its wait, which together compute the
// same; waits stay where the gathering was, and starts move forward. Gatherings with nothing but
// views between them are a group, such as those of a layer's weight and bias. The starts of a group
// come right behind the waits of the group before it, so that what is computed between the two
// hides the transfer. Only one group is under way at a time: the arrays of two layers are whole
// then, and not those of all.
//
// All ranks have the same plan, so they start everything in the same order. Nothing moves across
// a message to another rank or an effect that is no collective. A graph without effects stays one.
#include <algorithm>
#include <vector>

#include "base/apart.h"
#include "graph/passes/collectives_impl.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

bool is_gathering(const Graph& graph, const Node& node) {
  return node.op && node.op->name == "gather_parts" && node.operands[0].is_value() &&
         graph.type(node.outputs[0]).bytes() > 0;
}

// Start and wait in the place of each gathering. `starts`: where the starts are.
Graph with_parts(const Graph& graph, std::vector<bool>& starts) {
  GraphRewrite rewrite(graph);
  Graph& to = rewrite.graph();
  for (const Node& node : graph.nodes) {
    if (!is_gathering(graph, node)) {
      rewrite.copy(node);
      starts.resize(to.nodes.size(), false);
      continue;
    }
    Node start = node;
    start.clone_of = kNoValue;  // what has an effect is no clone
    start.op = &ops::op_named("gather_blocks_start");
    start.operands[0] = rewrite.map(node.operands[0]);
    const TensorType type = graph.type(node.outputs[0]);
    const TensorType types[] = {type, graph.type(node.operands[0].value)};
    const int32_t begun = to.add_node(start, types);
    Node wait = start;
    wait.op = &ops::op_named("collective_wait");
    wait.operands.clear();
    for (const ValueId id : to.nodes[static_cast<size_t>(begun)].outputs)
      wait.operands.push_back(Operand::of_value(id));
    const ops::AttributeReader attributes = node.op->reader(node.attributes.view());
    wait.attributes = ops::Attributes({{attributes.get("group")}});
    const int32_t ended = to.add_node(wait, {&type, 1});
    rewrite.set(node.outputs[0], to.nodes[static_cast<size_t>(ended)].outputs[0]);
    starts.resize(to.nodes.size(), false);
    starts[static_cast<size_t>(begun)] = true;
  }
  return rewrite.finish();
}

// Behind which node each start comes; itself: it stays.
class Places {
 public:
  Places(const Graph& graph, const std::vector<bool>& starts) : graph_(graph) {
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
      const Node& node = graph.nodes[n];
      const auto place = static_cast<int32_t>(n);
      behind_.push_back(place);
      if (starts[n]) {
        begin_group_if_computed();
        if (before_ >= 0 && is_there(node, before_)) behind_.back() = before_;
      } else if (n > 0 && starts[n - 1]) {
        last_wait_ = place;
      } else if (!node.op || !node.op->view_rule) {
        computes_ = true;
        if (stops(node)) before_ = last_wait_ = -1;
      }
    }
  }

  std::vector<int32_t> order() const {
    std::vector<std::vector<int32_t>> followers(behind_.size());
    for (size_t n = 0; n < behind_.size(); ++n)
      if (behind_[n] != static_cast<int32_t>(n))
        followers[static_cast<size_t>(behind_[n])].push_back(static_cast<int32_t>(n));
    std::vector<int32_t> found;
    for (size_t n = 0; n < behind_.size(); ++n) {
      if (behind_[n] != static_cast<int32_t>(n)) continue;
      found.push_back(static_cast<int32_t>(n));
      found.insert(found.end(), followers[n].begin(), followers[n].end());
    }
    return found;
  }

 private:
  void begin_group_if_computed() {
    if (!computes_) return;
    computes_ = false;
    before_ = last_wait_;
  }
  // Has what the start reads been computed at this place?
  bool is_there(const Node& start, int32_t place) const {
    const Value& value = graph_.values[static_cast<size_t>(start.operands[0].value)];
    return value.origin != Origin::kNode || value.index <= place;
  }
  static bool stops(const Node& node) {
    return node.effect >= 0 && !is_wait(node) && !start_of(node) && !is_start(node);
  }
  static bool is_start(const Node& node) { return node.op && node.op->name.ends_with("_start"); }

  const Graph& graph_;
  std::vector<int32_t> behind_;
  int32_t last_wait_ = -1;  // of the present group
  int32_t before_ = -1;     // the last wait of the group before it
  bool computes_ = false;   // has anything been computed since the last wait?
};

WEFT_APART Graph with_early_starts(const Graph& graph) {
  std::vector<bool> starts;
  const Graph parted = with_parts(graph, starts);
  Graph ordered = with_node_order(parted, Places(parted, starts).order());
  number_effects(ordered);
  return ordered;
}

}  // namespace

WEFT_PASS(197, prefetch_parts, kExact, kAfterSplit) {
  const auto gathers = [&](const Node& node) { return is_gathering(graph, node); };
  if (graph.effects == 0 || std::ranges::none_of(graph.nodes, gathers)) return graph;
  return with_early_starts(graph);
}

}  // namespace weft::graph
