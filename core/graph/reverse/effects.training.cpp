// Copies all nodes but those with an effect, whose results become inputs.
#include "graph/reverse/effects.h"

#include "graph/passes/graph_rewrite_impl.h"

namespace weft::graph {

std::vector<ValueId> effect_results(const Graph& graph) {
  std::vector<ValueId> results;
  for (const Node& node : graph.nodes)
    if (node.effect >= 0) results.insert(results.end(), node.outputs.begin(), node.outputs.end());
  return results;
}

Graph without_effects(const Graph& graph) {
  GraphRewrite rewrite(graph);
  rewrite.graph().effects = 0;
  for (const Node& node : graph.nodes) {
    if (node.effect < 0) {
      rewrite.copy(node);
      continue;
    }
    for (const ValueId id : node.outputs)
      rewrite.set(id, rewrite.graph().add_input(graph.type(id)));
  }
  return rewrite.finish();
}

}  // namespace weft::graph
