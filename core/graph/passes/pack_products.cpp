// Law: a product with a matrix that is settled (preparation.h) reads it from panels, where that
// pays: they are packed once. Elements are the same chains of products and sums: the bits stay.
#include "graph/graph_builder.h"
#include "graph/passes.h"
#include "graph/passes/rebuild_impl.h"
#include "graph/preparation.h"
#include "ops/packed_products.h"

namespace weft::graph {
namespace {

bool can_be_packed(const Graph& graph, const Node& node, const std::vector<bool>& settled) {
  if (!node.op || node.op->name != "matmul" || node.clone_of != kNoValue) return false;
  if (!node.operands[0].is_value() || !node.operands[1].is_value()) return false;
  const ValueId a = node.operands[0].value, b = node.operands[1].value;
  const TensorType &left = graph.type(a), &right = graph.type(b);
  if (settled[static_cast<size_t>(a)] || !settled[static_cast<size_t>(b)]) return false;
  if (left.shape.rank() < 2 || right.shape.rank() != 2 || right.shape.elements() == 0) return false;
  return ops::has_panels(right.dtype) && ops::panels_pay(right.shape[1], right.shape[0]);
}

}  // namespace

Result<Graph> pack_products(const Graph& graph, const PassContext& context) {
  if (!context.prepares) return graph;
  const std::vector<bool> settled = settled_values(graph, context.settled);
  Rebuild rebuild(graph);
  GraphBuilder builder(rebuild.graph());
  std::vector<ops::Value> packed(graph.values.size());  // by the matrix
  for (const Node& node : graph.nodes) {
    if (!can_be_packed(graph, node, settled)) {
      rebuild.copy(node);
      continue;
    }
    builder.stand_for(node);
    const auto operand = [&](size_t i) {
      return builder.value(rebuild.map(node.operands[i].value));
    };
    const ValueId matrix = node.operands[1].value;
    ops::Value& panels = packed[static_cast<size_t>(matrix)];
    if (!panels) panels = builder.call("pack_matmul", {operand(1)});
    const ops::Value result = builder.call("matmul_packed", {operand(0), panels, {}, {}},
                                           {ops::Argument::of_int(graph.type(matrix).shape[1])});
    WEFT_TRY(builder.status());
    rebuild.set(node.outputs[0], result.id());
  }
  return rebuild.finish();
}

}  // namespace weft::graph
