// Nodes are met from the heads on, without recursion, and put into the order of their numbers.
#include "autograd/history.h"

#include <algorithm>
#include <unordered_set>

namespace weft::autograd {

std::vector<const TapeNode*> nodes_behind(std::span<const Edge> heads) {
  std::vector<const TapeNode*> nodes;
  std::unordered_set<const TapeNode*> seen;
  const auto meet = [&](const Edge& edge) {
    if (edge && seen.insert(edge.node.get()).second) nodes.push_back(edge.node.get());
  };
  for (const Edge& head : heads) meet(head);
  for (size_t next = 0; next < nodes.size(); ++next)
    for (const Edge& edge : nodes[next]->edges()) meet(edge);
  std::ranges::stable_sort(nodes, {}, [](const TapeNode* node) { return node->sequence(); });
  return nodes;
}

}  // namespace weft::autograd
