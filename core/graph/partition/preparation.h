// What a graph computes from *frozen* inputs alone gives the same in every call until one of them
// is written: folded batch norms, packed weights, casts of parameters. Such values are *prepared*:
// computed by a graph of their own, and inputs of the rest.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// By value: does it follow from frozen inputs and constants alone? `frozen` is by input; nothing
// that is random, has an effect or calls the host is frozen, and no input that the graph writes.
std::vector<bool> frozen_values(const Graph& graph, const std::vector<bool>& frozen);

struct SplitPreparation {
  Graph preparation;            // gives the prepared values; without outputs: there are none
  std::vector<int32_t> inputs;  // those of the whole graph that it takes
  Graph rest;                   // takes the inputs of the whole graph, then the prepared values
};
// Prepared values are arrays of their own, so views and copies of frozen values stay in the rest,
// and so does what is far larger than the inputs it comes from.
SplitPreparation split_preparation(const Graph& graph, const std::vector<bool>& frozen);

}  // namespace weft::graph
