// The reverse sweep: from a graph to the joint graph of its values and gradients, with the same
// gradient rules that the tape uses.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "graph/ir/graph_builder.h"
#include "graph/ir/ir.h"

namespace weft::graph {

// The joint graph and what its inputs and outputs are.
struct Joint {
  // Inputs: those of the source, then a cotangent for each output with `takes_cotangent`. Outputs:
  // those of the source, then a gradient for each input with `has_gradient`. A gradient that is a
  // sum of rows is two outputs: the rows, and their int64 indices.
  Graph graph;
  std::vector<bool> takes_cotangent;   // by output: it is floating and no new content of a state
  std::vector<bool> has_gradient;      // by input: it is wanted, and a path leads to it
  std::vector<int64_t> gradient_rows;  // by input: rows of a sum of rows; -1: an array, or none
};

// `wanted[i]`: the gradient with respect to input i is asked for. An operator without gradient on
// the way is an error that names it. Where no path leads, there is no gradient (it is zero).
Result<Joint> reverse(const Graph& graph, const std::vector<bool>& wanted);

// By value: can a change of the inputs marked in `wanted` change it? Only floating values count.
std::vector<bool> reached_values(const Graph& graph, const std::vector<bool>& wanted);

// Does the node let no gradient through?
bool stops_gradient(const Node& node);

// A value that gradients start from, with its cotangent.
struct Head {
  ValueId value;
  ops::Value cotangent;
};
// Appends gradients to a graph that is still being built: of the heads, with respect to
// `variables`; absent where no path leads. A gradient passes node n only if passes[n].
Result<std::vector<ops::Value>> gradients_within(GraphBuilder& builder, std::span<const Head> heads,
                                                 std::span<const ValueId> variables,
                                                 const std::vector<bool>& passes);

}  // namespace weft::graph
