// Cuts a joint graph into a forward and a backward one.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::executor {

struct Split {
  graph::Graph forward;  // outputs: those of the program, then the residuals
  // Inputs: all inputs of the joint graph (the program's and the cotangents), all outputs of the
  // program, the residuals. Outputs: the gradients.
  graph::Graph backward;
  std::vector<bool> reads_input, reads_output;  // by the backward
};

// The first `outputs` outputs of the joint graph belong to the forward. Nodes of it that are marked
// in `rebuilt` (empty: none) run again in the backward, just before what reads them first, instead
// of leaving residuals.
Split split(const graph::Graph& joint, size_t outputs,
            const std::vector<bool>& rematerialized = {});

// What such a backward keeps and computes again.
struct Residuals {
  int64_t bytes = 0;
  double seconds = 0;  // by the model of costs
};
Residuals residuals_of(const graph::Graph& joint, size_t outputs,
                       const std::vector<bool>& rematerialized);

// Is a result so much smaller than what it is computed from (a mean, a variance) that it is kept
// where the node runs again?
bool is_reduced(const graph::Graph& graph, const graph::Node& node, int64_t bytes);

// The nodes that run in the forward, in order.
std::vector<int32_t> nodes_of_forward(const graph::Graph& joint, size_t outputs);

// Is this what an activation leaves to its gradient, much smaller than what it is made from? Then
// it is made before the gradients, and kept instead.
bool is_mask(const graph::Graph& graph, const graph::Node& node);
// The graph in which each mask comes right behind what it is made from.
graph::Graph with_early_masks(const graph::Graph& graph);

// Of an operator's node; nothing for a region.
ops::Cost cost_of_node(const graph::Graph& graph, const graph::Node& node);

}  // namespace weft::executor
