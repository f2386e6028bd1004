// What a fused region holds: elementwise nodes of one shape, and reductions of what they make, all
// over the same axes. Reductions are read by nobody inside, and are its last outputs.
#pragma once

#include "graph/ir.h"

namespace weft::graph {

// One formula, or a cast.
bool is_elementwise(const Node& node);
// A reduction that may end a region.
bool is_reduction(const Node& node);
uint32_t reduced_axes(const Graph& graph, const Node& reduction);

// The shape of a region's elementwise nodes.
const Shape& shape_of_fused(const Graph& body);
bool has_reductions(const Graph& body);

// For the verifier.
Status fused_is_sound(const Graph& graph, const Node& node);

}  // namespace weft::graph
