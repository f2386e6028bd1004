// Finds which steps of a plan run at the same time (inter-op parallelism).
//
// A *group* is a sequence of consecutive steps that splits into *branches*: sets of steps where no
// set reads what another writes. A group is one step of the order: all steps before it are done
// when it begins, and all steps after it wait for its end. A group pays where the kernels of its
// branches cannot use all threads by themselves. This is decided from the costs of the kernels and
// never by timing, so a graph always gets the same plan for a number of threads.
#pragma once

#include <stdint.h>

#include <span>
#include <vector>

#include "ops/slots/slot.h"

namespace weft::executor {

// What the search knows about a step.
struct BranchStep {
  std::vector<int32_t> after;  // earlier steps whose results this step reads
  double seconds = 0;          // on one thread
  int64_t pieces = 1;          // into so many pieces threads can split the work
  // The step is in no group, and no group spans it: it runs on the calling thread.
  bool keeps_order = false;
};

struct BranchGroup {
  int32_t begin = 0, end = 0;   // the steps [begin, end), in the order of the graph
  std::vector<int32_t> branch;  // the branch of each of these steps
  int32_t branches = 0;
  int32_t share = 1;   // threads that a branch may use
  double seconds = 0;  // time that the group saves, by the model
};

// The time of a kernel on one thread, by a roofline model: the longer one of arithmetic and memory.
double seconds_of(const ops::Cost& cost);

// Disjoint groups in the order of their steps; none for a single thread. The time is linear in the
// number of steps, because a group is limited to a window of steps.
std::vector<BranchGroup> find_branches(std::span<const BranchStep> steps, int threads);

}  // namespace weft::executor
