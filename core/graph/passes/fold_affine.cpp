// Law: factors and summands, one for each channel, that follow a convolution move into its weight
// and bias, if all of these are frozen (partition/preparation.h): conv(x, w) s + t = conv(x, w s) +
// t. For a half dtype this also holds where they are float32 between two casts: weights are rounded
// after scaling.
//
// So a batch norm that does not train disappears (Jacob et al., "Quantization and Training of
// Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 3.2, without the
// quantization). Products are rounded in another order: class tolerance.
#include <algorithm>

#include "graph/ir/graph_builder.h"
#include "graph/partition/preparation.h"
#include "graph/passes/channel_step_impl.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/problems/depth_problem.h"

namespace weft::graph {
namespace {

// What moves into a convolution from behind it.
struct Chain {
  std::vector<ChannelStep> steps;
  std::vector<int32_t> nodes;  // of these steps, and casts and reshapes between them
  int32_t volume = -1;         // the node that makes a volume of the images; -1: none
};

// Finds the chains, then emits each convolution at the end of its chain.
class AffineFolder {
 public:
  AffineFolder(const Graph& graph, const std::vector<bool>& frozen_inputs)
      : graph_(graph),
        frozen_(frozen_values(graph, frozen_inputs)),
        readers_(sole_readers(graph)) {}

  // The nodes of a chain go; the convolution takes the place of the last one, where all its new
  // operands are there.
  Result<Graph> run() {
    std::vector<bool> folded(graph_.nodes.size(), false);
    std::vector<int32_t> convolution_of(graph_.nodes.size(), -1);  // by the last node of a chain
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      int32_t last = static_cast<int32_t>(n);
      for (const int32_t node : chain_of(graph_.nodes[n]).nodes) {
        folded[static_cast<size_t>(last)] = true;
        last = node;
      }
      if (last != static_cast<int32_t>(n))
        convolution_of[static_cast<size_t>(last)] = static_cast<int32_t>(n);
    }
    GraphRewrite rewrite(graph_);
    GraphBuilder builder(rewrite.graph());
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (folded[n]) continue;
      if (convolution_of[n] < 0)
        rewrite.copy(graph_.nodes[n]);
      else
        emit(rewrite, builder, graph_.nodes[static_cast<size_t>(convolution_of[n])],
             graph_.nodes[n].outputs[0]);
    }
    if (!builder.status().ok()) return builder.status();
    return rewrite.finish();
  }

 private:
  // Scalars and absent operands count as frozen.
  bool is_frozen(const Operand& operand) const {
    return !operand.is_value() || frozen_[static_cast<size_t>(operand.value)];
  }

  // The longest chain that can move into the convolution. Each step must be the only reader of the
  // value before it, and the chain must end in the convolution's own dtype.
  Chain chain_of(const Node& convolution) const {
    Chain chain, longest;
    if (!convolution.op || convolution.op->name != "convolution_image" ||
        !is_frozen(convolution.operands[1]) ||
        (convolution.operands.size() > 2 && !is_frozen(convolution.operands[2])))
      return longest;
    TensorType type = graph_.type(convolution.outputs[0]);
    const DType own = type.dtype;
    bool has_bias = convolution.operands.size() > 2 && convolution.operands[2].is_value();
    ValueId value = convolution.outputs[0];
    for (;;) {
      const int32_t n = readers_[static_cast<size_t>(value)];
      if (n < 0) return longest;
      const Node& node = graph_.nodes[static_cast<size_t>(n)];
      chain.nodes.push_back(n);
      if (is_half(own) && node.op && node.op->name == "cast" && node.clone_of == kNoValue) {
        const DType other = type.dtype == own ? DType::kFloat32 : own;
        if (graph_.type(node.outputs[0]).dtype != other) return longest;
        type.dtype = other;
      } else if (chain.volume < 0 && is_volume_of_slices(node)) {
        chain.volume = n;
        type.shape = graph_.type(node.outputs[0]).shape;
      } else {
        const auto step = channel_step(graph_, frozen_, node, value, type);
        if (!step) return longest;
        const bool adds = step->kind == ChannelStep::kAdd || step->kind == ChannelStep::kSubtract;
        // A scalar cannot become the bias, which is an array.
        if (adds && !has_bias && step->other.is_scalar()) return longest;
        has_bias = has_bias || adds;
        chain.steps.push_back(*step);
      }
      value = node.outputs[0];
      if (type.dtype == own && !chain.steps.empty()) longest = chain;
    }
  }

