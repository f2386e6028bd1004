// The reverse sweep over nodes, the joint graph, and gradients inside a graph. Before gradients
// inside a graph are taken, idioms are recognised, so that their operators' gradient rules are
// used.
#include "graph/reverse/reverse.h"

#include <algorithm>
#include <optional>

#include "base/errors.h"
#include "graph/ir/appending_impl.h"
#include "graph/ir/control.h"
#include "graph/ir/graph_builder.h"
#include "graph/reverse/control_reverse.h"
#include "graph/rules/rules.h"
#include "ops/gradient.h"
#include "ops/row_sum.h"

namespace weft::graph {
namespace {

// By value: can a change of the values marked in `reached` reach it, through nodes that pass?
std::vector<bool> spread(const Graph& graph, std::vector<bool> reached,
                         const std::vector<bool>& passes) {
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (!passes[n] || stops_gradient(node)) continue;
    bool any = false;
    for (const Operand& operand : node.operands)
      any |= operand.is_value() && reached[static_cast<size_t>(operand.value)];
    for (const ValueId id : node.outputs)
      if (any && is_inexact(graph.type(id).dtype)) reached[static_cast<size_t>(id)] = true;
  }
  return reached;
}

// Appends gradients to the builder's graph, which may be the source itself. Cotangents are summed
// as readers are reversed, so a node is complete when the sweep comes to it.
class Sweep {
 public:
  // `became`: by value of the source, the value in the builder's graph.
  Sweep(const Graph& source, std::vector<bool> reached, GraphBuilder& builder,
        std::vector<ops::Value> became)
      : source_(source),
        reached_(std::move(reached)),
        builder_(builder),
        became_(std::move(became)),
        nodes_(source.nodes.size()),
        cotangents_(source.values.size()) {}

  // Adds a cotangent of a value, unless no variable can change it.
  void add(ValueId id, const ops::Value& cotangent) {
    if (!cotangent || !reached_[static_cast<size_t>(id)]) return;
    ops::accumulate(cotangents_[static_cast<size_t>(id)], cotangent);
  }

  // The node is copied, because the source may be the graph that grows.
  Status run() {
    for (size_t n = nodes_; n-- > 0 && builder_.status().ok();)
      WEFT_TRY(reverse_node(Node(source_.nodes[n])));
    builder_.set_line({});
    return builder_.status();
  }

  const ops::Value& became(ValueId id) const { return became_[static_cast<size_t>(id)]; }
  const ops::Value& cotangent(ValueId id) const { return cotangents_[static_cast<size_t>(id)]; }

 private:
  // Applies the gradient rule of one node. Nothing to do if no cotangent arrives or no operand
  // needs one.
  Status reverse_node(const Node& node) {
    uint32_t needed = 0;
    for (size_t i = 0; i < node.operands.size(); ++i)
      if (node.operands[i].is_value() && reached_[static_cast<size_t>(node.operands[i].value)])
        needed |= ops::set_bit(i);
    // A cotangent that is a sum of rows becomes an array here, because gradient rules take arrays.
    ops::Values outputs, cotangents;
    bool any = false;
    for (const ValueId id : node.outputs) {
      outputs.push_back(became(id));
      cotangents.push_back(ops::dense(cotangent(id)));
      any |= static_cast<bool>(cotangents.back());
    }
    if (!needed || !any) return {};
    builder_.set_precision(node.precision);
    if (control_of(source_, node)) return reverse_region(node, cotangents);
    if (!node.op)
      return errors::unsupported(
          "backward", "a fused region has no gradient; differentiate the graph before fusion");
    if (!node.op->grad_rule) return no_gradient(node);

    // The rule gets the operands and results of the forward pass as they are in the builder's
    // graph.
    ops::Values inputs;
    for (const Operand& operand : node.operands) {
      if (operand.is_value())
        inputs.push_back(became(operand.value));
      else if (operand.is_scalar())
        inputs.push_back(ops::Value(&builder_, operand.scalar));
      else
        inputs.emplace_back();
    }
    if (node.line >= 0)
      builder_.set_line(std::string(source_.lines[static_cast<size_t>(node.line)]));
    const ops::Values gradients = ops::apply_gradient(*node.op, node.attributes.view(), builder_,
                                                      inputs, outputs, cotangents, needed);
    for (size_t i = 0; i < node.operands.size() && i < gradients.size(); ++i)
      if (node.operands[i].is_value()) add(node.operands[i].value, gradients[i]);
    return builder_.status();
  }

