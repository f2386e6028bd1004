// The levels of rematerialisation and the search over them. Levels come from segments of several
// lengths; within one length, choices are taken in the order of bytes saved per second.
#include "executor/remat/rematerialize.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "executor/plan/branches.h"
#include "executor/remat/split.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;
using graph::Origin;
using graph::ValueId;

namespace {

int64_t bytes_of(const Graph& graph, const Node& node) {
  int64_t sum = 0;
  for (const ValueId id : node.outputs) sum += graph.type(id).bytes();
  return sum;
}

// The forward pass as a list of positions, with what is alive between them.
class Forward {
 public:
  Forward(const Graph& joint, const ForwardPart& first)
      : joint_(joint), nodes_(first.nodes), may_rematerialize_(joint.nodes.size(), false) {
    for (const int32_t n : nodes_)
      may_rematerialize_[static_cast<size_t>(n)] = may_recompute(joint, node(n), first);
    find_last_reads();
  }

  std::span<const int32_t> nodes() const { return nodes_; }
  bool may_rematerialize(int32_t n) const { return may_rematerialize_[static_cast<size_t>(n)]; }
  const Node& node(int32_t n) const { return joint_.nodes[static_cast<size_t>(n)]; }

  int64_t bytes(int32_t n) const { return bytes_of(joint_, node(n)); }

  // By position: bytes that are computed up to it and read behind it, as prefix sums of changes.
  std::vector<int64_t> crossing() const {
    std::vector<int64_t> change(nodes_.size() + 1, 0);
    for (size_t p = 0; p < nodes_.size(); ++p)
      for (const ValueId id : node(nodes_[p]).outputs) {
        const int32_t last = last_read_[static_cast<size_t>(id)];
        if (last <= static_cast<int32_t>(p)) continue;
        change[p] += joint_.type(id).bytes();
        change[static_cast<size_t>(last)] -= joint_.type(id).bytes();
      }
    for (size_t p = 1; p < change.size(); ++p) change[p] += change[p - 1];
    return change;
  }
  // Is a result of the node at `position` read behind the cut? Then it is alive at the cut and
  // kept.
  bool crosses(size_t position, size_t cut) const {
    return std::ranges::any_of(node(nodes_[position]).outputs, [&](ValueId id) {
      return last_read_[static_cast<size_t>(id)] > static_cast<int32_t>(cut);
    });
  }

 private:
  // By value: the last position that reads it. A reader of a view reads what the view is of, so the
  // second walk goes from views to their operands.
  void find_last_reads() {
    last_read_.resize(joint_.values.size(), -1);
    for (size_t p = 0; p < nodes_.size(); ++p)
      for (const Operand& operand : node(nodes_[p]).operands)
        if (operand.is_value())
          last_read_[static_cast<size_t>(operand.value)] = static_cast<int32_t>(p);
    // What reads a view reads what it is a view of.
    for (size_t p = nodes_.size(); p-- > 0;) {
      const Node& view = node(nodes_[p]);
      if (!view.op || !view.op->view_rule || !view.operands[0].is_value()) continue;
      int32_t& last = last_read_[static_cast<size_t>(view.operands[0].value)];
      for (const ValueId id : view.outputs)
        last = std::max(last, last_read_[static_cast<size_t>(id)]);
    }
  }

  const Graph& joint_;
  const std::vector<int32_t>& nodes_;    // of the forward pass, in order
  std::vector<bool> may_rematerialize_;  // by node of the graph
  std::vector<int32_t> last_read_;       // by value: position in nodes_, or -1
};

// The positions behind which the forward pass is cut: where a segment may end, the position with
// the fewest bytes alive. A segment has half to one and a half of the wished bytes; it may be
// longer than wished only where far fewer bytes are alive soon after, as behind the pooling of a
// stem.
std::vector<size_t> cuts(const Forward& forward, int64_t bytes) {
  const std::vector<int64_t> crossing = forward.crossing();
  std::vector<size_t> result;
  int64_t computed = 0;
  size_t best = SIZE_MAX;
  for (size_t p = 0; p + 1 < forward.nodes().size(); ++p) {
    if (forward.may_rematerialize(forward.nodes()[p]))
      computed += forward.bytes(forward.nodes()[p]);
    if (computed < bytes / 2) continue;
    const int64_t maximum = best == SIZE_MAX ? INT64_MAX : crossing[best];
    if (crossing[p] <= (computed < bytes ? maximum : maximum / 2)) best = p;
    if (computed < bytes + bytes / 2) continue;
    result.push_back(best);
    p = best;
    computed = 0;
    best = SIZE_MAX;
  }
  result.push_back(forward.nodes().size() - 1);
  return result;
}

// The nodes that run again in any case.
std::vector<bool> at_least(const Graph& graph, const ForwardPart& part) {
  return part.again.empty() ? std::vector<bool>(graph.nodes.size(), false) : part.again;
}

// Nodes to rematerialise in addition.
struct Choice {
  std::vector<int32_t> nodes;
  double worth = 0;  // bytes saved for each second, if nothing else is rematerialised
};

// The choices of a segment: its light nodes first and then all; or all at once where that is worth
// more.
void add_choices(const Graph& joint, const ForwardPart& part, const Residuals& plain,
                 const std::vector<int32_t>& light, const std::vector<int32_t>& all,
                 std::vector<Choice>& choices) {
  const auto residuals = [&](const std::vector<int32_t>& nodes) {
    std::vector<bool> rematerialized = at_least(joint, part);
    for (const int32_t n : nodes) rematerialized[static_cast<size_t>(n)] = true;
    return part.residuals(rematerialized);
  };
  // So that a choice that costs nothing has a finite worth.
  constexpr double kMinSeconds = 1e-9;
  const auto worth = [&](const Residuals& less, const Residuals& more) {
    return static_cast<double>(less.bytes - more.bytes) /
           std::max(kMinSeconds, more.seconds - less.seconds);
  };
  const Residuals without_light = residuals(light), without_all = residuals(all);
  const double first = worth(plain, without_light), second = worth(without_light, without_all),
               both = worth(plain, without_all);
  // Is it worth more to take the light nodes as a step of their own?
  const bool is_separate = without_light.bytes < plain.bytes && first >= both;
  if (is_separate) choices.push_back({light, first});
  if (is_separate && without_all.bytes < without_light.bytes) choices.push_back({all, second});
  if (!is_separate && without_all.bytes < plain.bytes) choices.push_back({all, both});
}

}  // namespace

