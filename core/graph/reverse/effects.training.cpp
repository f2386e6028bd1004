// Copies all nodes but those with an effect, whose results become inputs.
#include "graph/reverse/effects.h"

#include "graph/passes/graph_rewrite_impl.h"

namespace weft::graph {

std::vector<ValueId> effect_results(const Graph& graph, int32_t first) {
  std::vector<ValueId> results;
  for (const Node& node : graph.nodes)
    if (node.effect >= 0 && node.effect < first)
      results.insert(results.end(), node.outputs.begin(), node.outputs.end());
  return results;
}

Graph without_effects(const Graph& graph, int32_t first) {
  GraphRewrite rewrite(graph);
  rewrite.graph().effects = graph.effects - first;
  for (const Node& node : graph.nodes) {
    if (node.effect < 0 || node.effect >= first) {
      Node kept = node;
      if (node.effect >= 0) kept.effect -= first;
      rewrite.copy(kept);
      continue;
    }
    for (const ValueId id : node.outputs)
      rewrite.set(id, rewrite.graph().add_input(graph.type(id)));
  }
  return rewrite.finish();
}

}  // namespace weft::graph
