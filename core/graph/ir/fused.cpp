// What may be in a fused region, and the check that a region keeps to it.
#include "graph/ir/fused.h"

#include <algorithm>

#include "base/errors.h"
#include "graph/ir/verifier.h"
#include "ops/slots/reduce_slot.h"

namespace weft::graph {

bool is_elementwise(const Node& node) {
  return node.op && (node.op->slot.elementwise || node.op->name == "cast") &&
         node.outputs.size() == 1 && node.operands.size() <= kMaxFusedOperands;
}

bool is_reduction(const Node& node) {
  return node.op && node.op->slot.reduction && node.operands.size() == 1 &&
         node.operands[0].is_value();
}

uint32_t reduced_axes(const Graph& graph, const Node& reduction) {
  return ops::axes_of(*reduction.op, graph.type(reduction.operands[0].value),
                      reduction.attributes.view());
}

// A softmax counts only along the last axis.
bool works_on_rows(const Node& node) {
  if (!node.op) return false;
  const bool is_softmax = node.op->name == "softmax_rows" || node.op->name == "log_softmax_rows";
  if (!is_softmax && node.op->name != "normalize_rows") return false;
  if (is_softmax && node.op->reader(node.attributes.view()).integer("axis") != -1) return false;
  return node.operands[0].is_value() && std::ranges::none_of(node.operands, &Operand::is_scalar);
}

const Node* row_operator(const Graph& body) {
  return !body.nodes.empty() && works_on_rows(body.nodes.back()) ? &body.nodes.back() : nullptr;
}

// Different inputs, because an operand may occur twice.
size_t row_inputs(const Graph& body) {
  std::vector<ValueId> read;
  if (const Node* const node = row_operator(body))
    for (size_t i = 1; i < node->operands.size(); ++i)
      if (node->operands[i].is_value()) read.push_back(node->operands[i].value);
  std::ranges::sort(read);
  return static_cast<size_t>(std::unique(read.begin(), read.end()) - read.begin());
}

// The first node may be a reduction of an input.
const Shape& shape_of_fused(const Graph& body) {
  const Node& first = body.nodes[0];
  return body.type(is_reduction(first) ? first.operands[0].value : first.outputs[0]).shape;
}

bool has_reductions(const Graph& body) { return std::ranges::any_of(body.nodes, is_reduction); }

namespace {

template <class... Parts>
[[gnu::always_inline]] inline Status broken(const Parts&... parts) {
  return errors::invalid_value("graph", parts...);
}

// It is the last node, reads what other nodes compute, and has inputs that no other node reads.
Status row_operator_is_sound(const Graph& body, const Node& node) {
  const std::string& name = node.op->name;
  if (&node != &body.nodes.back() || has_reductions(body))
    return broken("a fused region must have ", name, " as its last node, without reductions");
  if (!body.producer(node.operands[0].value) || body.outputs.back() != node.outputs[0])
    return broken("a fused region must compute the input of ", name, " and return its result");
  if (!(body.type(node.operands[0].value).shape == body.type(node.outputs[0]).shape))
    return broken("a fused region must have one shape; got another at ", name);
  const size_t first = body.inputs.size() - std::min(row_inputs(body), body.inputs.size());
  // Its first operand comes from the other nodes, so the check of its own operands begins at the
  // second.
  for (const Node& other : body.nodes)
    for (size_t i = &other == &node; i < other.operands.size(); ++i) {
      if (!other.operands[i].is_value()) continue;
      const Value& value = body.values[static_cast<size_t>(other.operands[i].value)];
      const bool is_own =
          value.origin == Origin::kInput && value.index >= static_cast<int32_t>(first);
      if (is_own != (&other == &node))
        return broken("a fused region must not share the inputs of ", name, " with other nodes");
    }
  return {};
}

// Every node is elementwise with the region's shape, a draw, or an end of the region.
Status nodes_are_sound(const Graph& body) {
  uint32_t axes = 0;
  bool has_axes = false;
  for (const Node& node : body.nodes) {
    const std::string name = node.op ? node.op->name : "a region";
    if (node.outputs.empty())
      return broken("a fused region must have nodes with results; got ", name, " without one");
    const Shape& out = body.type(node.outputs[0]).shape;
    if (works_on_rows(node)) {
      WEFT_TRY(row_operator_is_sound(body, node));
      continue;
    }
    if (is_reduction(node)) {
      const uint32_t own = reduced_axes(body, node);
      if (has_axes && own != axes)
        return broken("a fused region must reduce the same axes everywhere; got others at ", name);
      axes = own;
      has_axes = true;
      if (!(body.type(node.operands[0].value).shape == shape_of_fused(body)))
        return broken("a fused region must have one shape; got another at ", name);
      continue;
    }
    if (!is_elementwise(node) && !draws_floats(node, body.type(node.outputs[0])))
      return broken("a fused region must have elementwise nodes; got ", name);
    if (!(out == shape_of_fused(body)))
      return broken("a fused region must have one shape; got another at ", name);
    for (const Operand& operand : node.operands) {
      const Node* const producer = operand.is_value() ? body.producer(operand.value) : nullptr;
      if (producer && is_reduction(*producer))
        return broken("a fused region must not read the result of its reduction ",
                      producer->op->name);
    }
  }
  return {};
}

// Limits, and outputs in the right order: arrays first, reductions last.
Status body_is_sound(const Graph& body) {
  if (body.inputs.size() + body.outputs.size() > kMaxFusedArrays)
    return broken("a fused region must have at most ", kMaxFusedArrays, " inputs and outputs; got ",
                  body.inputs.size() + body.outputs.size());
  if (!body.constants.empty()) return broken("a fused region must not have constants");
  if (body.nodes.empty() || body.outputs.empty())
    return broken("a fused region must have a node and an output");
  if (!body.states.empty() || body.effects > 0 || !body.sizes.empty())
    return broken("a fused region must not have states, effects or sizes");
  WEFT_TRY(nodes_are_sound(body));
  bool reduced = false;
  for (const ValueId id : body.outputs) {
    const Node* const producer = body.producer(id);
    if (!producer) return broken("a fused region must not return one of its inputs");
    if (reduced && !is_reduction(*producer))
      return broken("a fused region must have the results of reductions as its last outputs");
    reduced |= is_reduction(*producer);
  }
  return {};
}

}  // namespace

Status fused_is_sound(const Graph& graph, const Node& node) {
  const Graph& body = *graph.regions[static_cast<size_t>(node.region)].body;
  WEFT_TRY(verify(body));
  WEFT_TRY(body_is_sound(body));
  if (body.inputs.size() != node.operands.size() || body.outputs.size() != node.outputs.size())
    return broken("the fused region at %", node.outputs.empty() ? kNoValue : node.outputs[0],
                  " must have as many operands and outputs as its body");
  for (size_t i = 0; i < node.operands.size(); ++i)
    if (!node.operands[i].is_value() ||
        !(body.type(body.inputs[i]) == graph.type(node.operands[i].value)))
      return broken("the fused region at %", node.outputs[0],
                    " must have the type of the body's input for operand ", i);
  for (size_t i = 0; i < node.outputs.size(); ++i)
    if (!(body.type(body.outputs[i]) == graph.type(node.outputs[i])))
      return broken("the fused region at %", node.outputs[0],
                    " must have the type of the body for output ", i);
  return {};
}

}  // namespace weft::graph
