// Law: arithmetic on arrays that are transposed alike, whose result is only read transposed back,
// is done in the order in which the arrays lie in memory: f(xᵀ, yᵀ, c)ᵀ⁻¹ = f(x, y, cᵀ⁻¹). An
// operand c that is repeated along axes of the result is transposed instead. The rules of algebra
// (rule_table.cpp) know single steps of this.
//
// Between int8 layers, whose images have their channels last, there is arithmetic in float32 (a
// gate of each channel, a sum of arrays with different scales). Without this pass it would read
// every image across its rows and copy the result back.
#include <algorithm>
#include <optional>

#include "graph/ir/fused.h"
#include "graph/ir/graph_builder.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

using Axes = std::vector<int64_t>;

// An operand that is not of the result's shape has to be repeated at least so often: it is
// transposed, and that has to be cheap.
constexpr int64_t kRepeated = 8;

// The permutation that undoes another one.
Axes inverse_of(const Axes& axes) {
  Axes inverse(axes.size());
  for (size_t i = 0; i < axes.size(); ++i)
    inverse[static_cast<size_t>(axes[i])] = static_cast<int64_t>(i);
  return inverse;
}

// The permutation of a transpose, counted from the front; nothing for other nodes.
std::optional<Axes> axes_of(const Graph& graph, const Node& node) {
  if (!node.op || node.op->name != "transpose" || node.clone_of != kNoValue ||
      !node.operands[0].is_value())
    return {};
  const int rank = graph.type(node.outputs[0]).shape.rank();
  const ops::AttributeReader a = node.op->reader(node.attributes.view());
  Axes axes;
  for (int i = 0; i < rank; ++i) {
    const int64_t axis = a.has("axes") ? a.ints("axes")[static_cast<size_t>(i)] : rank - 1 - i;
    axes.push_back(axis < 0 ? axis + rank : axis);
  }
  return axes;
}

// Finds the nodes to change (candidates), drops those whose neighbours do not go along, and emits
// the rest.
class TransposePusher {
 public:
  explicit TransposePusher(const Graph& graph)
      : graph_(graph),
        uses_(count_uses(graph)),
        sensitive_(stride_sensitive(graph)),
        axes_(graph.values.size()),
        users_(graph.values.size()),
        rewrite_(graph),
        builder_(rewrite_.graph()),
        base_(graph.values.size(), kNoValue) {}

  // Dropping a candidate may make others impossible, so it repeats until nothing changes.
  Result<Graph> run() {
    if (!find_candidates()) return graph_;
    while (drop_some()) {
    }
    for (const Node& node : graph_.nodes) {
      if (is_candidate(node))
        WEFT_TRY(push_down(node));
      else if (!ends(node))
        rewrite_.copy(node);
    }
    return rewrite_.finish();
  }

 private:
  // By which permutation the value is transposed; null: by none.
  const Axes* axes(ValueId id) const {
    const std::optional<Axes>& found = axes_[static_cast<size_t>(id)];
    return found ? &*found : nullptr;
  }
  // Is the operand an array of this shape?
  bool is_of_shape(const Operand& operand, const Shape& shape) const {
    return operand.is_value() && graph_.type(operand.value).shape == shape;
  }

  // The permutation by which all operands of the result's shape are transposed; null: there is
  // none, or there are several.
  const Axes* shared_axes(const Node& node) const {
    const Shape& out = graph_.type(node.outputs[0]).shape;
    const Axes* shared = nullptr;
    for (const Operand& operand : node.operands) {
      if (!operand.is_value()) continue;
      const Shape& shape = graph_.type(operand.value).shape;
      if (shape == out) {
        const Axes* const own = axes(operand.value);
        if (!own || (shared && *own != *shared)) return nullptr;
        shared = own;
      } else if (shape.elements() * kRepeated > out.elements()) {
        return nullptr;
      }
    }
    return shared;
  }

  // Elementwise nodes whose operands are transposed alike; their results count as transposed, too.
  bool find_candidates() {
    bool any = false;
    for (const Node& node : graph_.nodes) {
      for (const Operand& operand : node.operands)
        if (operand.is_value()) users_[static_cast<size_t>(operand.value)].push_back(&node);
      if (node.outputs.size() != 1 || node.clone_of != kNoValue || node.effect >= 0) continue;
      std::optional<Axes>& own = axes_[static_cast<size_t>(node.outputs[0])];
      if ((own = axes_of(graph_, node)) || !is_elementwise(node)) continue;
      if (const Axes* const shared = shared_axes(node)) {
        own = *shared;
        any = true;
      }
    }
    return any;
  }

