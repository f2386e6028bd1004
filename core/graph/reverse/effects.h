// Graphs without their first effects: for programs that compute again what ran once before. The
// results of these effects then come from outside. Effects of gradient rules follow and stay.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// The outputs of the first so many nodes with an effect, in their order.
std::vector<ValueId> effect_results(const Graph& graph, int32_t first);

// The graph without its first effects. Their results become inputs, in order, behind the other
// inputs.
Graph without_effects(const Graph& graph, int32_t first);

}  // namespace weft::graph
