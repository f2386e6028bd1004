// The split of a joint graph. mark_forward decides which nodes are forward, find_residuals what
// passes to the backward graph, and the build functions copy nodes with their constants.
#include "executor/remat/split.h"

#include <algorithm>

#include "executor/memory/arena_packing.h"
#include "executor/plan/branches.h"
#include "graph/reverse/effects.h"

namespace weft::executor {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Operand;
using graph::Origin;
using graph::ValueId;

namespace {

// One split; run(), residuals() and nodes_of_forward() are three results of the same marks.
class Splitter {
 public:
  Splitter(const Graph& joint, size_t outputs, const std::vector<bool>& rematerialized)
      : joint_(joint),
        outputs_(outputs),
        marked_(rematerialized),
        in_forward_(joint.nodes.size(), false),
        runs_again_(joint.nodes.size(), false),
        forward_(joint.values.size(), kNoValue),
        backward_(joint.values.size(), kNoValue) {}

  Split run() {
    mark_forward();
    build_forward();
    build_backward();
    for (const ValueId id : residuals_)
      split_.forward.outputs.push_back(forward_[static_cast<size_t>(id)]);
    split_.reads_input.resize(joint_.inputs.size(), false);
    split_.reads_output.resize(outputs_, false);
    const std::vector<int32_t> uses = count_uses(split_.backward);
    for (size_t i = 0; i < joint_.inputs.size() + outputs_; ++i) {
      const bool read = uses[static_cast<size_t>(split_.backward.inputs[i])] > 0;
      if (i < joint_.inputs.size())
        split_.reads_input[i] = read;
      else
        split_.reads_output[i - joint_.inputs.size()] = read;
    }
    return std::move(split_);
  }

  Residuals residuals() {
    mark_forward();
    begin_backward();
    find_residuals();
    Residuals residuals;
    for (const ValueId id : residuals_) residuals.bytes += aligned(joint_.type(id).bytes());
    for (size_t n = 0; n < joint_.nodes.size(); ++n)
      if (runs_again_[n]) residuals.seconds += seconds_of(cost_of_node(joint_, joint_.nodes[n]));
    return residuals;
  }

  std::vector<int32_t> nodes_of_forward() {
    mark_forward();
    std::vector<int32_t> nodes;
    for (size_t n = 0; n < joint_.nodes.size(); ++n)
      if (in_forward_[n]) nodes.push_back(static_cast<int32_t>(n));
    return nodes;
  }

 private:
  // Forward is what the program's outputs need, its effects, and masks of values that are computed
  // there.
  void mark_forward() {
    mark_needed();
    std::vector<bool> computed(joint_.values.size(), false);
    for (size_t n = 0; n < joint_.nodes.size(); ++n) {
      const Node& node = joint_.nodes[n];
      if (!in_forward_[n])
        in_forward_[n] =
            is_mask(joint_, node) &&
            std::ranges::all_of(node.operands, [&](const Operand& operand) {
              return !operand.is_value() || computed[static_cast<size_t>(operand.value)];
            });
      for (const ValueId id : node.outputs) computed[static_cast<size_t>(id)] = in_forward_[n];
    }
  }

  // Walks back from the outputs.
  void mark_needed() {
    std::vector<bool> live(joint_.values.size(), false);
    for (size_t k = 0; k < outputs_; ++k) live[static_cast<size_t>(joint_.outputs[k])] = true;
    for (size_t n = joint_.nodes.size(); n-- > 0;) {
      const Node& node = joint_.nodes[n];
      in_forward_[n] = (node.effect >= 0 && !node.backward) ||
                       std::ranges::any_of(
                           node.outputs, [&](ValueId id) { return live[static_cast<size_t>(id)]; });
      if (!in_forward_[n]) continue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) live[static_cast<size_t>(operand.value)] = true;
    }
  }

  // Constants are copied into a graph when a node in it reads them.
  ValueId copy_constant(Graph& graph, std::vector<ValueId>& map, ValueId id) {
    graph::Constant constant =
        joint_.constants[static_cast<size_t>(joint_.values[static_cast<size_t>(id)].index)];
    constant.value = static_cast<ValueId>(graph.values.size());
    graph.values.push_back(
        {joint_.type(id), {}, Origin::kConstant, static_cast<int32_t>(graph.constants.size()), 0});
    map[static_cast<size_t>(id)] = constant.value;
    graph.constants.push_back(std::move(constant));
    return map[static_cast<size_t>(id)];
  }

