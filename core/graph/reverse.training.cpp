#include "graph/reverse.h"

#include "base/errors.h"
#include "graph/graph_builder.h"
#include "ops/gradient.h"

namespace weft::graph {
namespace {

// By value of the source: can a wanted input's change reach it?
std::vector<bool> reached_from(const Graph& graph, const std::vector<bool>& wanted) {
  std::vector<bool> reached(graph.values.size(), false);
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const ValueId id = graph.inputs[i];
    reached[static_cast<size_t>(id)] =
        i < wanted.size() && wanted[i] && is_floating(graph.type(id).dtype);
  }
  for (const Node& node : graph.nodes) {
    bool any = false;
    for (const Operand& operand : node.operands)
      any |= operand.is_value() && reached[static_cast<size_t>(operand.value)];
    for (const ValueId id : node.outputs)
      reached[static_cast<size_t>(id)] = any && is_floating(graph.type(id).dtype);
  }
  return reached;
}

class Sweep {
 public:
  Sweep(const Graph& source, const std::vector<bool>& wanted)
      : source_(source), reached_(reached_from(source, wanted)), builder_(joint_.graph) {}

  Result<Joint> run(const std::vector<bool>& wanted) {
    joint_.graph.ordinals = source_.ordinals;
    std::vector<ops::Value> inputs;
    for (const ValueId id : source_.inputs)
      inputs.push_back(
          builder_.input(source_.type(id), source_.values[static_cast<size_t>(id)].name));
    became_ = inline_graph(builder_, source_, inputs);
    cotangents_.resize(source_.values.size());
    seed_cotangents();
    for (size_t n = source_.nodes.size(); n-- > 0 && builder_.status().ok();)
      WEFT_TRY(reverse_node(source_.nodes[n]));
    WEFT_TRY(builder_.status());

    for (const ValueId id : source_.outputs) builder_.output(became_[static_cast<size_t>(id)]);
    joint_.graph.states = source_.states;
    for (size_t i = 0; i < source_.inputs.size(); ++i) {
      const ops::Value& gradient = cotangents_[static_cast<size_t>(source_.inputs[i])];
      const bool has = i < wanted.size() && wanted[i] && gradient;
      joint_.has_gradient.push_back(has);
      if (has) builder_.output(gradient);
    }
    WEFT_TRY(builder_.status());
    return std::move(joint_);
  }

 private:
  void seed_cotangents() {
    std::vector<bool> state(source_.outputs.size(), false);
    for (const StatePair& pair : source_.states) state[static_cast<size_t>(pair.output)] = true;
    for (size_t i = 0; i < source_.outputs.size(); ++i) {
      const ValueId id = source_.outputs[i];
      const bool takes = !state[i] && is_floating(source_.type(id).dtype);
      joint_.takes_cotangent.push_back(takes);
      if (takes) add(id, builder_.input(source_.type(id)));
    }
  }

  void add(ValueId id, const ops::Value& cotangent) {
    if (!cotangent || !reached_[static_cast<size_t>(id)]) return;
    ops::Value& sum = cotangents_[static_cast<size_t>(id)];
    sum = ops::add_cotangents(sum, cotangent);
  }

  Status reverse_node(const Node& node) {
    uint32_t needed = 0;
    for (size_t i = 0; i < node.operands.size(); ++i)
      if (node.operands[i].is_value() && reached_[static_cast<size_t>(node.operands[i].value)])
        needed |= ops::set_bit(i);
    ops::Values outputs, cotangents;
    bool any = false;
    for (const ValueId id : node.outputs) {
      outputs.push_back(became_[static_cast<size_t>(id)]);
      cotangents.push_back(cotangents_[static_cast<size_t>(id)]);
      any |= static_cast<bool>(cotangents.back());
    }
    if (!needed || !any) return {};
    if (!node.op) return errors::unsupported("backward", "a region has no gradient rule");
    if (!node.op->grad_rule) return no_gradient(node);

    ops::Values inputs;
    for (const Operand& operand : node.operands) {
      if (operand.is_value())
        inputs.push_back(became_[static_cast<size_t>(operand.value)]);
      else if (operand.is_scalar())
        inputs.push_back(ops::Value(&builder_, operand.scalar));
      else
        inputs.emplace_back();
    }
    if (node.line >= 0) builder_.set_line(source_.lines[static_cast<size_t>(node.line)]);
    const ops::Values gradients = ops::apply_gradient(*node.op, node.attributes.view(), builder_,
                                                      inputs, outputs, cotangents, needed);
    for (size_t i = 0; i < node.operands.size() && i < gradients.size(); ++i)
      if (node.operands[i].is_value()) add(node.operands[i].value, gradients[i]);
    return builder_.status();
  }

  Status no_gradient(const Node& node) const {
    const std::string at =
        node.line < 0 ? "" : " (" + source_.lines[static_cast<size_t>(node.line)] + ")";
    return errors::unsupported("backward", "`", node.op->name, "`", at,
                               " has no gradient: ", node.op->why_no_gradient,
                               "; detach it with `npx.stop_gradient`");
  }

  const Graph& source_;
  const std::vector<bool> reached_;
  Joint joint_;
  GraphBuilder builder_;
  std::vector<ops::Value> became_;      // source value → value of the joint graph
  std::vector<ops::Value> cotangents_;  // by source value; absent: zero
};

}  // namespace

Result<Joint> reverse(const Graph& graph, const std::vector<bool>& wanted) {
  Sweep sweep(graph, wanted);
  return sweep.run(wanted);
}

}  // namespace weft::graph
