// Law: elementwise nodes of one shape that feed each other, and reductions of their results over
// the same axes, become one fused region: the same steps in the same order on each element, and the
// same order of additions, so the same bits. A value that is read outside leaves the region as an
// output. Uniform random draws join the nodes that read them and keep their ordinals.
//
// Groups grow along the graph's order. A node joins the groups of its operands if no step outside
// would then have to run between two members (no cycle between steps), and if the result has no
// more arrays than a tile program takes. An effect depends on the effect before it, as if it read a
// value of it.
#include <algorithm>
#include <span>

#include "graph/ir/fused.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// Nodes that become one region.
struct Group {
  std::vector<int32_t> members;  // nodes, in order
};
// The last member of a group at the time when it was added.
struct End {
  int32_t last, group;
};

// Nodes and groups that one check for a cycle may look at. If it would take more, the groups stay
// apart.
constexpr size_t kMaxLookedAt = 2048;

// Forms the groups, then emits the graph with a region for each.
class Fuser {
 public:
  explicit Fuser(const Graph& graph)
      : graph_(graph), group_of_(graph.nodes.size(), -1), visited_(graph.nodes.size(), 0) {
    users_.resize(graph.values.size());
    for (size_t n = 0; n < graph.nodes.size(); ++n)
      for (const Operand& operand : graph.nodes[n].operands)
        if (operand.is_value())
          users_[static_cast<size_t>(operand.value)].push_back(static_cast<int32_t>(n));
    for (size_t n = 0; n < graph.nodes.size(); ++n)
      if (graph.nodes[n].effect >= 0) effects_.push_back(static_cast<int32_t>(n));
    leaves_.resize(graph.values.size());
    inner_.resize(graph.values.size(), kNoValue);
    for (const ValueId id : graph.outputs) leaves_[static_cast<size_t>(id)] = true;
  }

