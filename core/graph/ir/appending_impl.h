// What appending the nodes of one graph to another needs, whoever does it.
#pragma once

#include <vector>

#include "graph/ir/ir.h"
#include "ops/builder.h"

namespace weft::graph {

// The operands of a node, by what each value of its graph became.
ops::Values operands_of(ops::Builder& builder, const Node& node,
                        const std::vector<ops::Value>& became);

// By value: does an output need it?
std::vector<bool> needed_values(const Graph& graph);

}  // namespace weft::graph
