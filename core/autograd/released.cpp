// Which heads have lost a part of their history to an earlier backward. One pass over what the
// heads depend on, oldest first, notes for each node what can be reached from it.
#include "autograd/released.h"

#include <algorithm>
#include <unordered_map>

#include "base/errors.h"

namespace weft::autograd {
namespace {

struct Reach {
  bool is_live = false;  // something that gets a cotangent
  // The latest release, of a node that this one and all between them used while it was whole.
  uint64_t lost_at = 0;
  const TapeNode* lost = nullptr;

  void lose(uint64_t time, const TapeNode* node) {
    if (time <= lost_at) return;
    lost_at = time;
    lost = node;
  }
};

class Survey {
 public:
  explicit Survey(std::span<const Edge> wanted) : wanted_(wanted) {}
  Status run(std::span<const Edge> heads);

 private:
  void collect(std::span<const Edge> heads);
  Reach reach_of(const TapeNode& node) const;
  bool is_wanted(const TapeNode& node) const {
    return std::ranges::any_of(wanted_, [&](const Edge& e) { return e.node.get() == &node; });
  }
  bool gets_cotangent(const TapeNode& node) const {
    return wanted_.empty() ? node.is_leaf() : is_wanted(node);
  }

  std::span<const Edge> wanted_;
  std::unordered_map<const TapeNode*, Reach> reach_;
  PoolVector<const TapeNode*> nodes_;
};

// All that the sweep would visit, oldest first.
void Survey::collect(std::span<const Edge> heads) {
  const auto meet = [&](const Edge& edge) {
    if (edge && reach_.try_emplace(edge.node.get()).second) nodes_.push_back(edge.node.get());
  };
  for (const Edge& head : heads) meet(head);
  for (size_t next = 0; next < nodes_.size(); ++next) {
    const TapeNode* const node = nodes_[next];
    for (const Edge& edge : node->edges())
      if (edge && !leads_to_released(*node, *edge.node)) meet(edge);
  }
  std::ranges::sort(nodes_, {}, [](const TapeNode* node) { return node->sequence(); });
}

Reach Survey::reach_of(const TapeNode& node) const {
  Reach reach;
  for (const Edge& edge : node.edges()) {
    if (!edge) continue;
    const TapeNode& from = *edge.node;
    if (leads_to_released(node, from)) {
      if (from.released_at() > node.recorded_at()) reach.lose(from.released_at(), &from);
      continue;
    }
    const Reach& behind = reach_.at(&from);
    reach.is_live |= behind.is_live;
    if (behind.lost_at > node.recorded_at()) reach.lose(behind.lost_at, behind.lost);
  }
  return reach;
}

Status Survey::run(std::span<const Edge> heads) {
  collect(heads);
  for (const TapeNode* node : nodes_) {
    Reach reach = reach_of(*node);
    if (reach.lost && reach.is_live) return released_below_head(*reach.lost);
    reach.is_live |= gets_cotangent(*node);
    reach_.at(node) = reach;
  }
  for (const Edge& head : heads)
    if (const Reach& reach = reach_.at(head.node.get()); reach.lost)
      return released_below_head(*reach.lost);
  return {};
}

}  // namespace

Status check_released(std::span<const Edge> heads, std::span<const Edge> wanted) {
  return Survey(wanted).run(heads);
}

Status released_below_head(const TapeNode& node) {
  return errors::invalid_state("backward", "the heads depend on a result of `", node.name(),
                               "` that an earlier backward released; pass retain_graph=True to "
                               "that one");
}

}  // namespace weft::autograd
