// What a profile says of a plan's steps: their names, lines and work, derived from the plan when it
// first runs in a profile. Not in the runtime-only library.
#pragma once

#include <vector>

#include "executor/plan/plan.h"
#include "runtime/profile.h"

namespace weft::executor {

// By step of a plan: its event without times.
struct StepEvents {
  uint64_t profile = 0;  // the texts' numbers are of this one
  std::vector<ProfileEvent> steps;
};
StepEvents make_step_events(const Plan& plan);

// Bytes by the types of its operands and results, operations by the slots' costs.
ProfileWork work_of(const PlanStep& step);

}  // namespace weft::executor
