// Copies all nodes but the forward pass's with an effect, whose results become inputs.
#include "graph/reverse/effects.h"

#include <algorithm>

#include "graph/passes/graph_rewrite_impl.h"

namespace weft::graph {
namespace {

bool is_forward_effect(const Node& node) { return node.effect >= 0 && !node.backward; }

}  // namespace

void mark_effects(Graph& joint, int32_t forward) {
  for (Node& node : joint.nodes)
    if (node.effect >= 0) node.backward = node.effect >= forward;
}

int32_t count_forward_effects(const Graph& joint) {
  return static_cast<int32_t>(std::ranges::count_if(joint.nodes, is_forward_effect));
}

std::vector<ValueId> effect_results(const Graph& graph) {
  std::vector<ValueId> results;
  for (const Node& node : graph.nodes)
    if (is_forward_effect(node))
      results.insert(results.end(), node.outputs.begin(), node.outputs.end());
  return results;
}

Graph without_effects(const Graph& graph) {
  const int32_t first = count_forward_effects(graph);
  GraphRewrite rewrite(graph);
  rewrite.graph().effects = graph.effects - first;
  for (const Node& node : graph.nodes) {
    if (!is_forward_effect(node)) {
      Node kept = node;
      if (node.effect >= 0) {
        kept.effect -= first;
        kept.backward = false;
      }
      rewrite.copy(kept);
      continue;
    }
    for (const ValueId id : node.outputs)
      rewrite.set(id, rewrite.graph().add_input(graph.type(id)));
  }
  return rewrite.finish();
}

}  // namespace weft::graph