  // Does the node see images as the slices of a volume, with each channel where it was?
  static bool is_volume_of_slices(const Node& node) {
    return node.op && node.op->name == "fold_depth" && node.clone_of == kNoValue &&
           ops::moves_nothing(node.op->reader(node.attributes.view()));
  }

  // Emits the convolution with changed weight and bias. Halves are computed in float32 and rounded
  // at the end.
  void emit(GraphRewrite& rewrite, GraphBuilder& builder, const Node& convolution,
            ValueId last) const {
    const auto value_of = [&](const Operand& operand) {
      if (operand.is_scalar()) return ops::Value(&builder, operand.scalar);
      return operand.is_value() ? builder.value(rewrite.map(operand.value)) : ops::Value();
    };
    builder.stand_for(convolution);
    builder.set_rematerialized(graph_.producer(last)->rematerialized);
    const DType dtype = graph_.type(convolution.outputs[0]).dtype;
    const auto wide = [&](const ops::Value& x) {
      return is_half(dtype) && x && !x.is_scalar() ? ops::cast(x, DType::kFloat32) : x;
    };
    ops::Value weight = wide(value_of(convolution.operands[1])), bias;
    if (convolution.operands.size() > 2) bias = wide(value_of(convolution.operands[2]));
    const Shape channels{weight.shape()[0]};
    Shape filters = weight.shape();
    for (int axis = 1; axis < filters.rank(); ++axis) filters[axis] = 1;
    const Chain chain = chain_of(convolution);
    for (const ChannelStep& step : chain.steps) {
      const ops::Value given = wide(value_of(step.other));
      const bool is_array = !given.is_scalar();
      const ops::Value vector =
          is_array
              ? ops::broadcast_to(ops::reshape(given, Shape{given.shape().elements()}), channels)
              : given;
      const ops::Value factor = is_array ? ops::reshape(vector, filters) : given;
      switch (step.kind) {
        case ChannelStep::kAdd: bias = bias ? bias + vector : vector; break;
        case ChannelStep::kSubtract: bias = bias ? bias - vector : -vector; break;
        case ChannelStep::kMultiply:
          weight = weight * factor;
          if (bias) bias = bias * vector;
          break;
        case ChannelStep::kDivide:
          weight = weight / factor;
          if (bias) bias = bias / vector;
          break;
      }
    }
    const ops::Value inputs[] = {value_of(convolution.operands[0]), ops::cast(weight, dtype),
                                 bias ? ops::cast(bias, dtype) : bias};
    ops::Value result = builder.emit(*convolution.op, inputs, convolution.attributes.view())[0];
    if (chain.volume >= 0) {
      const Node& volume = graph_.nodes[static_cast<size_t>(chain.volume)];
      result = builder.emit(*volume.op, {&result, 1}, volume.attributes.view())[0];
    }
    if (builder.status().ok()) rewrite.set(last, result.id());
  }

  const Graph& graph_;
  const std::vector<bool> frozen_;
  const std::vector<int32_t> readers_;  // by value: its only reader, or -1
};

}  // namespace

WEFT_PASS(70, fold_affine, kTolerance, kWhole) {
  if (std::ranges::find(context.frozen, true) == context.frozen.end()) return graph;
  return AffineFolder(graph, context.frozen).run();
}

}  // namespace weft::graph
