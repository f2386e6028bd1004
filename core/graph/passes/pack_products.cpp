// Law: a product with a frozen matrix (partition/preparation.h) reads it from panels, where that
// pays; the panels are packed once. So do the products of recurrent steps. Elements are the same
// sequences of products and sums, so the bits stay.
#include <algorithm>
#include <ranges>

#include "graph/ir/graph_builder.h"
#include "graph/partition/preparation.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/problems/packed_products.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

// Rewrites one graph.
class Packer {
 public:
  Packer(const Graph& graph, const std::vector<bool>& frozen)
      : graph_(graph), frozen_(frozen), rewrite_(graph), builder_(rewrite_.graph()) {
    packed_.resize(graph.values.size());
  }

  Result<Graph> run() {
    for (const Node& node : graph_.nodes) {
      const ops::PackedSteps* const steps = steps_of(node);
      if (steps && can_pack_steps(node, *steps)) {
        pack_steps(node, *steps);
      } else if (can_pack_product(node)) {
        pack_product(node);
      } else {
        rewrite_.copy(node);
      }
      WEFT_TRY(builder_.status());
    }
    return rewrite_.finish();
  }

 private:
  // Is the operand a frozen value?
  bool is_frozen(const Operand& operand) const {
    return operand.is_value() && frozen_[static_cast<size_t>(operand.value)];
  }

  // Is the right side frozen and the left side not, and do panels pay for this size?
  bool can_pack_product(const Node& node) const {
    if (!node.op || node.op->name != "matmul" || node.clone_of != kNoValue) return false;
    if (!node.operands[0].is_value() || is_frozen(node.operands[0]) || !is_frozen(node.operands[1]))
      return false;
    const TensorType& left = graph_.type(node.operands[0].value);
    const TensorType& right = graph_.type(node.operands[1].value);
    if (left.shape.rank() < 2 || right.shape.rank() != 2 || right.shape.elements() == 0)
      return false;
    return ops::has_panels(right.dtype) && ops::panels_pay(right.shape[1], right.shape[0]);
  }

  // Products with the same matrix share its panels.
  void pack_product(const Node& node) {
    builder_.stand_for(node);
    const ValueId matrix = node.operands[1].value;
    ops::Value& panels = packed_[static_cast<size_t>(matrix)];
    if (!panels) panels = builder_.call("pack_matmul", {value(node.operands[1])});
    const ops::Value result =
        builder_.call("matmul_packed", {value(node.operands[0]), panels, {}, {}},
                      {ops::Argument::of_int(graph_.type(matrix).shape[1])});
    rewrite_.set(node.outputs[0], result.id());
  }

  // The packed form of a recurrent operator, or null.
  static const ops::PackedSteps* steps_of(const Node& node) {
    if (!node.op || node.clone_of != kNoValue) return nullptr;
    const auto* found =
        std::ranges::find(ops::kPackedSteps, node.op->name, &ops::PackedSteps::name);
    return found == std::end(ops::kPackedSteps) ? nullptr : found;
  }

  // Is the recurrent weight frozen, and large enough?
  bool can_pack_steps(const Node& node, const ops::PackedSteps& steps) const {
    const auto operands = std::span(node.operands);
    if (!std::ranges::all_of(operands, [](const Operand& o) { return o.is_value(); })) return false;
    if (!is_frozen(operands[steps.weight]) ||
        std::ranges::all_of(operands, [&](const Operand& o) { return is_frozen(o); }))
      return false;
    const int64_t hidden = graph_.type(operands[steps.weight].value).shape[1];
    return ops::panels_pay(hidden, hidden);
  }

  // The recurrent operator on a packed weight.
  void pack_steps(const Node& node, const ops::PackedSteps& steps) {
    builder_.stand_for(node);
    ops::Values inputs;
    for (const Operand& operand : node.operands) inputs.push_back(value(operand));
    ops::Value& weight = inputs[steps.weight];
    weight = builder_.call("pack_recurrent", {weight}, {ops::Argument::of_int(steps.gates)});
    const ops::Values results =
        builder_.emit(ops::op_named(steps.packed), inputs, node.attributes.view());
    for (size_t i = 0; i < node.outputs.size(); ++i) rewrite_.set(node.outputs[i], results[i].id());
  }

  ops::Value value(const Operand& operand) { return builder_.value(rewrite_.map(operand.value)); }

  const Graph& graph_;
  const std::vector<bool>& frozen_;
  GraphRewrite rewrite_;
  GraphBuilder builder_;
  std::vector<ops::Value> packed_;  // panels, by value of the matrix
};

}  // namespace

WEFT_PASS(140, pack_products, kExact, kWhole) {
  if (!context.prepares) return graph;
  return Packer(graph, frozen_values(graph, context.frozen)).run();
}

}  // namespace weft::graph
