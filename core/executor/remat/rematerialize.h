// Which values of the forward a backward computes again instead of keeping: what a budget is met
// by.
//
// The forward is cut where little is alive. Of each segment between two cuts the backward may
// compute again what is light (bound by memory: norms, activations), or everything, from what is
// alive at the cut; this is done when the backward comes to the segment, so of what is
// rematerialised one segment is alive at a time (T. Chen et al., Training Deep Nets with Sublinear
// Memory Cost, 2016, section 3). How long a segment is and how many are rematerialised is a series
// of choices, its levels: each keeps less and costs more.
//
// The same is done to a whole training step in one graph, where "the backward" is all that comes
// from the first gradient on.
#pragma once

#include <stdint.h>

#include <functional>
#include <vector>

#include "base/status.h"
#include "executor/remat/split.h"
#include "graph/ir/ir.h"

namespace weft::executor {

// What runs first of a graph, and of what the rest reads may run again then.
struct ForwardPart {
  std::vector<int32_t> nodes;  // in order
  std::vector<bool> leaves;    // by value: it is the caller's, and not computed again
  std::vector<bool> renewed;   // by input: a state that has its new content when the rest runs
  std::vector<bool> again;     // by node: it runs again without a budget, too; empty: none
  // What is kept and costs more where the nodes that are marked run again.
  std::function<Residuals(const std::vector<bool>& rematerialized)> residuals;
};
ForwardPart forward_of_joint(const graph::Graph& joint, size_t outputs);

// Does memory bound it, not arithmetic?
bool is_light(const graph::Graph& graph, const graph::Node& node);
// May the rest run this node of the first part again, and is it worth a choice?
bool may_recompute(const graph::Graph& graph, const graph::Node& node, const ForwardPart& first);

// By node: those that may run again where there is no budget.
std::vector<bool> recomputed_light(const graph::Graph& graph, const ForwardPart& first);
// By node: the light ones that run again where there is no budget, so that the fewest bytes are
// kept.
std::vector<bool> fewest_residuals(const graph::Graph& graph, const ForwardPart& first);

// What of it is in a checkpoint and may run again.
std::vector<bool> checkpointed(const graph::Graph& graph, const ForwardPart& first);

struct RematLevel {
  std::vector<bool> rematerialized;  // by node of the graph
  double seconds = 0;                // that it takes longer, by the model of costs
  int64_t residuals = 0;             // bytes
};

// For segments of about `bytes` each. Rungs by rising seconds.
std::vector<RematLevel> remat_levels(const graph::Graph& graph, const ForwardPart& first,
                                     int64_t bytes);

// Bytes of all values that may be computed again.
int64_t rematerializable_bytes(const graph::Graph& graph, const ForwardPart& first);

// Searches the levels for the level that costs least of those that fit: `try_level` plans with
// these nodes rematerialised, without looking for fewer bytes than `enough` (0: for as few as there
// are), says how many bytes that takes, and keeps the plan if that is the best so far, that is
// where it fits. Gives the fewest bytes that were met.
using TryLevel =
    std::function<Result<int64_t>(const std::vector<bool>& rematerialized, int64_t enough)>;
Result<int64_t> search_remat(const graph::Graph& graph, ForwardPart first, int64_t budget,
                             const TryLevel& try_level);

// ---- a step in one graph ------------------------------------------------------------------------

// All before the gradients; without nodes in a graph that is no step.
ForwardPart forward_of_step(const graph::Graph& graph);
// The graph in which nodes that are marked run again, as clones, just before what reads them first
// behind the first part.
graph::Graph with_rematerialized(const graph::Graph& graph,
                                 const std::vector<bool>& rematerialized);
// The graph in which what checkpoints mark runs again so.
graph::Graph with_checkpoints(graph::Graph graph);

}  // namespace weft::executor
