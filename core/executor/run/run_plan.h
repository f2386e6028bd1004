// Runs a plan: what a frame holds of it, and the pointers that a run is given. A run allocates
// nothing.
#pragma once

#include "executor/plan/plan.h"

namespace weft::executor {

// What a frame holds to run one plan.
struct ControlBound;
struct Bound {
  std::vector<uint64_t> block;
  std::vector<const void*> roots;      // bound now; in the order of Plan::patches
  std::vector<ControlBound> controls;  // by Step::child
};
// And for a loop or a cond in it.
struct ControlBound {
  explicit ControlBound(const ControlPlan& plan);
  Bound body, otherwise;
  std::vector<void*> in, out;  // of the iteration that runs
};
Bound bind_new(const Plan& plan);

// First elements of dense arrays of the types that the plan was made for.
using Pointers = std::span<void* const>;
// Bytes that there are at these pointers. Those of inputs or outputs may be left out: then whoever
// gives the pointers has made the arrays by the types.
struct RunRoom {
  std::span<const int64_t> inputs = {}, outputs = {};
};

struct RunRoots {
  Pointers inputs;
  Pointers outputs;
  void* arena = nullptr;
  void* residual = nullptr;
  // By input, or empty: who reads it has no need of its pages in memory afterwards.
  std::span<Storage* const> read_once = {};
  RunRoom room = {};
};
// A device's queue is given the steps; nobody waits for them here.
Status run_plan(const Plan& plan, Bound& bound, const RunRoots& roots, uint64_t seed,
                uint64_t first_ordinal);

}  // namespace weft::executor