  // The gradient of control flow is control flow (control_reverse.h).
  Status reverse_region(const Node& node, const ops::Values& cotangents) {
    std::vector<bool> needed;
    for (const Operand& operand : node.operands)
      needed.push_back(reached_[static_cast<size_t>(operand.value)]);
    if (node.line >= 0)
      builder_.set_line(std::string(source_.lines[static_cast<size_t>(node.line)]));
    const ValueId own = became(node.outputs[0]).id();
    const auto n = static_cast<size_t>(builder_.graph().values[static_cast<size_t>(own)].index);
    WEFT_ASSIGN(const std::vector<ops::Value> gradients,
                reverse_control(builder_, n, cotangents, needed));
    for (size_t i = 0; i < node.operands.size(); ++i) add(node.operands[i].value, gradients[i]);
    return builder_.status();
  }

  // Names operator, source line and reason.
  Status no_gradient(const Node& node) const {
    const std::string at =
        node.line < 0 ? "" : " (" + source_.lines[static_cast<size_t>(node.line)] + ")";
    return errors::unsupported("backward", "`", node.op->name, "`", at,
                               " has no gradient: ", node.op->why_no_gradient,
                               "; detach it with `npx.stop_gradient`");
  }

  const Graph& source_;
  const std::vector<bool> reached_;  // by value of the source
  GraphBuilder& builder_;
  const std::vector<ops::Value> became_;
  const size_t nodes_;  // of the source at the start; nodes behind them are gradients
  std::vector<ops::Value> cotangents_;  // by value of the source; absent: zero
};

// Makes a joint graph: the source inlined, cotangents as inputs, then gradients as outputs.
class JointSweep {
 public:
  explicit JointSweep(const Graph& source) : source_(source), builder_(joint_.graph) {}

  // The source's nodes keep their ordinals in the joint graph, so gradients start after them.
  Result<Joint> run(const std::vector<bool>& wanted) {
    joint_.graph.ordinals = source_.ordinals;
    std::vector<ops::Value> inputs;
    for (const ValueId id : source_.inputs)
      inputs.push_back(
          builder_.input(source_.type(id), source_.values[static_cast<size_t>(id)].name));
    Sweep sweep(source_, reached_values(source_, wanted), builder_,
                inline_graph(builder_, source_, inputs));
    seed_cotangents(sweep);
    WEFT_TRY(sweep.run());

    for (const ValueId id : source_.outputs) builder_.output(sweep.became(id));
    joint_.graph.states = source_.states;
    for (size_t i = 0; i < source_.inputs.size(); ++i) {
      const ops::Value& gradient = sweep.cotangent(source_.inputs[i]);
      const bool has = i < wanted.size() && wanted[i] && gradient;
      joint_.has_gradient.push_back(has);
      joint_.gradient_rows.push_back(has ? output_gradient(gradient) : -1);
    }
    WEFT_TRY(builder_.status());
    return std::move(joint_);
  }

 private:
  // Adds the outputs of a gradient. Returns its rows if it is a sum of rows; -1: it is an array.
  int64_t output_gradient(const ops::Value& gradient) {
    if (!gradient.is_rows()) {
      builder_.output(gradient);
      return -1;
    }
    const ops::RowPart all = ops::joined(gradient);
    builder_.output(all.rows);
    builder_.output(all.indices);
    return all.indices.shape()[0];
  }

