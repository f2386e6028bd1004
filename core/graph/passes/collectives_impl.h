// What passes know of operators that reach other processes.
#pragma once

#include "graph/ir/ir.h"
#include "graph/passes/bucket_bytes.h"

namespace weft::graph {

// Does the operator reach other ranks, as a whole or as its start or wait?
bool is_collective(const Node& node);
// The operator that begins what this one does as a whole; null: it has no two parts.
const ops::OpDef* start_of(const Node& node);
bool is_wait(const Node& node);

// Effects that are no collectives: passes may join and part collectives, and nothing else.
int32_t count_other_effects(const Graph& graph);
// Numbers the effects anew, in the order of the nodes.
void number_effects(Graph& graph);

}  // namespace weft::graph