  // Copies a node with its region and its source line. `map`: from values of the joint graph to
  // those of `graph`.
  void copy_node(Graph& graph, std::vector<ValueId>& map, const Node& node) {
    Node copied = node;
    copied.clone_of = kNoValue;  // the node it is a clone of may be in the other graph
    if (node.effect >= 0 && node.backward) copied.effect -= graph::count_forward_effects(joint_);
    for (Operand& operand : copied.operands)
      if (operand.is_value()) operand.value = map[static_cast<size_t>(operand.value)];
    if (node.region >= 0)
      copied.region = graph.add_region(joint_.regions[static_cast<size_t>(node.region)]);
    if (node.line >= 0) copied.line = graph.add_line(joint_.lines[static_cast<size_t>(node.line)]);
    std::vector<graph::TensorType> types;
    for (const ValueId id : node.outputs) types.push_back(joint_.type(id));
    const int32_t index = graph.add_node(std::move(copied), types);
    // If a result of a node that runs again was kept (is_reduced), readers use the kept one.
    for (size_t i = 0; i < types.size(); ++i) {
      ValueId& known = map[static_cast<size_t>(node.outputs[i])];
      if (known == kNoValue) known = graph.nodes[static_cast<size_t>(index)].outputs[i];
    }
  }

  // The value in the forward graph.
  ValueId in_forward(ValueId id) {
    const ValueId known = forward_[static_cast<size_t>(id)];
    return known == kNoValue ? copy_constant(split_.forward, forward_, id) : known;
  }

  // The forward graph takes all inputs of the joint graph; the cotangents follow the program's
  // inputs.
  void build_forward() {
    Graph& graph = split_.forward;
    graph.ordinals = joint_.ordinals;
    graph.effects = graph::count_forward_effects(joint_);
    for (const ValueId id : joint_.inputs)
      forward_[static_cast<size_t>(id)] = graph.add_input(joint_.type(id));
    for (size_t n = 0; n < joint_.nodes.size(); ++n) {
      if (!in_forward_[n]) continue;
      for (const Operand& operand : joint_.nodes[n].operands)
        if (operand.is_value()) in_forward(operand.value);
      copy_node(graph, forward_, joint_.nodes[n]);
    }
    for (size_t k = 0; k < outputs_; ++k) graph.outputs.push_back(in_forward(joint_.outputs[k]));
    graph.states = joint_.states;
  }

  // The inputs of the backward graph, without the residuals.
  void begin_backward() {
    Graph& graph = split_.backward;
    graph.ordinals = joint_.ordinals;
    graph.effects = joint_.effects - graph::count_forward_effects(joint_);
    for (const ValueId id : joint_.inputs)
      backward_[static_cast<size_t>(id)] = graph.add_input(joint_.type(id));
    std::vector<bool> state(outputs_, false);
    for (const graph::StatePair& pair : joint_.states)
      state[static_cast<size_t>(pair.output)] = true;
    for (size_t k = 0; k < outputs_; ++k) {
      const ValueId input = graph.add_input(joint_.type(joint_.outputs[k]));
      ValueId& known = backward_[static_cast<size_t>(joint_.outputs[k])];
      // The caller may change a state before the backward pass, so its new content is not read from
      // there.
      const bool computed =
          joint_.producer(joint_.outputs[k]) && !rematerialized(joint_.outputs[k]);
      if (known == kNoValue && computed && !state[k]) known = input;
    }
  }

  // Copies the nodes that are not forward; what they need from the forward pass is brought before
  // them.
  void build_backward() {
    begin_backward();
    find_residuals();
    Graph& graph = split_.backward;
    for (const ValueId id : residuals_)
      backward_[static_cast<size_t>(id)] = graph.add_input(joint_.type(id));
    for (size_t n = 0; n < joint_.nodes.size(); ++n) {
      if (in_forward_[n]) continue;
      for (const Operand& operand : joint_.nodes[n].operands)
        if (operand.is_value()) bring(operand.value);
      copy_node(graph, backward_, joint_.nodes[n]);
    }
    for (size_t k = outputs_; k < joint_.outputs.size(); ++k)
      graph.outputs.push_back(bring(joint_.outputs[k]));
  }

  // The node that runs again for this value, or null. Marked nodes, and what is cheap to compute: a
  // view takes no step, and a node that reads no array (zeros, an iota) is as quick to compute as
  // to read.
  const Node* rematerialized(ValueId id) const {
    const Node* node = joint_.producer(id);
    if (!node || !node->op || node->effect >= 0) return nullptr;
    const auto n = static_cast<size_t>(node - joint_.nodes.data());
    if (n < marked_.size() && marked_[n] && !is_reduced(joint_, *node, joint_.type(id).bytes()))
      return node;
    if (node->op->is_random) return nullptr;
    const bool reads = std::ranges::any_of(node->operands, &Operand::is_value);
    return !reads || node->op->view_rule ? node : nullptr;
  }

