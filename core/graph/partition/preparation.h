// Splits off what a graph computes from *frozen* inputs alone. Frozen inputs are written seldom
// (parameters), so folded batch norms, packed weights or casts of parameters stay the same until
// one is written. Such values are *prepared*: a graph of their own computes them once, and the rest
// of the graph takes them as inputs.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// By value: does it follow from frozen inputs and constants alone? `frozen` is by input. Nothing
// that is random, has an effect or calls the host counts as frozen, and no input that the graph
// itself writes.
std::vector<bool> frozen_values(const Graph& graph, const std::vector<bool>& frozen);

// The two graphs.
struct SplitPreparation {
  Graph preparation;            // computes the prepared values; no outputs: there are none
  std::vector<int32_t> inputs;  // the inputs of the whole graph that it takes
  Graph rest;                   // takes all inputs of the whole graph, then the prepared values
};
// Prepared values are arrays of their own that stay in memory. So views and copies of frozen values
// stay in the rest, and so does what is far larger than the inputs that it follows from.
SplitPreparation split_preparation(const Graph& graph, const std::vector<bool>& frozen);

}  // namespace weft::graph
