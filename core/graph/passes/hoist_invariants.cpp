// Loop-invariant code motion. Law: what each iteration of a loop computes from captured arrays
// alone is computed once before the loop, and captured: the same operators on the same arrays, so
// the same bits. Only for loops that surely run at least once, because a kernel may fail. Views
// stay inside, and so does what reads no array: it is as quick to compute again.
#include <algorithm>

#include "base/apart.h"
#include "graph/ir/control.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// A node whose result is the same in every iteration if its operands are.
bool may_move(const Node& node) {
  return node.op && !node.op->is_random && !node.op->runs_on_caller && node.effect < 0 &&
         node.clone_of == kNoValue;
}

// Hoists out of one loop.
class Hoist {
 public:
  Hoist(GraphRewrite& rewrite, const Graph& graph, const Node& loop)
      : rewrite_(rewrite),
        graph_(graph),
        loop_(loop),
        region_(*control_of(graph, loop)),
        body_(*region_.body),
        invariant_(body_.values.size(), false),
        outside_(body_.values.size(), kNoValue) {}

  // Appends the nodes that move out. True: the loop gets a new body.
  bool run() {
    find_invariants();
    find_moved();
    if (moved_.empty()) return false;
    for (const ValueId id : moved_) bring_out(id);
    return true;
  }

  // Adds the loop without the moved nodes; their values are new inputs of the body.
  void add_loop() {
    GraphRewrite inside(body_);
    Node copied = loop_;
    for (Operand& operand : copied.operands) operand = rewrite_.map(operand);
    for (const ValueId id : moved_) {
      inside.set(id, inside.graph().add_input(body_.type(id)));
      copied.operands.push_back(Operand::of_value(outside_[static_cast<size_t>(id)]));
    }
    for (const Node& node : body_.nodes)
      if (!is_moved(node)) inside.copy(node);
    Region region = region_;
    region.body = std::make_shared<const Graph>(inside.finish());
    if (loop_.clone_of >= 0) copied.clone_of = rewrite_.map(loop_.clone_of);
    copied.region = rewrite_.graph().add_region(std::move(region));
    std::vector<TensorType> types;
    for (const ValueId id : loop_.outputs) types.push_back(graph_.type(id));
    const int32_t index = rewrite_.graph().add_node(std::move(copied), types);
    for (size_t i = 0; i < types.size(); ++i)
      rewrite_.set(loop_.outputs[i], rewrite_.graph().nodes[static_cast<size_t>(index)].outputs[i]);
  }

 private:
  bool is_invariant(const Operand& operand) const {
    return !operand.is_value() || invariant_[static_cast<size_t>(operand.value)];
  }
  // Are all values of the node captured now? A node with only some read values stays, unread.
  bool is_moved(const Node& node) const {
    return std::ranges::all_of(
        node.outputs, [&](ValueId id) { return std::ranges::find(moved_, id) != moved_.end(); });
  }

  // Values that follow from captured inputs and constants alone.
  void find_invariants() {
    const size_t first = static_cast<size_t>(region_.loop.sliced + region_.loop.carried);
    for (size_t i = first; i < body_.inputs.size(); ++i)
      invariant_[static_cast<size_t>(body_.inputs[i])] = true;
    for (const Constant& constant : body_.constants)
      invariant_[static_cast<size_t>(constant.value)] = true;
    for (const Node& node : body_.nodes)
      if (may_move(node) &&
          std::ranges::all_of(node.operands, [&](const auto& o) { return is_invariant(o); }))
        for (const ValueId id : node.outputs) invariant_[static_cast<size_t>(id)] = true;
  }

  // Should the value be computed before the loop? A value that is much larger than its operands
  // stays: it would be alive during the whole loop.
  bool moves(ValueId id) const {
    constexpr int64_t kGrowth = 4;
    const Node* const node = body_.producer(id);
    if (!node || !invariant_[static_cast<size_t>(id)] || keeps_elements(*node)) return false;
    int64_t bytes = 0;
    for (const Operand& operand : node->operands)
      if (operand.is_value()) bytes += body_.type(operand.value).bytes();
    return bytes > 0 && body_.type(id).bytes() <= kGrowth * bytes;
  }

