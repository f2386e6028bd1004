// Plans of control flow (graph/ir/control.h): one step of the plan around it.
//
// A body is planned once. Its arena is scratch of the step; a carried value lies in the memory of
// the node's output from the first iteration to the last, as a state of the body: it is renewed
// in place where the body's kernels allow. Rows are read and written where they are. A run
// allocates nothing, so what the body's plan binds is in the frame of the plan around it.
#pragma once

#include "executor/plan/make_plan.h"
#include "executor/run/run_plan.h"
#include "graph/ir/control.h"

namespace weft::executor {

struct ControlPlan {
  graph::RegionKind kind = graph::RegionKind::kLoop;
  graph::Loop loop;
  int32_t ordinals = 0;  // that an iteration takes
  Plan body;
  Plan otherwise;  // of a cond
  // What leaves the body's plan, as outputs of the body: not a carried value that stays as it is.
  std::vector<int32_t> outputs;
  std::vector<int64_t> carried_bytes;
  std::vector<int64_t> sliced_bytes, stacked_bytes;  // of one row
  ops::Cost cost;                                    // of all iterations; of the dearer body

  int64_t scratch_bytes() const { return std::max(body.arena_bytes, otherwise.arena_bytes); }
  bool runs_on_caller() const { return body.runs_on_caller || otherwise.runs_on_caller; }
  // Its first operand is no input of the body.
  bool has_decider() const { return kind == graph::RegionKind::kCond || loop.counted; }
};

// The operand of a loop that is a carried value at first, by the output that it is at the end.
inline size_t operand_of_carried(const graph::Loop& loop, size_t out) {
  return (loop.counted ? 1 : 0) + static_cast<size_t>(loop.sliced) + out;
}

// `options`: of the plan around it. Null for a region of another kind.
Result<std::shared_ptr<const ControlPlan>> plan_control(const graph::Region& region,
                                                        const PlanOptions& options);

// `operands`, `outputs`: first elements of dense arrays.
Status run_control(const ControlPlan& plan, ControlBound& bound, void* const* operands,
                   void* const* outputs, void* scratch, uint64_t seed, uint64_t first_ordinal);

}  // namespace weft::executor
