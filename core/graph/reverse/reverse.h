// The reverse sweep: from a graph to the joint graph of its values and gradients, by the same
// gradient rules that the tape runs.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "graph/ir/graph_builder.h"
#include "graph/ir/ir.h"

namespace weft::graph {

struct Joint {
  // Inputs: those of the source, then a cotangent for each output with `takes_cotangent`.
  // Outputs: those of the source, then a gradient for each input with `has_gradient`, which is two
  // where it is a sum of rows: these, and int64 indices.
  Graph graph;
  std::vector<bool> takes_cotangent;   // by output: floating, and not the new content of a state
  std::vector<bool> has_gradient;      // by input: wanted, and there is a path
  std::vector<int64_t> gradient_rows;  // by input: how many rows; -1 for an array, and for none
};

// `wanted[i]`: the gradient with respect to input i is asked for. An operator without gradient on
// the way is an error that names it; where no path leads, there is no gradient (a zero).
Result<Joint> reverse(const Graph& graph, const std::vector<bool>& wanted);

// By value: can a change of the inputs marked in `wanted` reach it? Floating values only.
std::vector<bool> reached_values(const Graph& graph, const std::vector<bool>& wanted);

// Does nothing before the node have a gradient through it?
bool stops_gradient(const Node& node);

// Gradients inside a graph that is still being built, as more of its nodes: of the heads, with the
// cotangents that are given, with respect to `variables`; absent where no path leads. A gradient
// passes node n only if passes[n].
struct Head {
  ValueId value;
  ops::Value cotangent;
};
Result<std::vector<ops::Value>> gradients_within(GraphBuilder& builder, std::span<const Head> heads,
                                                 std::span<const ValueId> variables,
                                                 const std::vector<bool>& passes);

}  // namespace weft::graph
