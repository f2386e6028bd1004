// Law: a product that is only read transposed is computed transposed: (A B)ᵀ = Bᵀ Aᵀ. Each element
// is the same sequence of products and sums, so the bits are the same. Two cases stay: 16-bit
// floats, whose kernels depend on the number of rows, and results that are read by a kernel which
// sums in an order that depends on strides.
//
// The weight gradient of a dense layer is such a product, because the layer multiplies by a
// transposed weight. Its operands are then views; else the result would be copied, or read across
// its rows by the update of the weight.
#include <algorithm>

#include "graph/ir/graph_builder.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// The permutation that exchanges the last two of `rank` axes.
std::vector<int64_t> exchanged(int rank) {
  std::vector<int64_t> axes;
  for (int axis = 0; axis < rank; ++axis) axes.push_back(axis);
  std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
  return axes;
}

// Is the node a transpose of the last two axes?
bool exchanges_last_axes(const Node& node, int rank) {
  if (!node.op || node.op->name != "transpose" || node.clone_of != kNoValue || rank < 2)
    return false;
  const ops::AttributeReader a = node.op->reader(node.attributes.view());
  if (!a.has("axes")) return rank == 2;
  std::vector<int64_t> axes(a.ints("axes").begin(), a.ints("axes").end());
  for (int64_t& axis : axes) axis = axis < 0 ? axis + rank : axis;
  return axes == exchanged(rank);
}

// A product of float32 or float64 arrays with equal ranks, so that no operand is broadcast.
bool is_product_of_matrices(const Graph& graph, const Node& node) {
  if (!node.op || node.op->name != "matmul" || node.clone_of != kNoValue) return false;
  const TensorType& type = graph.type(node.outputs[0]);
  if (is_half(type.dtype)) return false;
  return std::ranges::all_of(node.operands, [&](const Operand& operand) {
    return operand.is_value() && graph.type(operand.value).shape.rank() == type.shape.rank();
  });
}

}  // namespace

WEFT_PASS(50, transpose_products, kExact, kWhole) {
  const std::vector<int32_t> uses = count_uses(graph);
  const std::vector<bool> sensitive = stride_sensitive(graph);
  // The product that this transpose reads and that may be computed transposed, or null.
  const auto product_of = [&](const Node& node) -> const Node* {
    if (node.outputs.empty() || node.operands.empty() || !node.operands[0].is_value())
      return nullptr;
    const ValueId id = node.operands[0].value;
    const Node* const product = graph.producer(id);
    const bool moves = product && uses[static_cast<size_t>(id)] == 1 &&
                       !sensitive[static_cast<size_t>(node.outputs[0])] &&
                       exchanges_last_axes(node, graph.type(id).shape.rank()) &&
                       is_product_of_matrices(graph, *product);
    return moves ? product : nullptr;
  };
  std::vector<bool> goes(graph.values.size(), false);
  for (const Node& node : graph.nodes)
    if (const Node* const product = product_of(node))
      goes[static_cast<size_t>(product->outputs[0])] = true;
  GraphRewrite rewrite(graph);
  GraphBuilder builder(rewrite.graph());
  for (const Node& node : graph.nodes) {
    if (!node.outputs.empty() && goes[static_cast<size_t>(node.outputs[0])]) continue;
    const Node* const product = product_of(node);
    if (!product) {
      rewrite.copy(node);
      continue;
    }
    builder.stand_for(*product);
    builder.set_rematerialized(node.rematerialized);
    const std::vector<int64_t> axes = exchanged(graph.type(node.outputs[0]).shape.rank());
    const auto transposed = [&](size_t operand) {
      return ops::transpose(builder.value(rewrite.map(product->operands[operand].value)), axes);
    };
    const ops::Value result = builder.call("matmul", {transposed(1), transposed(0)});
    WEFT_TRY(builder.status());
    rewrite.set(node.outputs[0], result.id());
  }
  return rewrite.finish();
}

}  // namespace weft::graph
