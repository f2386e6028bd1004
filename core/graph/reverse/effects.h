// What nodes with an effect give and what is left without them: for programs that run again what
// already ran once.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// The outputs of all nodes with an effect, in order.
std::vector<ValueId> effect_results(const Graph& graph);

// The graph without effects. Their results are inputs, in order, behind those that it had.
Graph without_effects(const Graph& graph);

}  // namespace weft::graph
