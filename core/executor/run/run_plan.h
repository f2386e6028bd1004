// Runs a plan: what a frame keeps for it, and what a run is given. A run allocates nothing. One
// Bound serves one run at a time; several threads may run one plan with a Bound each.
#pragma once

#include "executor/plan/plan.h"

namespace weft::executor {

struct StepEvents;  // step_events.h

// What a frame holds to run one plan.
struct ControlBound;
// What a frame keeps to run one plan: its copy of the bound block, with the pointers of the last
// run.
struct Bound {
  std::vector<uint64_t> block;
  // The bases that the block is bound to now, in the order of Plan::patches. A root with the same
  // base as in the last run costs nothing.
  std::vector<const void*> roots;
  std::vector<ControlBound> controls;          // by PlanStep::child
  std::shared_ptr<const StepEvents> events{};  // of the last profile that a run was in; null: none
};
// The same for a loop or a branch in that plan: its bodies have plans of their own.
struct ControlBound {
  explicit ControlBound(const ControlPlan& plan);
  Bound body, otherwise;
  std::vector<void*> in, out;  // inputs and outputs of the iteration that runs
};
// A Bound without any roots; the first run binds them.
Bound bind_new(const Plan& plan);

// Pointers to the first elements of dense arrays of the types that the plan was made for.
using Pointers = std::span<void* const>;
// How many bytes there are at these pointers. They may be left out (empty): then the caller has
// allocated the arrays by the types and there is nothing to check.
struct RunRoom {
  std::span<const int64_t> inputs = {}, outputs = {};
};

// The memory of one run. `arena` and `residual` have as many bytes as the plan says.
struct RunRoots {
  Pointers inputs;
  Pointers outputs;
  void* arena = nullptr;
  void* residual = nullptr;
  // By input, or empty: after a step has read this storage, its pages may leave memory (a mapped
  // file).
  std::span<Storage* const> read_once = {};
  RunRoom room = {};
};
// Runs the plan on the calling thread and those of the engine. For a device, the steps are put into
// its queue and nobody waits for them here. `first_ordinal` is added to the ordinals of random
// steps, so that each call draws its own numbers.
Status run_plan(const Plan& plan, Bound& bound, const RunRoots& roots, uint64_t seed,
                uint64_t first_ordinal);

}  // namespace weft::executor