// By the cost model, arithmetic takes no longer than moving the bytes.
bool is_light(const Graph& graph, const Node& node) {
  const ops::Cost cost = cost_of_node(graph, node);
  return seconds_of(cost) <= seconds_of({0, cost.bytes});
}

bool may_recompute(const Graph& graph, const Node& node, const ForwardPart& first) {
  if (!node.op || node.effect >= 0 || node.op->runs_on_caller) return false;
  for (const Operand& operand : node.operands) {
    if (!operand.is_value()) continue;
    const graph::Value& value = graph.values[static_cast<size_t>(operand.value)];
    if (value.origin == Origin::kInput && first.renewed[static_cast<size_t>(value.index)])
      return false;
  }
  return !is_reduced(graph, node, bytes_of(graph, node)) &&
         std::ranges::none_of(node.outputs,
                              [&](ValueId id) { return first.leaves[static_cast<size_t>(id)]; });
}

ForwardPart forward_of_joint(const Graph& joint, size_t outputs) {
  ForwardPart first;
  first.nodes = nodes_of_forward(joint, outputs);
  first.leaves.resize(joint.values.size(), false);
  first.renewed.resize(joint.inputs.size(), false);
  std::vector<bool> is_state(outputs, false);
  for (const graph::StatePair& pair : joint.states) {
    first.renewed[static_cast<size_t>(pair.input)] = true;
    is_state[static_cast<size_t>(pair.output)] = true;
  }
  for (size_t k = 0; k < outputs; ++k)
    if (!is_state[k]) first.leaves[static_cast<size_t>(joint.outputs[k])] = true;
  first.residuals = [&joint, outputs](const std::vector<bool>& rematerialized) {
    return residuals_of(joint, outputs, rematerialized);
  };
  return first;
}

int64_t rematerializable_bytes(const Graph& graph, const ForwardPart& first) {
  const Forward forward(graph, first);
  int64_t sum = 0;
  for (const int32_t n : forward.nodes())
    if (forward.may_rematerialize(n)) sum += forward.bytes(n);
  return sum;
}

std::vector<bool> checkpointed(const Graph& graph, const ForwardPart& first) {
  const Forward forward(graph, first);
  std::vector<bool> rematerialized(graph.nodes.size(), false);
  for (const int32_t n : forward.nodes())
    rematerialized[static_cast<size_t>(n)] =
        forward.node(n).rematerialized && forward.may_rematerialize(n);
  return rematerialized;
}

// The levels are cumulative: each one adds the next best choice to the level before it.
std::vector<RematLevel> remat_levels(const Graph& graph, const ForwardPart& first, int64_t bytes) {
  if (first.nodes.empty()) return {};
  const Forward forward(graph, first);
  const Residuals plain = first.residuals(at_least(graph, first));
  std::vector<Choice> choices;
  size_t begin = 0;
  for (const size_t cut : cuts(forward, bytes)) {
    std::vector<int32_t> light, all;
    for (size_t p = begin; p <= cut; ++p) {
      const int32_t n = forward.nodes()[p];
      if (!forward.may_rematerialize(n) || forward.crosses(p, cut)) continue;
      all.push_back(n);
      if (is_light(graph, forward.node(n))) light.push_back(n);
    }
    begin = cut + 1;
    add_choices(graph, first, plain, light, all, choices);
  }
  std::ranges::stable_sort(choices, std::greater(), &Choice::worth);
  std::vector<RematLevel> levels;
  RematLevel level{at_least(graph, first)};
  for (const Choice& choice : choices) {
    for (const int32_t n : choice.nodes) level.rematerialized[static_cast<size_t>(n)] = true;
    const Residuals residuals = first.residuals(level.rematerialized);
    level.seconds = residuals.seconds;
    level.residuals = residuals.bytes;
    levels.push_back(level);
  }
  return levels;
}

