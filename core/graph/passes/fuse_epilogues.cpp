// Law: what alone reads a blocked convolution — a sum with a number for each channel, then one with
// an array of its shape, then bounds — is done by the convolution before it stores, in that order.
#include <algorithm>
#include <cmath>
#include <optional>

#include "graph/graph_builder.h"
#include "graph/passes.h"
#include "graph/passes/rebuild_impl.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

using ops::Argument;

// A convolution that waits for what may still be done to its result; values are of the old graph.
struct Waiting {
  const Node* node = nullptr;
  ValueId bias = kNoValue;  // of shape (1, C / B, 1, 1, B); else the node's own
  ValueId residual = kNoValue;
  std::optional<double> low, high;

  bool is_bounded() const { return low || high; }
  bool has_bias() const {
    return bias != kNoValue || (node->operands.size() > 2 && node->operands[2].is_value());
  }
};

class Epilogues {
 public:
  explicit Epilogues(const Graph& graph)
      : graph_(graph),
        rebuild_(graph),
        builder_(rebuild_.graph()),
        uses_(count_uses(graph)),
        waiting_(graph.values.size()) {}

  Result<Graph> run() {
    for (const Node& node : graph_.nodes) {
      if (begin(node) || extend(node)) continue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) settle(operand.value);
      rebuild_.copy(node);
    }
    for (const ValueId id : graph_.outputs) settle(id);
    WEFT_TRY(builder_.status());
    return rebuild_.finish();
  }

 private:
  Waiting& waiting(ValueId id) { return waiting_[static_cast<size_t>(id)]; }

  bool begin(const Node& node) {
    if (!node.op || node.op->name != "convolution_blocked" || node.clone_of != kNoValue)
      return false;
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    if (node.operands[3].is_value() || a.has("low") || a.has("high")) return false;
    for (const Operand& operand : node.operands)
      if (operand.is_value()) settle(operand.value);
    Waiting convolution;
    convolution.node = &node;
    put(node.outputs[0], convolution);
    return true;
  }

  void put(ValueId id, const Waiting& convolution) {
    waiting(id) = convolution;
    if (uses_[static_cast<size_t>(id)] != 1) settle(id);
  }

  // Does the node go on with the convolution that gives one of its operands?
  bool extend(const Node& node) {
    if (!node.op || !node.op->slot.elementwise || node.clone_of != kNoValue) return false;
    const size_t count = node.op->inputs.size();
    for (size_t i = 0; i < count; ++i) {
      if (!node.operands[i].is_value() || !waiting(node.operands[i].value).node) continue;
      const ValueId from = node.operands[i].value;
      Waiting next = waiting(from);
      const Operand* other = count == 2 ? &node.operands[1 - i] : nullptr;
      if (!take(node, other, graph_.type(from), next)) continue;
      waiting(from) = {};
      if (other && other->is_value()) settle(other->value);
      put(node.outputs[0], next);
      return true;
    }
    return false;
  }

  bool take(const Node& node, const Operand* other, const TensorType& type, Waiting& next) const {
    const std::string& name = node.op->name;
    if (graph_.type(node.outputs[0]) != type) return false;
    if (name == "relu" && !next.is_bounded()) {
      next.low = 0;
      return true;
    }
    if (name == "add" && other->is_value() && !next.is_bounded()) return add(*other, type, next);
    if ((name != "maximum" && name != "minimum") || !other->is_scalar()) return false;
    const double bound = other->scalar.as_double();
    if (std::isnan(bound) || next.high || (next.low && name == "maximum")) return false;
    (name == "maximum" ? next.low : next.high) = bound;
    return true;
  }

  bool add(const Operand& other, const TensorType& type, Waiting& next) const {
    const TensorType& term = graph_.type(other.value);
    if (term.dtype != type.dtype || next.residual != kNoValue) return false;
    if (term.shape == type.shape) {
      next.residual = other.value;
      return true;
    }
    const Shape channels{1, type.shape[1], 1, 1, type.shape[4]};
    if (term.shape != channels || next.has_bias()) return false;
    next.bias = other.value;
    return true;
  }

  // Gives a convolution that waits its node.
  void settle(ValueId id) {
    if (!waiting(id).node) return;
    const Waiting convolution = waiting(id);
    waiting(id) = {};
    const Node& node = *convolution.node;
    ops::Values inputs;
    for (const Operand& operand : node.operands)
      inputs.push_back(operand.is_value() ? builder_.value(rebuild_.map(operand.value))
                                          : ops::Value());
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    if (convolution.bias != kNoValue)
      inputs[2] =
          ops::reshape(builder_.value(rebuild_.map(convolution.bias)), Shape{a.integer("filters")});
    if (convolution.residual != kNoValue)
      inputs[3] = builder_.value(rebuild_.map(convolution.residual));
    std::vector<Argument> attributes(a.all().begin(), a.all().end());
    for (size_t i = 0; i < attributes.size(); ++i) {
      const std::string& name = node.op->attributes[i].name;
      if (name == "low" && convolution.low) attributes[i] = Argument::of_float(*convolution.low);
      if (name == "high" && convolution.high) attributes[i] = Argument::of_float(*convolution.high);
    }
    rebuild_.set(id, builder_.emit(*node.op, inputs, attributes)[0].id());
    if (builder_.status().ok()) rebuild_.graph().nodes.back().line = node.line;
  }

  const Graph& graph_;
  Rebuild rebuild_;
  GraphBuilder builder_;
  std::vector<int32_t> uses_;
  std::vector<Waiting> waiting_;
};

}  // namespace

Result<Graph> fuse_epilogues(const Graph& graph, const PassContext&) {
  const bool has_any = std::ranges::any_of(graph.nodes, [](const Node& node) {
    return node.op && node.op->name == "convolution_blocked";
  });
  return has_any ? Epilogues(graph).run() : graph;
}

}  // namespace weft::graph
