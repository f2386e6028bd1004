// Mixed precision. Law: where a node's float32 arithmetic may run in a half dtype (Node::precision)
// and its operator gains by that (ops/precision.h), it does, on operands that are cast at most once
// each. Inputs and outputs of the graph keep their dtypes.
//
// So a value has up to two forms: the wide one of the old graph and a narrow one, each made when it
// is first read. Products are narrow. What follows the operands of a product (a bias, a relu, a
// transpose) is narrow where these are. Everything else reads and gives wide values: its casts join
// it in one fused region, so memory holds the narrow form and arithmetic is in float32. A cast goes
// before views, so that a weight and its transpose share one. Nodes of gradients are nodes like
// others, so the pass runs when gradients have been taken. Afterwards no node asks for a half dtype
// any more.
#include <algorithm>

#include "base/apart.h"
#include "graph/ir/control.h"
#include "graph/ir/graph_builder.h"
#include "graph/partition/preparation.h"
#include "graph/passes/block_channels_impl.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/precision.h"

namespace weft::graph {
namespace {

// Does a node, or one in a body, ask for a half dtype?
bool asks(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    const Region* const region = control_of(graph, node);
    return node.precision != DType::kFloat32 ||
           (region && (asks(*region->body) || (region->otherwise && asks(*region->otherwise))));
  });
}

// The narrow form of a value.
struct Narrow {
  ValueId id = kNoValue;
  DType dtype = DType::kFloat32;
  bool was_computed = false;  // computed in the half dtype, not cast from the wide form
};

// Rewrites one graph.
class Mixer {
 public:
  Mixer(const Graph& graph, const PassContext& context)
      : graph_(graph),
        context_(context),
        rewrite_(graph),
        builder_(rewrite_.graph()),
        narrow_(graph.values.size()),
        is_cloned_(graph.values.size(), false) {
    if (context.prepares) frozen_ = frozen_values(graph, context.frozen);
    for (const Node& node : graph.nodes)
      if (node.clone_of >= 0) is_cloned_[static_cast<size_t>(node.clone_of)] = true;
  }

  // Each node is computed narrow or wide; a cast that only undoes one disappears.
  Result<Graph> run() {
    for (const Node& node : graph_.nodes) {
      builder_.stand_for(node);
      builder_.set_precision(DType::kFloat32);
      if (!cancels(node)) {
        if (gains(node) || follows(node))
          WEFT_TRY(compute_narrow(node));
        else
          WEFT_TRY(compute_wide(node));
      }
      WEFT_TRY(builder_.status());
    }
    for (const ValueId id : graph_.outputs) wide(id);
    WEFT_TRY(builder_.status());
    return remove_dead_code(rewrite_.finish(), context_);
  }

 private:
  Narrow& narrow(ValueId id) { return narrow_[static_cast<size_t>(id)]; }
  const TensorType& type(const Operand& operand) const { return graph_.type(operand.value); }
  bool is_float32(ValueId id) const { return graph_.type(id).dtype == DType::kFloat32; }

  // Does a half form exist that is no rounding of a wide one? Then using it loses nothing.
  bool was_computed(ValueId id, DType dtype) {
    return narrow(id).was_computed && narrow(id).dtype == dtype;
  }

  // ---- which nodes

  // A node that asks for a half dtype and has neither effects nor clones: a clone has to give the
  // same bits as its original.
  bool may_change(const Node& node) const {
    return node.precision != DType::kFloat32 && node.op && !node.outputs.empty() &&
           !node.op->is_random && !node.op->runs_on_caller && node.effect < 0 &&
           node.clone_of == kNoValue && std::ranges::none_of(node.outputs, [&](ValueId id) {
             return is_cloned_[static_cast<size_t>(id)];
           });
  }