  // Nodes in the graph's order: each first gets a group of its own.
  Result<Graph> run() {
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (fusable(graph_.nodes[n])) join(static_cast<int32_t>(n));
      if (is_reduction(graph_.nodes[n])) join_reduction(static_cast<int32_t>(n));
    }
    return emit();
  }

 private:
  // An elementwise node with an array among its operands, or a draw.
  bool fusable(const Node& node) const {
    if (node.outputs.size() == 1 && draws_floats(node, graph_.type(node.outputs[0]))) return true;
    return is_elementwise(node) && std::ranges::any_of(node.operands, &Operand::is_value);
  }
  // The shape of the node's result.
  const Shape& shape_of(int32_t node) const {
    return graph_.type(graph_.nodes[static_cast<size_t>(node)].outputs[0]).shape;
  }
  // The node that makes the operand, or -1.
  int32_t producer_of(const Operand& operand) const {
    if (!operand.is_value()) return -1;
    const Value& value = graph_.values[static_cast<size_t>(operand.value)];
    return value.origin == Origin::kNode ? value.index : -1;
  }

  // Gradients and forward nodes stay apart: gradients that a forward region computes early would be
  // alive until they are read.
  bool is_backward(int32_t node) const { return graph_.nodes[static_cast<size_t>(node)].backward; }

  // Calls `use` with every node that has to run before node n.
  template <class Use>
  void for_each_dependency(int32_t n, const Use& use) const {
    const Node& node = graph_.nodes[static_cast<size_t>(n)];
    for (const Operand& operand : node.operands)
      if (const int32_t producer = producer_of(operand); producer >= 0) use(producer);
    if (node.effect > 0) use(effects_[static_cast<size_t>(node.effect) - 1]);
  }

  // Merges the node's own group with those of its operands, as far as possible.
  void join(int32_t node) {
    auto own = static_cast<int32_t>(groups_.size());
    groups_.push_back({{node}});
    ends_.push_back({node, own});
    group_of_[static_cast<size_t>(node)] = own;
    for (const Operand& operand : graph_.nodes[static_cast<size_t>(node)].operands) {
      const int32_t producer = producer_of(operand);
      if (producer < 0) continue;
      const int32_t other = group_of_[static_cast<size_t>(producer)];
      if (other < 0 || other == own || !(shape_of(producer) == shape_of(node))) continue;
      if (is_reduction_at(producer)) continue;
      if (is_backward(producer) != is_backward(node)) continue;
      own = try_merge(other, own);
    }
  }

  // Adds a reduction to the group that makes its operand. A reduction depends on nothing else, so
  // that makes no cycle.
  void join_reduction(int32_t node) {
    const Node& reduction = graph_.nodes[static_cast<size_t>(node)];
    const int32_t producer = producer_of(reduction.operands[0]);
    if (producer < 0 || is_backward(producer) != is_backward(node)) return;
    const int32_t group = group_of_[static_cast<size_t>(producer)];
    if (group < 0 || is_reduction_at(producer)) return;
    if (shape_of(producer).elements() == 0 || reduced_axes(graph_, reduction) == 0) return;
    std::vector<int32_t> merged = groups_[static_cast<size_t>(group)].members;
    merged.push_back(node);
    if (merged.size() > kMaxFusedNodes) return;
    group_of_[static_cast<size_t>(node)] = group;
    if (!fits(merged, group)) {
      group_of_[static_cast<size_t>(node)] = -1;
      return;
    }
    groups_[static_cast<size_t>(group)].members = std::move(merged);
    ends_.push_back({node, group});
  }

  bool is_reduction_at(int32_t node) const {
    return is_reduction(graph_.nodes[static_cast<size_t>(node)]);
  }

  // The group that holds both, or `into` if they stay apart. Membership is changed first, because
  // the checks ask for it, and changed back if they fail.
  int32_t try_merge(int32_t other, int32_t into) {
    Group& a = groups_[static_cast<size_t>(other)];
    Group& b = groups_[static_cast<size_t>(into)];
    if (a.members.size() + b.members.size() > kMaxFusedNodes) return into;
    const std::vector<int32_t> before = b.members;
    std::vector<int32_t> merged;
    std::ranges::merge(a.members, b.members, std::back_inserter(merged));
    for (const int32_t n : before) group_of_[static_cast<size_t>(n)] = other;
    if (fits(merged, other) && !cyclic(merged, other)) {
      a.members = std::move(merged);
      b.members.clear();
      ends_.push_back({a.members.back(), other});
      return other;
    }
    for (const int32_t n : before) group_of_[static_cast<size_t>(n)] = into;
    return into;
  }

  // Is the node no member of the group?
  bool is_outside(int32_t node, int32_t group) const {
    return node < 0 || group_of_[static_cast<size_t>(node)] != group;
  }
  // Is the value read outside the group, or an output of the graph?
  bool leaves(ValueId id, int32_t group) const {
    return leaves_[static_cast<size_t>(id)] ||
           std::ranges::any_of(users_[static_cast<size_t>(id)],
                               [&](int32_t user) { return is_outside(user, group); });
  }

  // Does the tile program take it?
  bool fits(const std::vector<int32_t>& members, int32_t group) const {
    return reduces_alike(members, group) && externals(members, group) <= kMaxFusedArrays;
  }

  // Are all reductions over the same axes, and does no member read one?
  bool reduces_alike(const std::vector<int32_t>& members, int32_t group) const {
    uint32_t axes = 0;
    for (const int32_t n : members) {
      const Node& node = graph_.nodes[static_cast<size_t>(n)];
      if (is_reduction(node)) {
        const uint32_t own = reduced_axes(graph_, node);
        if (axes != 0 && own != axes) return false;
        axes = own;
      }
      for (const Operand& operand : node.operands) {
        const int32_t producer = producer_of(operand);
        if (producer >= 0 && !is_outside(producer, group) && is_reduction_at(producer))
          return false;
      }
    }
    return true;
  }

  // The arrays of the tile program: values it reads, scalars (an array of one element each), and
  // outputs.
  size_t externals(const std::vector<int32_t>& members, int32_t group) const {
    std::vector<ValueId> values;
    std::vector<std::pair<ops::Argument, DType>> scalars;
    size_t count = 0;
    for (const int32_t n : members) {
      const Node& node = graph_.nodes[static_cast<size_t>(n)];
      const DType dtype = step_dtype(node);
      for (const Operand& operand : node.operands) {
        if (operand.is_scalar() && std::ranges::none_of(scalars, [&](const auto& s) {
              return s.second == dtype && same_argument(s.first, operand.scalar);
            }))
          scalars.emplace_back(operand.scalar, dtype);
        if (operand.is_value() && is_outside(producer_of(operand), group) &&
            std::ranges::find(values, operand.value) == values.end())
          values.push_back(operand.value);
      }
      count += leaves(node.outputs[0], group);
    }
    return count + values.size() + scalars.size();
  }

  // The dtype that a node's scalars are read in: that of its last array.
  DType step_dtype(const Node& node) const {
    for (size_t i = node.operands.size(); i-- > 0;)
      if (node.operands[i].is_value()) return graph_.type(node.operands[i].value).dtype;
    return DType::kBool;
  }

  // Lowers `first` until no other group has members on both sides of it: steps that lie before it
  // altogether need nothing at or after it, so the check may skip them. Groups are in the order of
  // their last members, so groups that end before are not looked at.
  int32_t first_that_may_follow(int32_t first, int32_t group, size_t& looked_at) const {
    for (size_t i = ends_.size(); i-- > 0 && ends_[i].last >= first;) {
      if (++looked_at > kMaxLookedAt) break;
      const std::vector<int32_t>& members = groups_[static_cast<size_t>(ends_[i].group)].members;
      if (ends_[i].group != group && !members.empty()) first = std::min(first, members.front());
    }
    return first;
  }

  // Would a step outside have to run after one member and before another one? The check follows the
  // dependencies of the group's inputs, whole groups at a time, to see whether they lead back to
  // the group. Where bounded work cannot tell, the answer is yes: a gradient that recomputes a long
  // chain has that chain in front of all its readers, and each check would walk through all of it.
  bool cyclic(const std::vector<int32_t>& members, int32_t group) {
    ++round_;
    std::vector<int32_t> pending;
    const auto push_dependencies = [&](int32_t n, int32_t inside) {
      for_each_dependency(n, [&](int32_t earlier) {
        if (is_outside(earlier, inside)) pending.push_back(earlier);
      });
    };
    for (const int32_t n : members) push_dependencies(n, group);
    size_t looked_at = 0;
    const int32_t first = first_that_may_follow(members.front(), group, looked_at);
    while (!pending.empty()) {
      if (++looked_at > kMaxLookedAt) return true;
      const int32_t n = pending.back();
      pending.pop_back();
      if (!is_outside(n, group)) return true;
      if (visited_[static_cast<size_t>(n)] == round_) continue;
      visited_[static_cast<size_t>(n)] = round_;
      const int32_t theirs = group_of_[static_cast<size_t>(n)];
      const std::span<const int32_t> all = step_of(n);
      if (all.back() < first) continue;
      looked_at += all.size();
      for (const int32_t m : all) {
        visited_[static_cast<size_t>(m)] = round_;
        push_dependencies(m, theirs < 0 ? -2 : theirs);
      }
    }
    return false;
  }

  // Steps in an order that respects the groups. A group runs when its last member's turn comes, or
  // earlier if a step outside reads one of its values.
  Result<Graph> emit() {
    GraphRewrite rewrite(graph_);
    std::vector<bool> done(graph_.nodes.size(), false);
    for (int32_t n = 0; n < static_cast<int32_t>(graph_.nodes.size()); ++n)
      if (step_of(n).back() == n) WEFT_TRY(run_after_its_dependencies(rewrite, done, n));
    return rewrite.finish();
  }

  // The members of the node's group, or the node alone.
  std::span<const int32_t> step_of(const int32_t& node) const {
    const int32_t group = group_of_[static_cast<size_t>(node)];
    if (group < 0) return {&node, 1};
    return groups_[static_cast<size_t>(group)].members;
  }

  // Depth first, without recursion, because graphs may be deep.
  Status run_after_its_dependencies(GraphRewrite& rewrite, std::vector<bool>& done, int32_t root) {
    std::vector<int32_t> stack{root};
    while (!stack.empty()) {
      const int32_t n = stack.back();
      if (done[static_cast<size_t>(n)]) {
        stack.pop_back();
        continue;
      }
      const std::span<const int32_t> members = step_of(n);
      const int32_t group = group_of_[static_cast<size_t>(n)];
      const size_t before = stack.size();
      for (const int32_t m : members)
        for_each_dependency(m, [&](int32_t earlier) {
          if (!done[static_cast<size_t>(earlier)] && (group < 0 || is_outside(earlier, group)))
            stack.push_back(earlier);
        });
      if (stack.size() != before) continue;
      stack.pop_back();
      for (const int32_t m : members) done[static_cast<size_t>(m)] = true;
      if (members.size() == 1)
        rewrite.copy(graph_.nodes[static_cast<size_t>(members[0])]);
      else
        WEFT_TRY(emit_region(rewrite, members));
    }
    return {};
  }

  // Makes the body and the node of one group.
  Status emit_region(GraphRewrite& rewrite, std::span<const int32_t> members) {
    const int32_t group = group_of_[static_cast<size_t>(members[0])];
    Graph body;
    body.ordinals = graph_.ordinals;  // draws keep their ordinals
    Node outer;
    for (const int32_t m : members)
      for (const Operand& operand : graph_.nodes[static_cast<size_t>(m)].operands) {
        if (!operand.is_value() || !is_outside(producer_of(operand), group)) continue;
        ValueId& id = inner_[static_cast<size_t>(operand.value)];
        if (id != kNoValue) continue;
        id = body.add_input(graph_.type(operand.value));
        outer.operands.push_back(rewrite.map(operand));
      }
    std::vector<ValueId> leaving, reduced;
    for (const int32_t m : members) {
      const Node& node = graph_.nodes[static_cast<size_t>(m)];
      Node copied = node;
      copied.line = copied.clone_of = -1;
      for (Operand& operand : copied.operands)
        if (operand.is_value()) operand.value = inner_[static_cast<size_t>(operand.value)];
      const TensorType type = graph_.type(node.outputs[0]);
      const int32_t index = body.add_node(std::move(copied), {&type, 1});
      inner_[static_cast<size_t>(node.outputs[0])] =
          body.nodes[static_cast<size_t>(index)].outputs[0];
      if (leaves(node.outputs[0], group))
        (is_reduction(node) ? reduced : leaving).push_back(node.outputs[0]);
    }
    // Reductions are the last outputs of a region.
    leaving.insert(leaving.end(), reduced.begin(), reduced.end());
    for (const ValueId id : leaving) body.outputs.push_back(inner_[static_cast<size_t>(id)]);
    for (const int32_t m : members) {
      const Node& node = graph_.nodes[static_cast<size_t>(m)];
      inner_[static_cast<size_t>(node.outputs[0])] = kNoValue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) inner_[static_cast<size_t>(operand.value)] = kNoValue;
    }
    const std::vector<TensorType> types = body.output_types();
    outer.line = graph_.nodes[static_cast<size_t>(members.back())].line;
    outer.backward = std::ranges::any_of(
        members, [&](int32_t m) { return graph_.nodes[static_cast<size_t>(m)].backward; });
    outer.region = rewrite.graph().add_region(
        {RegionKind::kFused, std::make_shared<const Graph>(std::move(body))});
    const int32_t index = rewrite.graph().add_node(std::move(outer), types);
    for (size_t i = 0; i < leaving.size(); ++i)
      rewrite.set(leaving[i], rewrite.graph().nodes[static_cast<size_t>(index)].outputs[i]);
    return {};
  }

  const Graph& graph_;
  std::vector<Group> groups_;
  std::vector<End> ends_;                    // by rising `last`
  std::vector<int32_t> group_of_;            // by node; -1: it cannot be fused
  std::vector<int32_t> effects_;             // nodes with an effect, in order
  std::vector<std::vector<int32_t>> users_;  // by value: the nodes that read it
  std::vector<bool> leaves_;                 // by value: an output of the graph
  std::vector<ValueId> inner_;               // by value: its id in the body that is being made
  std::vector<uint32_t> visited_;            // by node: the last round that visited it
  uint32_t round_ = 0;
};

}  // namespace

WEFT_PASS(170, fuse_elementwise, kExact, kAfterSplit) {
  Fuser fuser(graph);
  return fuser.run();
}

}  // namespace weft::graph
