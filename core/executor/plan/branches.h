// Which steps of a plan run side by side.
//
// A *group* is a run of consecutive steps that falls apart into *branches*: sets of steps of which
// none reads what another writes. A group is one step of the order: what comes before it is done
// when it begins, and what comes after it waits for all of it. Groups pay where the kernels of the
// branches cannot use all threads by themselves. Whether they do is decided from the costs of the
// kernels, never by timing, so a graph has one plan for a number of threads.
#pragma once

#include <stdint.h>

#include <span>
#include <vector>

#include "ops/slots/slot.h"

namespace weft::executor {

// What the search knows of a step.
struct BranchStep {
  std::vector<int32_t> after;  // earlier steps whose results it reads
  double seconds = 0;          // on one thread
  int64_t pieces = 1;          // that threads can share it by
  bool keeps_order = false;    // belongs to no group, and no group reaches over it
};

struct BranchGroup {
  int32_t begin = 0, end = 0;   // steps, in the order of the graph
  std::vector<int32_t> branch;  // of each of these
  int32_t branches = 0;
  int32_t share = 1;   // threads that a branch may use
  double seconds = 0;  // that it saves by the model
};

double seconds_of(const ops::Cost& cost);

// Disjoint groups by rising steps; none for one thread.
std::vector<BranchGroup> find_branches(std::span<const BranchStep> steps, int threads);

}  // namespace weft::executor
