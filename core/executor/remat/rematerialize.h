// Rematerialisation: chooses the values of the forward pass that the backward pass computes again
// instead of reading a kept one (a residual). A budget of memory is met by this.
//
// The forward pass is cut where few bytes are alive. For each segment between two cuts the backward
// pass may compute again only what is light (bound by memory: norms, activations), or everything,
// from what is alive at the cut. It does so when it comes to the segment, so only one segment's
// values are alive at a time (T. Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016,
// section 3). The length of segments, and how many are rematerialised, are a series of choices, the
// levels: each keeps fewer bytes and costs more time.
//
// The same is done for a whole training step in one graph. There "the backward pass" is everything
// from the first gradient on, and is called the rest.
#pragma once

#include <stdint.h>

#include <functional>
#include <vector>

#include "base/status.h"
#include "executor/remat/split.h"
#include "graph/ir/ir.h"

namespace weft::executor {

// The part of a graph that runs first. Of the values that the rest reads, some may be computed
// again.
struct ForwardPart {
  std::vector<int32_t> nodes;  // in the graph's order
  std::vector<bool> leaves;    // by value: an output, which is kept anyway and not computed again
  std::vector<bool> renewed;   // by input: a state with its new content when the rest runs
  std::vector<bool> again;     // by node: it runs again even without a budget; empty: none
  // What is kept, and what it costs, if the marked nodes run again.
  std::function<Residuals(const std::vector<bool>& rematerialized)> residuals;
};
// The forward pass of a joint graph, whose first `outputs` outputs are the program's.
ForwardPart forward_of_joint(const graph::Graph& joint, size_t outputs);

// Is the node bound by memory, not by arithmetic?
bool is_light(const graph::Graph& graph, const graph::Node& node);
// May the rest run this node again, and is that worth a choice? Not where it has an effect, calls
// the host, reads a state that has changed by then, or gives a small result.
bool may_recompute(const graph::Graph& graph, const graph::Node& node, const ForwardPart& first);

// By node: the light ones that may run again without a budget.
std::vector<bool> recomputed_light(const graph::Graph& graph, const ForwardPart& first);
// By node: those of the light ones that run again so that the fewest bytes are kept.
std::vector<bool> fewest_residuals(const graph::Graph& graph, const ForwardPart& first);

// By node: it is in a checkpoint of the program and may run again.
std::vector<bool> checkpointed(const graph::Graph& graph, const ForwardPart& first);

// One level of the search.
struct RematLevel {
  std::vector<bool> rematerialized;  // by node of the graph
  double seconds = 0;                // extra time, by the cost model
  int64_t residuals = 0;             // bytes that are kept
};

// The levels for segments of about `bytes` bytes each, by rising seconds.
std::vector<RematLevel> remat_levels(const graph::Graph& graph, const ForwardPart& first,
                                     int64_t bytes);

// Bytes of all values that may be computed again.
int64_t rematerializable_bytes(const graph::Graph& graph, const ForwardPart& first);

// Makes the plan in which these nodes are rematerialised, says how many bytes it takes, and keeps
// it if it is the best so far, that is if it fits. It does not search for fewer bytes than `enough`
// (0: for as few as there are).
using TryLevel =
    std::function<Result<int64_t>(const std::vector<bool>& rematerialized, int64_t enough)>;
// Searches the levels for the one that fits into the budget and costs least. Gives the fewest bytes
// that any plan took.
Result<int64_t> search_remat(const graph::Graph& graph, ForwardPart first, int64_t budget,
                             const TryLevel& try_level);

// ---- a step in one graph ------------------------------------------------------------------------

// Everything before the gradients. It has no nodes if the graph is no training step.
ForwardPart forward_of_step(const graph::Graph& graph);
// The graph in which the marked nodes run again, as clones: each just before the first node of the
// rest that reads it.
graph::Graph with_rematerialized(const graph::Graph& graph,
                                 const std::vector<bool>& rematerialized);
// The graph in which everything that checkpoints mark runs again.
graph::Graph with_checkpoints(graph::Graph graph);

}  // namespace weft::executor
