// Law: a node that has no effect and none of whose outputs is read or leaves is removed; nothing
// else changes. Inputs stay, and so do the ordinals of random nodes that go: the others keep their
// numbers.
#include "graph/passes.h"
#include "graph/passes/rebuild_impl.h"

namespace weft::graph {

Result<Graph> remove_dead_code(const Graph& graph, const PassContext&) {
  std::vector<bool> live(graph.values.size(), false);
  for (const ValueId id : graph.outputs) live[static_cast<size_t>(id)] = true;
  std::vector<bool> keep(graph.nodes.size(), false);
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    keep[n] = graph.nodes[n].effect >= 0;
    for (const ValueId id : graph.nodes[n].outputs)
      keep[n] = keep[n] || live[static_cast<size_t>(id)];
    if (!keep[n]) continue;
    for (const Operand& operand : graph.nodes[n].operands)
      if (operand.is_value()) live[static_cast<size_t>(operand.value)] = true;
  }
  Rebuild rebuild(graph);
  for (size_t n = 0; n < graph.nodes.size(); ++n)
    if (keep[n]) rebuild.copy(graph.nodes[n]);
  return rebuild.finish();
}

}  // namespace weft::graph