  // The values that nodes which stay inside read, or that leave the body.
  void find_moved() {
    std::vector<bool> read(body_.values.size(), false);
    for (const ValueId id : body_.outputs) read[static_cast<size_t>(id)] = true;
    for (const Node& node : body_.nodes) {
      const bool goes = !node.outputs.empty() &&
                        std::ranges::all_of(node.outputs, [&](ValueId id) { return moves(id); });
      if (goes) continue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) read[static_cast<size_t>(operand.value)] = true;
    }
    for (const Node& node : body_.nodes)
      for (const ValueId id : node.outputs)
        if (read[static_cast<size_t>(id)] && moves(id)) moved_.push_back(id);
  }

  // Appends the value's node and everything that it is computed from.
  void bring_out(ValueId wanted) {
    std::vector<bool> needed(body_.values.size(), false);
    needed[static_cast<size_t>(wanted)] = true;
    const auto last = static_cast<size_t>(body_.values[static_cast<size_t>(wanted)].index);
    std::vector<size_t> nodes;
    for (size_t n = last + 1; n-- > 0;) {
      const Node& node = body_.nodes[n];
      const bool missing = std::ranges::any_of(node.outputs, [&](ValueId id) {
        return needed[static_cast<size_t>(id)] && outside_[static_cast<size_t>(id)] == kNoValue;
      });
      if (!missing) continue;
      nodes.push_back(n);
      for (const Operand& operand : node.operands)
        if (operand.is_value()) needed[static_cast<size_t>(operand.value)] = true;
    }
    for (size_t i = nodes.size(); i-- > 0;) copy_out(body_.nodes[nodes[i]]);
  }

  // The value before the loop: an operand of the loop, a constant, or a moved value.
  ValueId outside(ValueId id) {
    ValueId& known = outside_[static_cast<size_t>(id)];
    if (known != kNoValue) return known;
    const Value& value = body_.values[static_cast<size_t>(id)];
    if (value.origin == Origin::kInput) {
      const size_t operand = first_sliced(region_) + static_cast<size_t>(value.index);
      return known = rewrite_.map(loop_.operands[operand].value);
    }
    // The content is shared, because it never changes.
    Constant constant = body_.constants[static_cast<size_t>(value.index)];
    Graph& graph = rewrite_.graph();
    known = constant.value = static_cast<ValueId>(graph.values.size());
    graph.values.push_back(
        {value.type, {}, Origin::kConstant, static_cast<int32_t>(graph.constants.size()), 0});
    graph.constants.push_back(std::move(constant));
    return known;
  }

  // The node before the loop, on the loop's side of the gradients.
  void copy_out(const Node& node) {
    Node copied = node;
    copied.backward = loop_.backward;
    for (Operand& operand : copied.operands)
      if (operand.is_value()) operand.value = outside(operand.value);
    if (node.line >= 0)
      copied.line = rewrite_.graph().add_line(body_.lines[static_cast<size_t>(node.line)]);
    std::vector<TensorType> types;
    for (const ValueId id : node.outputs) types.push_back(body_.type(id));
    const int32_t index = rewrite_.graph().add_node(std::move(copied), types);
    for (size_t i = 0; i < types.size(); ++i)
      outside_[static_cast<size_t>(node.outputs[i])] =
          rewrite_.graph().nodes[static_cast<size_t>(index)].outputs[i];
  }

  GraphRewrite& rewrite_;
  const Graph& graph_;
  const Node& loop_;
  const Region& region_;
  const Graph& body_;
  std::vector<bool> invariant_;   // by value of the body
  std::vector<ValueId> moved_;    // values of the body, in order
  std::vector<ValueId> outside_;  // by value of the body: the same before the loop
};

// A while loop or a counted loop may run no iteration.
bool runs_at_least_once(const Region& region) {
  return region.kind == RegionKind::kLoop && region.loop.maximum > 0 && !region.loop.while_true &&
         !region.loop.counted;
}

bool is_loop(const Graph& graph, const Node& node) {
  const Region* const region = control_of(graph, node);
  return region && runs_at_least_once(*region);
}

WEFT_APART Graph hoisted(const Graph& graph) {
  GraphRewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    if (!is_loop(graph, node)) {
      rewrite.copy(node);
      continue;
    }
    Hoist hoist(rewrite, graph, node);
    if (hoist.run())
      hoist.add_loop();
    else
      rewrite.copy(node);
  }
  return rewrite.finish();
}

}  // namespace

WEFT_PASS(100, hoist_invariants, kExact, kWhole) {
  const auto loops = [&](const Node& node) { return is_loop(graph, node); };
  return std::ranges::any_of(graph.nodes, loops) ? hoisted(graph) : graph;
}

}  // namespace weft::graph
