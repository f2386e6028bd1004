// Law: arithmetic on arrays that are transposed alike, whose result is only read transposed back,
// is done in the order in which they lie: f(xᵀ, yᵀ, c)ᵀ⁻¹ = f(x, y, cᵀ⁻¹). What is repeated along
// the result's axes, c, is turned instead. The rules (rule_table.cpp) know single steps of it.
//
// Between layers of int8, whose images have their channels last, arithmetic in float32 (a gate of
// each channel, a sum of other scales) would read every image across its rows and copy the result
// back.
#include <algorithm>
#include <optional>

#include "graph/ir/fused.h"
#include "graph/ir/graph_builder.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

using Axes = std::vector<int64_t>;

// How often, at least, an operand that is not of the result's shape is repeated.
constexpr int64_t kRepeated = 8;

Axes inverse_of(const Axes& axes) {
  Axes inverse(axes.size());
  for (size_t i = 0; i < axes.size(); ++i)
    inverse[static_cast<size_t>(axes[i])] = static_cast<int64_t>(i);
  return inverse;
}

// Of a transpose whose operand is a value.
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

  Result<Graph> run() {
    if (!find_candidates()) return graph_;
    while (drop_some()) {
    }
    for (const Node& node : graph_.nodes) {
      if (is_candidate(node))
        WEFT_TRY(sink(node));
      else if (!ends(node))
        rewrite_.copy(node);
    }
    return rewrite_.finish();
  }

 private:
  const Axes* axes(ValueId id) const {
    const std::optional<Axes>& found = axes_[static_cast<size_t>(id)];
    return found ? &*found : nullptr;
  }
  bool is_of_shape(const Operand& operand, const Shape& shape) const {
    return operand.is_value() && graph_.type(operand.value).shape == shape;
  }

  // The axes by which all operands of the result's shape are transposed; null: there are none, or
  // others.
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

  bool is_candidate(const Node& node) const {
    return node.outputs.size() == 1 && node.op && is_elementwise(node) && axes(node.outputs[0]);
  }
  // A candidate that does not repeat it.
  bool reads_alike(const Node& user, ValueId id) const {
    return is_candidate(user) && graph_.type(id).shape == graph_.type(user.outputs[0]).shape;
  }
  // Does it undo what a candidate's result is transposed by?
  bool undoes(const Node& node, const Axes& of) const {
    const std::optional<Axes> own = axes_of(graph_, node);
    return own && *own == inverse_of(of) && !sensitive_[static_cast<size_t>(node.outputs[0])];
  }

  // Candidates that somebody reads as they are, or who read what is not transposed after all.
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

  // In the order in which a transposed value lies.
  ops::Value base(ValueId id) {
    const ValueId own = base_[static_cast<size_t>(id)];
    if (own != kNoValue) return builder_.value(own);
    const ValueId from = graph_.producer(id)->operands[0].value;
    const ValueId sunk = base_[static_cast<size_t>(from)];
    if (sunk == kNoValue) return builder_.value(rewrite_.map(from));
    // What undoes one island's order begins the next: nothing holds the values between in it.
    return ops::transpose(builder_.value(sunk), *axes(from));
  }

  ops::Value turned(ValueId id, const Axes& axes) {
    const ops::Value value = builder_.value(rewrite_.map(id));
    const Shape shape = graph_.type(id).shape;
    if (shape.rank() == 0) return value;
    Shape whole;
    for (size_t i = static_cast<size_t>(shape.rank()); i < axes.size(); ++i) whole.push_back(1);
    for (int i = 0; i < shape.rank(); ++i) whole.push_back(shape[i]);
    return ops::transpose(ops::reshape(value, whole), inverse_of(axes));
  }

  Status sink(const Node& node) {
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
        inputs.push_back(turned(operand.value, of));
    }
    const ops::Values made = builder_.emit(*node.op, inputs, node.attributes.view());
    WEFT_TRY(builder_.status());
    base_[static_cast<size_t>(id)] = made[0].id();
    return {};
  }

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
  std::vector<std::optional<Axes>> axes_;  // by which a value is transposed
  std::vector<std::vector<const Node*>> users_;
  GraphRewrite rewrite_;
  GraphBuilder builder_;
  std::vector<ValueId> base_;  // of candidates' results, in the new graph
};

}  // namespace

WEFT_PASS(60, push_down_transposes, kExact, kWhole) { return TransposePusher(graph).run(); }

}  // namespace weft::graph
