// What other passes ask of block_channels.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// Would the pass run this convolution, or the gradient of one for its data, by a kernel over
// channel blocks in `half`?
bool has_half_blocks(const Graph& graph, const Node& node, DType half);

}  // namespace weft::graph
