// Law: a node without effect whose outputs are neither read nor outputs of the graph is removed,
// and so are unread stacked outputs of a loop and unread outputs of a cond; nothing else changes.
// Inputs stay, and so do the ordinals of removed random nodes: the others keep their numbers.
#include "graph/ir/control.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// The first output of control flow that may go. Carried values and the number of iterations stay,
// and the first output of a node with ordinals, which clones refer to.
size_t first_removable(const Node& node, const Region& region) {
  const size_t first = region.kind == RegionKind::kLoop ? first_stacked(region) : 0;
  return node.ordinal < 0 ? first : std::max<size_t>(first, 1);
}

// Copies a node of control flow without its unread outputs. The dead code that this leaves in the
// bodies goes when the pass gets to them.
void copy_read_outputs(GraphRewrite& rewrite, const Graph& graph, const Node& node,
                       const std::vector<bool>& live) {
  Region region = graph.regions[static_cast<size_t>(node.region)];
  const size_t first = first_removable(node, region);
  // The node has one output more than the body if it gives the number of iterations.
  const size_t told = region.loop.while_true ? 1 : 0;
  Node copied = node;
  std::vector<ValueId> read;
  std::vector<size_t> removed;  // of the body, rising
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (i < first || live[static_cast<size_t>(node.outputs[i])])
      read.push_back(node.outputs[i]);
    else
      removed.push_back(i - told);
  }
  if (removed.empty()) return rewrite.copy(node);
  for (std::shared_ptr<const Graph>* body : {&region.body, &region.otherwise}) {
    if (!*body) continue;
    Graph changed = **body;
    for (size_t r = removed.size(); r-- > 0;)
      changed.outputs.erase(changed.outputs.begin() + static_cast<std::ptrdiff_t>(removed[r]));
    *body = std::make_shared<const Graph>(std::move(changed));
  }
  for (Operand& operand : copied.operands) operand = rewrite.map(operand);
  if (node.clone_of >= 0) copied.clone_of = rewrite.map(node.clone_of);
  const std::vector<TensorType> types = control_output_types(region);
  copied.region = rewrite.graph().add_region(std::move(region));
  const int32_t index = rewrite.graph().add_node(std::move(copied), types);
  for (size_t i = 0; i < read.size(); ++i)
    rewrite.set(read[i], rewrite.graph().nodes[static_cast<size_t>(index)].outputs[i]);
}

}  // namespace

WEFT_PASS(10, remove_dead_code, kExact, kSource | kWhole | kAfterSplit) {
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
  GraphRewrite rewrite(graph);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    if (!keep[n]) continue;
    if (control_of(graph, graph.nodes[n]))
      copy_read_outputs(rewrite, graph, graph.nodes[n], live);
    else
      rewrite.copy(graph.nodes[n]);
  }
  return rewrite.finish();
}

}  // namespace weft::graph