  // An input for the cotangent of each output that takes one.
  void seed_cotangents(Sweep& sweep) {
    std::vector<bool> state(source_.outputs.size(), false);
    for (const StatePair& pair : source_.states) state[static_cast<size_t>(pair.output)] = true;
    for (size_t i = 0; i < source_.outputs.size(); ++i) {
      const ValueId id = source_.outputs[i];
      const bool takes = !state[i] && is_inexact(source_.type(id).dtype);
      joint_.takes_cotangent.push_back(takes);
      if (takes) sweep.add(id, builder_.input(source_.type(id)));
    }
  }

  const Graph& source_;
  Joint joint_;
  GraphBuilder builder_;
};

}  // namespace

std::vector<bool> reached_values(const Graph& graph, const std::vector<bool>& wanted) {
  std::vector<bool> reached(graph.values.size(), false);
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const ValueId id = graph.inputs[i];
    reached[static_cast<size_t>(id)] =
        i < wanted.size() && wanted[i] && is_inexact(graph.type(id).dtype);
  }
  return spread(graph, std::move(reached), std::vector<bool>(graph.nodes.size(), true));
}

bool stops_gradient(const Node& node) { return node.op && node.op->name == "stop_gradient"; }

Result<Joint> reverse(const Graph& graph, const std::vector<bool>& wanted) {
  return JointSweep(graph).run(wanted);
}

namespace {

// The graph so far with its idioms recognised, as a source of gradients. Nodes that both graphs
// have stand for the same values; operators that replace an idiom are appended to the builder's
// graph. When the whole graph is planned, the pass recognises the idiom in the forward pass, too,
// and common subexpression elimination leaves one of the two.
class Recognised {
 public:
  Recognised(GraphBuilder& builder, Rewritten rewritten)
      : builder_(builder),
        rewritten_(std::move(rewritten)),
        became_(rewritten_.graph.values.size(), ops::Value(&builder, kNoValue)) {}

  const Graph& graph() const { return rewritten_.graph; }
  // The value of the rewritten graph for a value of the builder's graph.
  ValueId map(ValueId id) const { return rewritten_.became[static_cast<size_t>(id)]; }
  std::vector<ops::Value> became() { return std::move(became_); }

  // By node of the rewritten graph. New operators let gradients pass.
  std::vector<bool> passes(const std::vector<bool>& of_source) const {
    std::vector<bool> result;
    for (size_t n = 0; n < graph().nodes.size(); ++n)
      result.push_back(!rewritten_.is_copy[n] ||
                       of_source[static_cast<size_t>(rewritten_.made_for[n])]);
    return result;
  }

  // Appends the new operators that something reads.
  Status append() {
    for (size_t i = 0; i < graph().inputs.size(); ++i)
      set(graph().inputs[i], builder_.graph().inputs[i]);
    note_copies();
    const std::vector<bool> needed = needed_values(graph());
    for (size_t n = 0; n < graph().nodes.size(); ++n) {
      const Node& node = graph().nodes[n];
      const bool is_read = std::ranges::any_of(
          node.outputs, [&](ValueId id) { return needed[static_cast<size_t>(id)]; });
      if (rewritten_.is_copy[n] || !is_read) continue;
      if (node.line >= 0) builder_.set_line(graph().lines[static_cast<size_t>(node.line)]);
      builder_.set_precision(node.precision);
      const ops::Values outputs =
          builder_.emit(*node.op, operands_of(builder_, node, became_), node.attributes.view());
      WEFT_TRY(builder_.status());
      for (size_t i = 0; i < outputs.size(); ++i) set(node.outputs[i], outputs[i].id());
    }
    return {};
  }

 private:
  void set(ValueId id, ValueId value) { became_[static_cast<size_t>(id)] = builder_.value(value); }

