// Law: factors and summands, one for each channel, that follow one another become one factor and
// one summand, if all of these are frozen (partition/preparation.h): ((x - m) s) g + b = x (s g) +
// (b - m s g).
//
// This is a batch norm that does not train and has no convolution before it to go into
// (fold_affine.cpp): where activations come first (He et al., "Identity Mappings in Deep Residual
// Networks", 2016), or where arrays are concatenated (Huang et al., "Densely Connected
// Convolutional Networks", 2017). Products are rounded in another order: class tolerance.
#include <algorithm>
#include <optional>
#include <vector>

#include "graph/ir/graph_builder.h"
#include "graph/partition/preparation.h"
#include "graph/passes/channel_step_impl.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// Finds chains of steps and merges those that get shorter.
class AffineMerger {
 public:
  AffineMerger(const Graph& graph, const std::vector<bool>& frozen_inputs)
      : graph_(graph),
        frozen_(frozen_values(graph, frozen_inputs)),
        readers_(sole_readers(graph)),
        chain_(graph.nodes.size()),
        is_joined_(graph.nodes.size(), false) {}

  // Merged steps go; the last node of a chain is replaced by the factor and the summand.
  Result<Graph> run() {
    std::vector<bool> is_inside(graph_.nodes.size(), false);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (is_inside[n]) continue;
      std::vector<int32_t> chain = chain_from(static_cast<int32_t>(n));
      for (const int32_t node : chain) is_inside[static_cast<size_t>(node)] = true;
      if (!pays(chain)) continue;
      for (const int32_t node : chain) is_joined_[static_cast<size_t>(node)] = true;
      chain_[static_cast<size_t>(chain.back())] = std::move(chain);
    }
    GraphRewrite rewrite(graph_);
    GraphBuilder builder(rewrite.graph());
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (!is_joined_[n])
        rewrite.copy(graph_.nodes[n]);
      else if (!chain_[n].empty())
        emit(rewrite, builder, chain_[n]);
    }
    if (!builder.status().ok()) return builder.status();
    return rewrite.finish();
  }

 private:
  const Node& node_at(int32_t n) const { return graph_.nodes[static_cast<size_t>(n)]; }

  // The step that node n takes from a value, if the value itself is not frozen.
  std::optional<ChannelStep> step_at(int32_t n, ValueId value) const {
    const TensorType& type = graph_.type(value);
    if (frozen_[static_cast<size_t>(value)] || !is_lane(type.dtype)) return {};
    const auto step = channel_step(graph_, frozen_, node_at(n), value, type);
    return step && step->other.is_value() ? step : std::nullopt;
  }
  // Only float32 and float64, whose elements are as wide as lanes.
  static bool is_lane(DType dtype) { return dtype == DType::kFloat32 || dtype == DType::kFloat64; }

  // The operand that the first step of a chain starts from, or kNoValue.
  ValueId start_of(int32_t n) const {
    for (const Operand& operand : node_at(n).operands)
      if (operand.is_value() && step_at(n, operand.value)) return operand.value;
    return kNoValue;
  }

  // Steps that follow one another, each the only reader of the one before it.
  std::vector<int32_t> chain_from(int32_t n) const {
    std::vector<int32_t> chain;
    ValueId value = start_of(n);
    while (n >= 0 && value != kNoValue && step_at(n, value)) {
      chain.push_back(n);
      value = node_at(n).outputs[0];
      n = readers_[static_cast<size_t>(value)];
    }
    return chain;
  }

  // Are there more steps than one factor and one summand? Summands alone stay as eager calls add
  // them.
  bool pays(const std::vector<int32_t>& chain) const {
    size_t factors = 0;
    for (const int32_t n : chain) {
      const auto kind = *channel_step_kind(node_at(n).op->name);
      factors += kind == ChannelStep::kMultiply || kind == ChannelStep::kDivide ? 1 : 0;
    }
    const size_t summands = chain.size() - factors;
    return factors > 0 && 1 + std::min<size_t>(summands, 1) < chain.size();
  }

  // Emits x * factor + summand in place of the chain.
  void emit(GraphRewrite& rewrite, GraphBuilder& builder, const std::vector<int32_t>& chain) const {
    const ValueId start = start_of(chain[0]), last = node_at(chain.back()).outputs[0];
    builder.stand_for(node_at(chain.back()));
    ops::Value factor, summand;
    ValueId value = start;
    for (const int32_t n : chain) {
      const ChannelStep step = *step_at(n, value);
      take(step.kind, builder.value(rewrite.map(step.other.value)), factor, summand);
      value = node_at(n).outputs[0];
    }
    ops::Value result = builder.value(rewrite.map(start));
    if (factor) result = result * factor;
    if (summand) result = result + summand;
    if (builder.status().ok()) rewrite.set(last, result.id());
  }

  // Adds one more step to x * factor + summand.
  static void take(ChannelStep::Kind kind, const ops::Value& other, ops::Value& factor,
                   ops::Value& summand) {
    switch (kind) {
      case ChannelStep::kAdd: summand = summand ? summand + other : other; break;
      case ChannelStep::kSubtract: summand = summand ? summand - other : -other; break;
      case ChannelStep::kMultiply:
        factor = factor ? factor * other : other;
        if (summand) summand = summand * other;
        break;
      case ChannelStep::kDivide:
        factor = factor ? factor / other : 1.0 / other;
        if (summand) summand = summand / other;
        break;
    }
  }

  const Graph& graph_;
  const std::vector<bool> frozen_;
  const std::vector<int32_t> readers_;
  std::vector<std::vector<int32_t>> chain_;  // by the last node of a chain
  std::vector<bool> is_joined_;
};

}  // namespace

WEFT_PASS(80, merge_affine, kTolerance, kWhole) {
  if (std::ranges::find(context.frozen, true) == context.frozen.end()) return graph;
  return AffineMerger(graph, context.frozen).run();
}

}  // namespace weft::graph
