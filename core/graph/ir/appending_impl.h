// Helpers to append the nodes of one graph to another, for the builder and for gradients.
#pragma once

#include <vector>

#include "graph/ir/ir.h"
#include "ops/builder.h"

namespace weft::graph {

// The operands of a node in the new graph; `became`: by value of the old graph, the new one.
ops::Values operands_of(ops::Builder& builder, const Node& node,
                        const std::vector<ops::Value>& became);

// By value: does an output of the graph, or an effect, depend on it?
std::vector<bool> needed_values(const Graph& graph);

}  // namespace weft::graph
