// Law: sums and bounds behind a blocked convolution or a packed product, which nothing else reads,
// are done by its kernel before it stores. They are taken in this order: a sum with one number for
// each channel or column, a sum with an array of the result's shape, bounds. A reshape that keeps
// the product's columns may stand in between.
#include <algorithm>
#include <cmath>
#include <optional>

#include "graph/ir/graph_builder.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

using ops::Argument;

// A packed product; else the node is a blocked convolution.
bool is_product(const Node& node) { return node.op->name == "matmul_packed"; }

// Can the node's kernel do such an epilogue?
bool has_epilogue(const Node& node) {
  return node.op && (node.op->name == "convolution_blocked" || is_product(node));
}

// A node that is not emitted yet, because more may still be done to its result. Values are of the
// old graph.
struct Waiting {
  const Node* node = nullptr;
  ValueId bias = kNoValue;  // one number for each channel or column; kNoValue: the node's own bias
  ValueId residual = kNoValue;      // an array of the result's shape that is added
  std::optional<double> low, high;  // bounds

  bool is_bounded() const { return low || high; }
  bool has_bias() const {
    return bias != kNoValue || (node->operands.size() > 2 && node->operands[2].is_value());
  }
};

// Walks over the nodes; a waiting node grows until something reads its result that it cannot do.
class Epilogues {
 public:
  explicit Epilogues(const Graph& graph)
      : graph_(graph),
        rewrite_(graph),
        builder_(rewrite_.graph()),
        uses_(count_uses(graph)),
        waiting_(graph.values.size()) {}

  // A node that is neither the begin nor an extension needs its operands emitted.
  Result<Graph> run() {
    for (const Node& node : graph_.nodes) {
      if (begin(node) || extend(node)) continue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) settle(operand.value);
      rewrite_.copy(node);
    }
    for (const ValueId id : graph_.outputs) settle(id);
    WEFT_TRY(builder_.status());
    return rewrite_.finish();
  }

 private:
  Waiting& waiting(ValueId id) { return waiting_[static_cast<size_t>(id)]; }

  // A node without an epilogue of its own begins to wait.
  bool begin(const Node& node) {
    if (!has_epilogue(node) || node.clone_of != kNoValue) return false;
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    if (node.operands[3].is_value() || a.has("low") || a.has("high")) return false;
    for (const Operand& operand : node.operands)
      if (operand.is_value()) settle(operand.value);
    Waiting found;
    found.node = &node;
    put(node.outputs[0], found);
    return true;
  }

  // The value `id` is now what the waiting node gives. If several nodes read it, it is emitted at
  // once.
  void put(ValueId id, const Waiting& found) {
    waiting(id) = found;
    if (uses_[static_cast<size_t>(id)] != 1) settle(id);
  }

  // Can the waiting node that makes one of the operands do this node, too?
  bool extend(const Node& node) {
    if (!node.op || node.clone_of != kNoValue) return false;
    if (node.op->name == "reshape") return extend_through(node);
    if (!node.op->slot.elementwise) return false;
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

  // A reshape of a product that keeps its columns.
  bool extend_through(const Node& reshape) {
    if (!reshape.operands[0].is_value()) return false;
    const ValueId from = reshape.operands[0].value, to = reshape.outputs[0];
    if (!waiting(from).node || !is_product(*waiting(from).node)) return false;
    const Shape &before = graph_.type(from).shape, &after = graph_.type(to).shape;
    if (after.rank() == 0 || before[before.rank() - 1] != after[after.rank() - 1]) return false;
    const Waiting next = waiting(from);
    waiting(from) = {};
    put(to, next);
    return true;
  }

  // Adds the node to the epilogue, if the order allows it: sums come before bounds, a lower bound
  // before an upper one.
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

  // A sum: with a residual of the same shape, or with a bias before that.
  bool add(const Operand& other, const TensorType& type, Waiting& next) const {
    const TensorType& term = graph_.type(other.value);
    if (term.dtype != type.dtype || next.residual != kNoValue) return false;
    if (term.shape == type.shape) {
      next.residual = other.value;
      return true;
    }
    if (!is_bias(*next.node, term.shape, type.shape) || next.has_bias()) return false;
    next.bias = other.value;
    return true;
  }

  // One number for each channel of blocks, or for each column of a product.
  static bool is_bias(const Node& node, const Shape& term, const Shape& result) {
    if (!is_product(node)) return term == Shape{1, result[1], 1, 1, result[4]};
    const int rank = term.rank();
    return rank > 0 && rank <= result.rank() && term[rank - 1] == result[result.rank() - 1] &&
           term.elements() == term[rank - 1];
  }

  // Emits the waiting node that makes this value, if there is one.
  void settle(ValueId id) {
    if (!waiting(id).node) return;
    const Waiting found = waiting(id);
    waiting(id) = {};
    const Node& node = *found.node;
    const Shape& shape = graph_.type(node.outputs[0]).shape;
    builder_.stand_for(node);
    builder_.set_rematerialized(graph_.producer(id)->rematerialized);  // the result may be kept
    ops::Values inputs;
    for (const Operand& operand : node.operands)
      inputs.push_back(operand.is_value() ? builder_.value(rewrite_.map(operand.value))
                                          : ops::Value());
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    if (found.bias != kNoValue) {
      const ops::Value bias = builder_.value(rewrite_.map(found.bias));
      inputs[2] = ops::reshape(bias, Shape{bias.shape().elements()});
    }
    if (found.residual != kNoValue)
      inputs[3] = ops::reshape(builder_.value(rewrite_.map(found.residual)), shape);
    std::vector<Argument> attributes(a.all().begin(), a.all().end());
    for (size_t i = 0; i < attributes.size(); ++i) {
      const std::string& name = node.op->attributes[i].name;
      if (name == "low" && found.low) attributes[i] = Argument::of_float(*found.low);
      if (name == "high" && found.high) attributes[i] = Argument::of_float(*found.high);
    }
    const ops::Value result = builder_.emit(*node.op, inputs, attributes)[0];
    if (!builder_.status().ok()) return;
    rewrite_.set(id, ops::reshape(result, graph_.type(id).shape).id());
  }

  const Graph& graph_;
  GraphRewrite rewrite_;
  GraphBuilder builder_;
  std::vector<int32_t> uses_;
  std::vector<Waiting> waiting_;  // by old value
};

}  // namespace

WEFT_PASS(150, fuse_epilogues, kTolerance, kWhole) {
  return std::ranges::any_of(graph.nodes, has_epilogue) ? Epilogues(graph).run() : graph;
}

}  // namespace weft::graph
