// Effects of a joint graph. Those of the forward pass are not `backward`, those that gradient rules
// have are; so both halves keep their own. A program that computes again what ran once before
// leaves out the forward's, whose results then come from outside.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// Marks which effects are the forward pass's: the first so many.
void mark_effects(Graph& joint, int32_t forward);
// How many that are.
int32_t count_forward_effects(const Graph& joint);

// The outputs of the forward pass's nodes with an effect, in their order.
std::vector<ValueId> effect_results(const Graph& graph);

// The graph without the forward pass's effects, whose results become inputs, in order, behind the
// other inputs. Effects of gradient rules stay, and are this graph's own.
Graph without_effects(const Graph& graph);

}  // namespace weft::graph
