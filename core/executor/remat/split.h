// Splits a joint graph (values and gradients) into a forward graph and a backward graph. The values
// that pass from one to the other are the residuals.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::executor {

// The two graphs.
struct Split {
  // Inputs: those of the joint graph. Outputs: those of the program, then the residuals.
  graph::Graph forward;
  // Inputs: all inputs of the joint graph (the program's and the cotangents), all outputs of the
  // program, the residuals. Outputs: the gradients.
  graph::Graph backward;
  // Which of these inputs and outputs the backward graph really reads.
  std::vector<bool> reads_input, reads_output;
};

// The first `outputs` outputs of the joint graph belong to the forward graph. Its nodes that are
// marked in `rematerialized` (empty: none) run again in the backward graph, just before their first
// reader, instead of leaving residuals.
Split split(const graph::Graph& joint, size_t outputs,
            const std::vector<bool>& rematerialized = {});

// What the backward graph of such a split keeps, and what it computes again.
struct Residuals {
  int64_t bytes = 0;
  double seconds = 0;  // time to compute again, by the cost model
};
// The same figures without building the graphs.
Residuals residuals_of(const graph::Graph& joint, size_t outputs,
                       const std::vector<bool>& rematerialized);

// Is the result much smaller than what it is computed from (a mean, a variance)? Then it is kept
// even if the node is marked. `bytes`: of the result.
bool is_reduced(const graph::Graph& graph, const graph::Node& node, int64_t bytes);

// The nodes of the forward graph, in order.
std::vector<int32_t> nodes_of_forward(const graph::Graph& joint, size_t outputs);

// Is it what an activation leaves for its gradient: an elementwise result, much smaller than its
// operand? It is computed before the gradients and kept in place of the operand.
bool is_mask(const graph::Graph& graph, const graph::Node& node);
// The graph in which each mask is computed right after its operands.
graph::Graph with_early_masks(const graph::Graph& graph);

// The cost of an operator's node; zero for a region and for a view.
ops::Cost cost_of_node(const graph::Graph& graph, const graph::Node& node);

}  // namespace weft::executor
