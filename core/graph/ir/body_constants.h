// Constants of loops and branches, moved out of them: files have the contents of constants as
// tensors of the whole, and bodies have none.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// The same graph in which no body of control flow has a constant: each is one of the graph around
// it, and an operand that all iterations read.
Graph with_constants_outside(Graph graph);

}  // namespace weft::graph