  // Values of nodes that were copied unchanged. Constants are found through the nodes that read
  // them.
  void note_copies() {
    for (size_t n = 0; n < graph().nodes.size(); ++n) {
      if (!rewritten_.is_copy[n]) continue;
      const Node& node = graph().nodes[n];
      const Node& from = builder_.graph().nodes[static_cast<size_t>(rewritten_.made_for[n])];
      for (size_t i = 0; i < node.outputs.size(); ++i) set(node.outputs[i], from.outputs[i]);
      for (size_t i = 0; i < node.operands.size(); ++i)
        if (node.operands[i].is_value() && !graph().producer(node.operands[i].value) &&
            graph().values[static_cast<size_t>(node.operands[i].value)].origin == Origin::kConstant)
          set(node.operands[i].value, from.operands[i].value);
    }
  }

  GraphBuilder& builder_;
  const Rewritten rewritten_;
  std::vector<ops::Value> became_;  // by value of the rewritten graph: the builder's value
};

// The rewritten graph; nothing if there is no idiom. Heads and variables are made outputs, so that
// no idiom swallows them.
Result<std::optional<Rewritten>> recognise(const Graph& graph, std::span<const Head> heads,
                                           std::span<const ValueId> variables,
                                           const std::vector<bool>& passes) {
  if (!PassSelection().enabled("recognise_idioms")) return std::optional<Rewritten>();
  Graph marked = graph;
  marked.outputs.assign(variables.begin(), variables.end());
  for (const Head& head : heads) marked.outputs.push_back(head.value);
  WEFT_ASSIGN(Rewritten rewritten, rewrite(marked, hand_written(), passes));
  const bool has_constant = std::ranges::any_of(
      marked.outputs, [&](ValueId id) { return rewritten.became[static_cast<size_t>(id)] < 0; });
  if (rewritten.fired == 0 || has_constant) return std::optional<Rewritten>();
  return std::optional<Rewritten>(std::move(rewritten));
}

// Runs the sweep and gives the cotangents of the variables as arrays.
Result<std::vector<ops::Value>> swept(Sweep& sweep, GraphBuilder& builder,
                                      std::span<const ValueId> variables) {
  WEFT_TRY(sweep.run());
  std::vector<ops::Value> found;
  for (const ValueId id : variables) found.push_back(ops::dense(sweep.cotangent(id)));
  WEFT_TRY(builder.status());
  return found;
}

// By value: is it one of `values`?
std::vector<bool> marks(const Graph& graph, std::span<const ValueId> values) {
  std::vector<bool> marked(graph.values.size(), false);
  for (const ValueId id : values) marked[static_cast<size_t>(id)] = true;
  return marked;
}

}  // namespace

// With an idiom, the sweep goes over the rewritten graph; without, over the graph itself.
Result<std::vector<ops::Value>> gradients_within(GraphBuilder& builder, std::span<const Head> heads,
                                                 std::span<const ValueId> variables,
                                                 const std::vector<bool>& passes) {
  const Graph& graph = builder.graph();
  WEFT_ASSIGN(std::optional<Rewritten> rewritten, recognise(graph, heads, variables, passes));
  if (rewritten) {
    Recognised source(builder, std::move(*rewritten));
    WEFT_TRY(source.append());
    std::vector<ValueId> mapped;
    for (const ValueId id : variables) mapped.push_back(source.map(id));
    Sweep sweep(source.graph(),
                spread(source.graph(), marks(source.graph(), mapped), source.passes(passes)),
                builder, source.became());
    for (const Head& head : heads) sweep.add(source.map(head.value), head.cotangent);
    return swept(sweep, builder, mapped);
  }
  std::vector<ops::Value> values;
  for (size_t id = 0; id < graph.values.size(); ++id)
    values.push_back(builder.value(static_cast<ValueId>(id)));
  Sweep sweep(graph, spread(graph, marks(graph, variables), passes), builder, std::move(values));
  for (const Head& head : heads) sweep.add(head.value, head.cotangent);
  return swept(sweep, builder, variables);
}

}  // namespace weft::graph
