// Moves constants of loops and branches out of the bodies. Files store constants as tensors of the
// whole graph, so bodies in files have none.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// The same graph in which no body of control flow has a constant: each becomes a constant of the
// graph around it, and an operand that all iterations read.
Graph with_constants_outside(Graph graph);

}  // namespace weft::graph
