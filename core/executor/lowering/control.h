// Plans of control flow (graph/ir/control.h): a loop or a branch (cond) is one step of the plan
// around it.
//
// A body is planned once. Its arena is scratch of the step. A carried value lies in the memory of
// the node's output from the first iteration to the last: it is a state of the body, updated in its
// own memory where the body's kernels allow. Rows of sliced and stacked arrays are read and written
// where they are. A run allocates nothing: what the body's plan binds is in the frame of the plan
// around it.
#pragma once

#include "executor/plan/make_plan.h"
#include "executor/run/run_plan.h"
#include "graph/ir/control.h"

namespace weft::executor {

// The plan of one region of control flow.
struct ControlPlan {
  graph::RegionKind kind = graph::RegionKind::kLoop;
  graph::Loop loop;
  int32_t ordinals = 0;  // random ordinals that an iteration takes
  Plan body;
  Plan otherwise;  // kCond: the body if the condition is false
  // The body's outputs that its plan gives. A carried value that the body leaves unchanged is not
  // among them.
  std::vector<int32_t> outputs;
  // Bytes of each carried value, and of one row of each sliced operand and each stacked result.
  std::vector<int64_t> carried_bytes;
  std::vector<int64_t> sliced_bytes, stacked_bytes;
  // Of all iterations of a loop; of the more expensive body of a branch.
  ops::Cost cost;

  int64_t scratch_bytes() const { return std::max(body.arena_bytes, otherwise.arena_bytes); }
  bool runs_on_caller() const { return body.runs_on_caller || otherwise.runs_on_caller; }
  // Is the first operand a count or a condition, and so no input of the body?
  bool has_decider() const { return kind == graph::RegionKind::kCond || loop.counted; }
};

// The operand that is the first content of the carried value which is output `out` at the end.
inline size_t operand_of_carried(const graph::Loop& loop, size_t out) {
  return (loop.counted ? 1 : 0) + static_cast<size_t>(loop.sliced) + out;
}

// Plans the bodies. `options`: of the plan around it. Null for a region of another kind.
Result<std::shared_ptr<const ControlPlan>> plan_control(const graph::Region& region,
                                                        const PlanOptions& options);

// Runs the step. `operands`, `outputs`: first elements of dense arrays. `scratch`: as many bytes as
// scratch_bytes() says.
Status run_control(const ControlPlan& plan, ControlBound& bound, void* const* operands,
                   void* const* outputs, void* scratch, uint64_t seed, uint64_t first_ordinal);

}  // namespace weft::executor