  // Does the operator gain by the half dtype, counting the casts of operands that are not narrow
  // yet? Frozen operands are cast once.
  bool gains(const Node& node) {
    if (!may_change(node) || node.op->precision != ops::Precision::kNarrow) return false;
    const Result<std::vector<TensorType>> in = operand_types(graph_, node);
    if (!in.ok()) return false;
    std::vector<TensorType> out;
    for (const ValueId id : node.outputs) out.push_back(graph_.type(id));
    ops::PlannedInputs inputs;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (!node.operands[i].is_value()) continue;
      const ValueId id = node.operands[i].value;
      if (!frozen_.empty() && frozen_[static_cast<size_t>(id)])
        inputs.frozen |= ops::set_bit(i);
      else if (was_computed(id, node.precision))
        inputs.narrow |= ops::set_bit(i);
    }
    const ops::SlotTypes types{*node.op, in.value(), out, node.attributes.view()};
    if (has_half_blocks(graph_, node, node.precision)) return ops::is_worth_casting(types, inputs);
    return ops::gains_in(types, node.precision, inputs);
  }

  // Has the operator a kernel in this dtype? An operator that only follows need not say so.
  bool may_follow(const Node& node) const {
    if (!node.op->slot.gains_in) return true;
    const Result<std::vector<TensorType>> in = operand_types(graph_, node);
    if (!in.ok()) return false;
    return node.op->slot.gains_in({*node.op, in.value(), {}, node.attributes.view()},
                                  node.precision);
  }

  // Operands as large as the result must be narrow already; a smaller one of a formula (a bias) is
  // cast.
  bool follows(const Node& node) {
    if (!may_change(node) || node.op->precision != ops::Precision::kFollows ||
        !std::ranges::all_of(node.outputs, [&](ValueId id) { return is_float32(id); }) ||
        !may_follow(node))
      return false;
    const int64_t elements = graph_.type(node.outputs[0]).shape.elements();
    bool any = false;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const Operand& operand = node.operands[i];
      if (operand.is_scalar() && !ops::keeps_scalar(operand.scalar, node.precision)) return false;
      if (!operand.is_value() || !is_floating(type(operand).dtype) ||
          node.op->input_at(i).keeps_dtype)
        continue;
      if (was_computed(operand.value, node.precision))
        any = true;
      else if (!node.op->slot.elementwise || !is_float32(operand.value) ||
               type(operand).shape.elements() >= elements)
        return false;
    }
    return any;
  }

  // Is it a cast to the dtype that the value was computed in?
  bool cancels(const Node& node) {
    if (!node.op || node.op->name != "cast" || node.clone_of != kNoValue ||
        !node.operands[0].is_value())
      return false;
    const ValueId from = node.operands[0].value;
    if (!was_computed(from, graph_.type(node.outputs[0]).dtype)) return false;
    rewrite_.set(node.outputs[0], narrow(from).id);
    return true;
  }

  // ---- the forms of a value

  // The wide form, cast from the narrow one if needed.
  ops::Value wide(ValueId id) {
    if (rewrite_.map(id) == kNoValue)
      rewrite_.set(id, ops::cast(builder_.value(narrow(id).id), DType::kFloat32).id());
    return builder_.value(rewrite_.map(id));
  }

  // The narrow form, made at the first use.
  ops::Value narrowed(ValueId id, DType dtype) {
    Narrow& known = narrow(id);
    if (known.dtype == dtype) return builder_.value(known.id);
    const ops::Value made = make_narrow(id, dtype);
    known = {made.id(), dtype, false};
    return made;
  }

  // Casts, but looks for something cheaper first: what was cast up from this dtype, or the narrow
  // form behind a view.
  ops::Value make_narrow(ValueId id, DType dtype) {
    const Node* const node = graph_.producer(id);
    if (node && node->op && node->clone_of == kNoValue && !node->operands.empty() &&
        node->operands[0].is_value()) {
      const ValueId from = node->operands[0].value;
      if (node->op->name == "cast" && graph_.type(from).dtype == dtype) return wide(from);
      const bool shows_all = graph_.type(from).shape.elements() <= graph_.type(id).shape.elements();
      if (node->op->view_rule && node->outputs.size() == 1 && shows_all && is_float32(from)) {
        const ops::Value inputs[] = {narrowed(from, dtype)};
        return builder_.emit(*node->op, inputs, node->attributes.view())[0];
      }
    }
    return ops::cast(wide(id), dtype);
  }

  // ---- nodes

  // The node on narrow operands; those that keep their dtype stay wide.
  Status compute_narrow(const Node& node) {
    ops::Values inputs;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const Operand& operand = node.operands[i];
      if (operand.is_scalar())
        inputs.push_back(ops::Value(&builder_, operand.scalar));
      else if (!operand.is_value())
        inputs.emplace_back();
      else
        inputs.push_back(is_float32(operand.value) && !node.op->input_at(i).keeps_dtype
                             ? narrowed(operand.value, node.precision)
                             : wide(operand.value));
    }
    const ops::Values results = builder_.emit(*node.op, inputs, node.attributes.view());
    WEFT_TRY(builder_.status());
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const ValueId id = node.outputs[i];
      rewrite_.graph().values[static_cast<size_t>(results[i].id())].name =
          graph_.values[static_cast<size_t>(id)].name;
      if (results[i].dtype() == node.precision && is_float32(id))
        narrow(id) = {results[i].id(), node.precision, true};
      else
        rewrite_.set(id, results[i].id());
    }
    return {};
  }

  // The node as it is; bodies of control flow are rewritten on their own.
  Status compute_wide(const Node& node) {
    for (const Operand& operand : node.operands)
      if (operand.is_value()) wide(operand.value);
    rewrite_.copy(node);
    Node& copy = rewrite_.graph().nodes.back();
    copy.precision = DType::kFloat32;
    if (!control_of(graph_, node)) return {};
    Region& region = rewrite_.graph().regions[static_cast<size_t>(copy.region)];
    WEFT_ASSIGN(region, with_bodies(region, [&](const Graph& body) {
                  return mix_precision(body, PassContext{context_.evaluate});
                }));
    return {};
  }

  const Graph& graph_;
  const PassContext& context_;
  GraphRewrite rewrite_;
  GraphBuilder builder_;
  std::vector<bool> frozen_;     // by value; empty: nothing is frozen
  std::vector<Narrow> narrow_;   // by old value
  std::vector<bool> is_cloned_;  // by old value: a clone computes it again
};

WEFT_APART Result<Graph> mixed(const Graph& graph, const PassContext& context) {
  return Mixer(graph, context).run();
}

}  // namespace

WEFT_PASS(90, mix_precision, kTolerance, kWhole) {
  return asks(graph) ? mixed(graph, context) : graph;
}

}  // namespace weft::graph
