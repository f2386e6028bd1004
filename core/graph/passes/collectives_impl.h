// What passes know of operators that reach other processes.
#pragma once

#include "graph/ir/ir.h"

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

// How many bytes of gradients one reduction takes together: the first one, which has to be full
// before any transfer begins, and the others. For plans that are made from now on; the same on all
// ranks. Not positive: nothing is joined.
struct BucketBytes {
  int64_t first = 1 << 20;
  int64_t others = 25 << 20;
};
BucketBytes bucket_bytes();
void set_bucket_bytes(BucketBytes bytes);

}  // namespace weft::graph
