// Graphs without their effects: for programs that compute again what ran once before. The results
// of effects then come from outside.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// The outputs of all nodes with an effect, in their order.
std::vector<ValueId> effect_results(const Graph& graph);

// The graph without effects. The results of effects become inputs, in order, behind the other
// inputs.
Graph without_effects(const Graph& graph);

}  // namespace weft::graph
