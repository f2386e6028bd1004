// Batches whose images follow from nothing in each other: they may run some at a time, one part
// after the other, so that what a layer leaves to the next is still in the cache (depth first
// instead of breadth first: Alwani, Chen, Ferdman and Milder, "Fused-layer CNN accelerators", MICRO
// 2016; here over images, not windows).
#pragma once

#include <optional>
#include <vector>

#include "graph/ir.h"

namespace weft::graph {

struct SplitBatch {
  Graph part;                         // the same computation of fewer images
  int64_t parts = 1;                  // that make the batch
  std::vector<bool> inputs, outputs;  // those that have images, along axis 0
};

// Of the inputs, those that are `settled` have no images. Nothing where the graph mixes images, or
// where parts would not be faster, which is estimated of types alone: no thread, no processor, so
// that results are the same everywhere.
std::optional<SplitBatch> split_batch(const Graph& graph, const std::vector<bool>& settled);

}  // namespace weft::graph
