// Law: a mean over the planes of images that convolutions make is an average pooling of the whole
// planes. Values change as by another order of summation. Means of other arrays are left alone, and
// so are sums that something else reads, and clones.
//
// Exporters write average poolings as means. The passes that lay channels in blocks know poolings;
// and a pooling reads its images as arrays, where a sum would compute again what makes them.
#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "graph/ir/graph_builder.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

using ops::Argument;

bool is_of(const Node& node, std::string_view name) {
  return node.op && node.op->name == name && node.clone_of == kNoValue;
}

// Which values have the channels of a convolution's result: it, and what follows it element by
// element, through norms, poolings and concatenations.
std::vector<bool> values_of_images(const Graph& graph) {
  std::vector<bool> found(graph.values.size(), false);
  const auto is_image = [&](const Operand& operand) {
    return operand.is_value() && found[static_cast<size_t>(operand.value)];
  };
  for (const Node& node : graph.nodes) {
    if (!node.op || node.outputs.empty()) continue;
    const std::string& name = node.op->name;
    const bool follows = node.op->slot.elementwise || name == "cast" || name == "concatenate" ||
                         name == "batch_norm_training" || name == "pooling_image";
    found[static_cast<size_t>(node.outputs[0])] =
        name == "convolution_image" || (follows && std::ranges::any_of(node.operands, is_image));
  }
  return found;
}

// The node whose sum over planes this node divides by their elements, or null.
const Node* sum_of_mean(const Graph& graph, const Node& node, const std::vector<bool>& images,
                        const std::vector<int32_t>& uses) {
  const bool divides = is_of(node, "divide");
  if (!divides && !is_of(node, "multiply")) return nullptr;
  const Operand &total = node.operands[0], &factor = node.operands[1];
  if (!total.is_value() || !factor.is_scalar() || uses[static_cast<size_t>(total.value)] != 1)
    return nullptr;
  const Node* const sum = graph.producer(total.value);
  if (!sum || !is_of(*sum, "sum") || !images[static_cast<size_t>(sum->operands[0].value)])
    return nullptr;
  const TensorType& type = graph.type(sum->operands[0].value);
  const int rank = type.shape.rank();
  const bool has_kernel = type.dtype == DType::kFloat32 && (rank == 3 || rank == 4);
  if (!has_kernel || graph.type(node.outputs[0]).dtype != type.dtype) return nullptr;
  const ops::AttributeReader a = sum->op->reader(sum->attributes.view());
  if (!a.has("axis")) return nullptr;
  uint32_t axes = 0;
  for (const int64_t axis : a.ints("axis")) axes |= uint32_t{1} << (axis < 0 ? axis + rank : axis);
  if (axes != (rank == 3 ? 0b100u : 0b1100u)) return nullptr;
  const auto elements = static_cast<double>(type.shape[2] * (rank == 4 ? type.shape[3] : 1));
  const double number = factor.scalar.as_double();
  const bool is_mean = std::abs((divides ? number : 1 / number) - elements) < 1e-6 * elements;
  return is_mean ? sum : nullptr;
}

// One window over whole planes.
ops::Value average(GraphBuilder& builder, const ops::Value& images) {
  const ops::OpDef& pooling = ops::op_named("pooling_image");
  std::vector<Argument> attributes;
  for (const ops::AttributeDef& attribute : pooling.attributes)
    attributes.push_back(attribute.name == "global_pool" ? Argument::of_bool(true)
                         : attribute.name == "pool_type" ? Argument::of_string("avg")
                                                         : attribute.fallback.view()[0]);
  return builder.emit(pooling, {&images, 1}, attributes)[0];
}

}  // namespace

WEFT_PASS(115, pool_means, kTolerance, kWhole) {
  const std::vector<bool> images = values_of_images(graph);
  const std::vector<int32_t> uses = count_uses(graph);
  GraphRewrite rewrite(graph);
  GraphBuilder builder(rewrite.graph());
  bool changed = false;
  for (const Node& node : graph.nodes) {
    const Node* const sum = sum_of_mean(graph, node, images, uses);
    if (!sum) {
      rewrite.copy(node);
      continue;
    }
    changed = true;
    builder.stand_for(node);
    builder.set_rematerialized(node.rematerialized);
    const Shape& shape = graph.type(node.outputs[0]).shape;
    ops::Value means = average(builder, builder.value(rewrite.map(sum->operands[0].value)));
    if (means.shape() != shape) means = ops::reshape(means, shape);
    WEFT_TRY(builder.status());
    rewrite.set(node.outputs[0], means.id());
  }
  if (!changed) return graph;
  return remove_dead_code(rewrite.finish(), context);
}

}  // namespace weft::graph
