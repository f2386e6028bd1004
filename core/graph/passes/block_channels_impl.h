// What other passes ask of the one that lays channels in blocks.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// Would it run this convolution, or the gradient of one for its data, by a kernel over channel
// blocks in `half`?
bool has_half_blocks(const Graph& graph, const Node& node, DType half);

}  // namespace weft::graph