  // The values of the forward pass that the backward pass starts from, in the order of their
  // definition.
  void find_residuals() {
    std::vector<ValueId> pending;
    for (size_t n = 0; n < joint_.nodes.size(); ++n) {
      if (in_forward_[n]) continue;
      for (const Operand& operand : joint_.nodes[n].operands)
        if (operand.is_value()) pending.push_back(operand.value);
    }
    pending.insert(pending.end(), joint_.outputs.begin() + static_cast<std::ptrdiff_t>(outputs_),
                   joint_.outputs.end());
    std::vector<bool> seen(joint_.values.size(), false);
    while (!pending.empty()) {
      const ValueId id = pending.back();
      pending.pop_back();
      const graph::Value& value = joint_.values[static_cast<size_t>(id)];
      if (seen[static_cast<size_t>(id)] || backward_[static_cast<size_t>(id)] != kNoValue ||
          value.origin != Origin::kNode || !in_forward_[static_cast<size_t>(value.index)])
        continue;
      seen[static_cast<size_t>(id)] = true;
      if (const Node* node = rematerialized(id)) {
        runs_again_[static_cast<size_t>(value.index)] = true;
        for (const Operand& operand : node->operands)
          if (operand.is_value()) pending.push_back(operand.value);
      } else {
        residuals_.push_back(id);
      }
    }
    std::ranges::sort(residuals_);
  }

  // The value in the backward graph; copies the nodes that compute it if it is not there.
  ValueId bring(ValueId id) {
    const ValueId known = backward_[static_cast<size_t>(id)];
    if (known != kNoValue) return known;
    const Node* node = joint_.producer(id);
    if (!node) return copy_constant(split_.backward, backward_, id);
    for (const Operand& operand : node->operands)
      if (operand.is_value()) bring(operand.value);
    copy_node(split_.backward, backward_, *node);
    return backward_[static_cast<size_t>(id)];
  }

  const Graph& joint_;
  const size_t outputs_;
  const std::vector<bool>& marked_;  // by node: those to compute again
  Split split_;
  std::vector<bool> in_forward_, runs_again_;  // by node
  std::vector<ValueId> forward_, backward_;    // by value of the joint graph: its value there
  std::vector<ValueId> residuals_;
};

}  // namespace

Split split(const Graph& joint, size_t outputs, const std::vector<bool>& rematerialized) {
  return Splitter(joint, outputs, rematerialized).run();
}

Residuals residuals_of(const Graph& joint, size_t outputs,
                       const std::vector<bool>& rematerialized) {
  return Splitter(joint, outputs, rematerialized).residuals();
}

std::vector<int32_t> nodes_of_forward(const Graph& joint, size_t outputs) {
  return Splitter(joint, outputs, {}).nodes_of_forward();
}

// Eight times smaller: a smaller factor would keep more values, a larger one would compute more
// small results again.
bool is_reduced(const Graph& graph, const Node& node, int64_t bytes) {
  constexpr int64_t kReduction = 8;
  return std::ranges::any_of(node.operands, [&](const Operand& operand) {
    return operand.is_value() && graph.producer(operand.value) &&
           bytes <= graph.type(operand.value).bytes() / kReduction;
  });
}

// Four times smaller, as a bool of a float32.
bool is_mask(const Graph& graph, const Node& node) {
  if (!node.op || !node.op->slot.elementwise || node.outputs.size() != 1) return false;
  const int64_t bytes = graph.type(node.outputs[0]).bytes();
  return bytes > 0 && std::ranges::any_of(node.operands, [&](const Operand& operand) {
           return operand.is_value() && graph.type(operand.value).bytes() >= 4 * bytes;
         });
}

Graph with_early_masks(const Graph& graph) {
  // By node: the node after which its result is there.
  std::vector<int32_t> made(graph.nodes.size());
  // By node: the masks that go right after it.
  std::vector<std::vector<int32_t>> masks(graph.nodes.size());
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    int32_t last = -1;
    if (is_mask(graph, graph.nodes[n]))
      for (const Operand& operand : graph.nodes[n].operands)
        if (const Node* node = operand.is_value() ? graph.producer(operand.value) : nullptr)
          last = std::max(last, made[static_cast<size_t>(node - graph.nodes.data())]);
    made[n] = last < 0 ? static_cast<int32_t>(n) : last;
    if (last >= 0) masks[static_cast<size_t>(last)].push_back(static_cast<int32_t>(n));
  }
  std::vector<int32_t> order;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    if (made[n] != static_cast<int32_t>(n)) continue;
    order.push_back(static_cast<int32_t>(n));
    order.insert(order.end(), masks[n].begin(), masks[n].end());
  }
  return graph::with_node_order(graph, order);
}

ops::Cost cost_of_node(const Graph& graph, const Node& node) {
  if (!node.op || node.op->view_rule) return {};
  Result<std::vector<graph::TensorType>> in = operand_types(graph, node);
  if (!in.ok()) return {};
  std::vector<graph::TensorType> out;
  for (const ValueId id : node.outputs) out.push_back(graph.type(id));
  return ops::cost_of(node.op->slot, {*node.op, in.value(), out, node.attributes.view()});
}

}  // namespace weft::executor
