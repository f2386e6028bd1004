// Which values of the forward a backward computes again instead of keeping: what a budget is met
// by.
//
// The forward is cut where little is alive. Of each segment between two cuts the backward may
// compute again what is light (bound by memory: norms, activations), or everything, from what is
// alive at the cut; this is done when the backward comes to the segment, so of what is rebuilt one
// segment is alive at a time (T. Chen et al., Training Deep Nets with Sublinear Memory Cost, 2016,
// section 3). How long a segment is and how many are rebuilt is a ladder of choices: each rung
// keeps less and costs more.
#pragma once

#include <stdint.h>

#include <vector>

#include "graph/ir.h"

namespace weft::executor {

struct Rung {
  std::vector<bool> rebuilt;  // by node of the joint graph
  double seconds = 0;         // that a backward takes longer, by the model of costs
};

// For segments of about `bytes` each; `outputs` as in split. Rungs by rising seconds.
std::vector<Rung> ladder(const graph::Graph& joint, size_t outputs, int64_t bytes);

// Bytes of all values that a backward may compute again.
int64_t rebuildable_bytes(const graph::Graph& joint, size_t outputs);

}  // namespace weft::executor