  // Is the node still one?
  bool is_candidate(const Node& node) const {
    return node.outputs.size() == 1 && node.op && is_elementwise(node) && axes(node.outputs[0]);
  }
  // Is the reader a candidate that does not repeat the value?
  bool reads_alike(const Node& user, ValueId id) const {
    return is_candidate(user) && graph_.type(id).shape == graph_.type(user.outputs[0]).shape;
  }
  // Does the node transpose a candidate's result back?
  bool undoes(const Node& node, const Axes& of) const {
    const std::optional<Axes> own = axes_of(graph_, node);
    return own && *own == inverse_of(of) && !sensitive_[static_cast<size_t>(node.outputs[0])];
  }

  // Drops candidates whose result somebody reads as it is, or that read something that is not
  // transposed after all.
  bool drop_some() {
    bool any = false;
    for (const Node& node : graph_.nodes) {
      if (!is_candidate(node)) continue;
      const ValueId id = node.outputs[0];
      const std::vector<const Node*>& users = users_[static_cast<size_t>(id)];
      const bool stays = shared_axes(node) && !users.empty() &&
                         users.size() == static_cast<size_t>(uses_[static_cast<size_t>(id)]) &&
                         std::ranges::all_of(users, [&](const Node* user) {
                           return reads_alike(*user, id) || undoes(*user, *axes(id));
                         });
      if (stays) continue;
      axes_[static_cast<size_t>(id)].reset();
      any = true;
    }
    return any;
  }

  // The value in the order in which it lies in memory.
  ops::Value base(ValueId id) {
    const ValueId own = base_[static_cast<size_t>(id)];
    if (own != kNoValue) return builder_.value(own);
    const ValueId from = graph_.producer(id)->operands[0].value;
    const ValueId pushed = base_[static_cast<size_t>(from)];
    if (pushed == kNoValue) return builder_.value(rewrite_.map(from));
    // What undoes the order of one group of candidates may begin the next group; no value in
    // between has that order.
    return ops::transpose(builder_.value(pushed), *axes(from));
  }

  // A repeated operand, transposed back by `axes`; it gets ones in front first.
  ops::Value transposed(ValueId id, const Axes& axes) {
    const ops::Value value = builder_.value(rewrite_.map(id));
    const Shape shape = graph_.type(id).shape;
    if (shape.rank() == 0) return value;
    Shape whole;
    for (size_t i = static_cast<size_t>(shape.rank()); i < axes.size(); ++i) whole.push_back(1);
    for (int i = 0; i < shape.rank(); ++i) whole.push_back(shape[i]);
    return ops::transpose(ops::reshape(value, whole), inverse_of(axes));
  }

  // Emits a candidate on operands as they lie in memory.
  Status push_down(const Node& node) {
    const ValueId id = node.outputs[0];
    const Axes& of = *axes(id);
    builder_.stand_for(node);
    ops::Values inputs;
    for (const Operand& operand : node.operands) {
      if (operand.is_scalar())
        inputs.push_back(ops::Value(&builder_, operand.scalar));
      else if (!operand.is_value())
        inputs.emplace_back();
      else if (is_of_shape(operand, graph_.type(id).shape))
        inputs.push_back(base(operand.value));
      else
        inputs.push_back(transposed(operand.value, of));
    }
    const ops::Values made = builder_.emit(*node.op, inputs, node.attributes.view());
    WEFT_TRY(builder_.status());
    base_[static_cast<size_t>(id)] = made[0].id();
    return {};
  }

  // A transpose that undoes a candidate's order disappears.
  bool ends(const Node& node) {
    if (!axes_of(graph_, node)) return false;
    const ValueId made = base_[static_cast<size_t>(node.operands[0].value)];
    if (made == kNoValue) return false;
    rewrite_.set(node.outputs[0], made);
    return true;
  }

  const Graph& graph_;
  const std::vector<int32_t> uses_;
  const std::vector<bool> sensitive_;
  std::vector<std::optional<Axes>> axes_;  // by value: the permutation that it is transposed by
  std::vector<std::vector<const Node*>> users_;  // by value: its readers
  GraphRewrite rewrite_;
  GraphBuilder builder_;
  std::vector<ValueId> base_;  // by old value: the result of a candidate, in the new graph
};

}  // namespace

WEFT_PASS(60, push_down_transposes, kExact, kWhole) { return TransposePusher(graph).run(); }

}  // namespace weft::graph
