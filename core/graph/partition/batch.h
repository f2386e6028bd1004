// Batches whose images follow from nothing in each other: they may run some at a time, one part
// after the other, so that what a layer leaves to the next is still in the cache (depth first
// instead of breadth first: Alwani, Chen, Ferdman and Milder, "Fused-layer CNN accelerators", MICRO
// 2016; here over images, not windows).
#pragma once

#include <optional>
#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// Parts of a batch, of equal size; and those of the first inputs and outputs that they cut, along
// axis 0, a bit for each.
struct BatchParts {
  static constexpr size_t kMaxCut = 64;
  int64_t count = 1;
  uint64_t inputs = 0, outputs = 0;

  bool cuts_input(size_t i) const { return i < kMaxCut && inputs >> i & 1; }
  bool cuts_output(size_t i) const { return i < kMaxCut && outputs >> i & 1; }
};

struct SplitBatch {
  Graph part;  // the same computation of fewer images
  BatchParts parts;
};

// Of the inputs, those that are `settled` have no images. Nothing where the graph mixes images, or
// where parts would not be faster, which is estimated of types alone: no thread, no processor, so
// that results are the same everywhere.
std::optional<SplitBatch> split_batch(const Graph& graph, const std::vector<bool>& frozen);

}  // namespace weft::graph
