// Splits a batch into parts of fewer images that run one after the other. What a layer leaves to
// the next is then still in the cache (depth first instead of breadth first: Alwani, Chen, Ferdman
// and Milder, "Fused-layer CNN accelerators", MICRO 2016; here over images, not windows). It
// applies where no image of the result depends on another image.
#pragma once

#include <optional>
#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// The parts of a batch, which have equal sizes, and the inputs and outputs that they cut along axis
// 0.
struct BatchParts {
  static constexpr size_t kMaxCut = 64;
  int64_t count = 1;                 // number of parts; 1: the batch is whole
  uint64_t inputs = 0, outputs = 0;  // a bit for each of the first kMaxCut

  bool cuts_input(size_t i) const { return i < kMaxCut && inputs >> i & 1; }
  bool cuts_output(size_t i) const { return i < kMaxCut && outputs >> i & 1; }
};

// What a split gives.
struct SplitBatch {
  Graph part;  // the same computation for fewer images
  BatchParts parts;
};

// `frozen`: by input; frozen inputs (weights) have no images. Nothing where the graph mixes images,
// or where parts would not be faster. That is estimated from types alone, not from threads or the
// processor, so that results are the same everywhere.
std::optional<SplitBatch> split_batch(const Graph& graph, const std::vector<bool>& frozen);

}  // namespace weft::graph
