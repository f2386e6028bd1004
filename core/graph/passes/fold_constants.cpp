// Law: a node that reads only constants and scalars, is not random, does not call the host, has no
// effect and has a small result is replaced by the evaluator's result: the same kernel, so the same
// bits.
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// Bytes. A folded value stays in memory as long as the graph, so only small ones are worth it.
constexpr int64_t kLargestFolded = 16 * 1024;

// Clones stay: folding one would undo recomputation.
bool may_fold(const Graph& graph, const Node& node) {
  if (!node.op || node.op->is_random || node.op->runs_on_caller || node.clone_of != kNoValue)
    return false;
  int64_t bytes = 0;
  for (const ValueId id : node.outputs) bytes += graph.type(id).bytes();
  return bytes <= kLargestFolded;
}

}  // namespace

WEFT_PASS(30, fold_constants, kExact, kWhole) {
  GraphRewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    std::vector<Ref<Tensor>> inputs(node.operands.size());
    bool constant = context.evaluate && may_fold(graph, node);
    for (size_t i = 0; constant && i < inputs.size(); ++i) {
      if (!node.operands[i].is_value()) continue;
      const ValueId id = rewrite.map(node.operands[i].value);
      const Value& value = rewrite.graph().values[static_cast<size_t>(id)];
      constant = value.origin == Origin::kConstant;
      if (constant) inputs[i] = rewrite.graph().constants[static_cast<size_t>(value.index)].content;
    }
    if (!constant) {
      rewrite.copy(node);
      continue;
    }
    WEFT_ASSIGN(const std::vector<Ref<Tensor>> results, context.evaluate(graph, node, inputs));
    for (size_t i = 0; i < results.size(); ++i) {
      WEFT_ASSIGN(const ValueId id, rewrite.graph().add_constant(results[i]));
      rewrite.set(node.outputs[i], id);
    }
  }
  return rewrite.finish();
}

}  // namespace weft::graph