namespace {

// Numbers of segments that are tried. Many short segments keep more cuts and have less alive at a
// time.
constexpr int kSegments[] = {64, 32, 16, 8, 4};
// So many cheaper levels are still tried when one that fits was found.
constexpr std::ptrdiff_t kLooks = 3;

// The search for the cheapest level that fits. Each try makes a plan, which is the costly part.
class RematSearch {
 public:
  RematSearch(const Graph& graph, int64_t budget, const TryLevel& try_level)
      : graph_(graph), budget_(budget), try_level_(try_level) {}

  // Runs the search with and, if nothing fits, without the nodes that run again in any case.
  Result<int64_t> run(ForwardPart first) {
    WEFT_TRY(search_levels(first));
    if (!found() && !first.again.empty()) {
      // These nodes keep fewer bytes, but their values may be alive at the peak.
      first.again.clear();
      WEFT_TRY(search_levels(first));
    }
    if (!found()) WEFT_TRY(look_closer());
    return minimum_;
  }

 private:
  // A level that takes too many bytes.
  struct Refused {
    std::vector<bool> rematerialized;
    int64_t bytes;
  };

  bool found() const { return seconds_ < INFINITY; }

  // Tries the levels of every number of segments; each search has to beat the best so far.
  Status search_levels(const ForwardPart& first) {
    const int64_t all = rematerializable_bytes(graph_, first);
    for (const int segments : kSegments) {
      log(LogLevel::kDebug, "plan: levels of ", segments, " segments");
      WEFT_TRY(search(remat_levels(graph_, first, all / segments)));
    }
    return {};
  }

  // A binary search among the levels that cost less than the best so far. Levels before `low` do
  // not fit; `high` fits, or is the end. Bytes do not fall with every level, so the levels just
  // before `high` are tried afterwards, too, unless their residuals alone are too large.
  Status search(const std::vector<RematLevel>& levels) {
    const auto end = std::ranges::lower_bound(levels, seconds_, {}, &RematLevel::seconds);
    auto low = levels.begin(), high = end;
    std::vector<bool> tried(levels.size(), false);
    const auto is_tried = [&](auto at) { return tried[static_cast<size_t>(at - levels.begin())]; };
    const auto next = [&] {
      if (low < high) return low + (high - low) / 2;
      const auto cheapest = high - std::min(high - levels.begin(), kLooks);
      auto at = high;
      while (at > cheapest && is_tried(at - 1)) --at;
      return at > cheapest && (at - 1)->residuals <= budget_ ? at - 1 : end;
    };
    for (auto at = end - (end != levels.begin()); at != end; at = next()) {
      tried[static_cast<size_t>(at - levels.begin())] = true;
      WEFT_ASSIGN(const int64_t bytes, try_level_(at->rematerialized, budget_));
      minimum_ = std::min(minimum_, bytes);
      log(LogLevel::kDebug, "plan: choice ", at - levels.begin() + 1, " of ", levels.size(),
          " takes ", bytes, " bytes and ", static_cast<int64_t>(at->seconds * 1e6), " us more; ",
          budget_, " bytes are wanted");
      if (bytes > budget_) {
        refused_.push_back({at->rematerialized, bytes});
        low = std::max(low, at + 1);
        continue;
      }
      high = at;
      low = std::min(low, high);
      seconds_ = at->seconds;
    }
    return {};
  }

  // Plans that do not fit were searched only as far as this budget asks. Before an error names the
  // fewest bytes, the best of them are planned again with a full search.
  Status look_closer() {
    if (refused_.empty()) return {};
    const int64_t maximum = minimum_ + minimum_ / 8;
    for (const Refused& refused : refused_) {
      if (refused.bytes > maximum) continue;
      WEFT_ASSIGN(const int64_t bytes, try_level_(refused.rematerialized, 0));
      minimum_ = std::min(minimum_, bytes);
    }
    return {};
  }

  const Graph& graph_;
  const int64_t budget_;
  const TryLevel& try_level_;
  std::vector<Refused> refused_;
  int64_t minimum_ = INT64_MAX;
  double seconds_ = INFINITY;  // of the cheapest level that fits
};

}  // namespace

Result<int64_t> search_remat(const Graph& graph, ForwardPart first, int64_t budget,
                             const TryLevel& try_level) {
  return RematSearch(graph, budget, try_level).run(std::move(first));
}

}  // namespace weft::executor
