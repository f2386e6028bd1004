// Makes the plan of a graph with types. The stages, in order:
//
//   order     the order with the smallest arena that a bounded search finds, one step a node
//             (order.h); view operators take no step
//   location  root, byte offset and strides of each value; in-place reuse, views, state pairs
//   lowering  fused regions and elementwise nodes become tile programs, the others calls of kernels
//   branches  consecutive steps that split into independent ones run at the same time (branches.h)
//   packing   offsets in the arena: several heuristics, the best of which is kept
//
// Planning may take long; its decisions can be saved and used again (saved_plan.h).
#pragma once

#include "executor/plan/plan.h"

namespace weft::executor {

class SavedPlans;  // the decisions that a file keeps; saved_plan.h
struct Target;     // somebody else's kernels; target.h

struct PlanOptions {
  // The largest number of threads that a run may have; scratch is sized for it.
  int threads = 1;
  // The device that holds the roots and has the kernels; null: the CPU. A plan for a device has
  // kernels and copies only.
  Device* device = nullptr;
  // Set for a plan that becomes text for somebody else's kernels and does not run here; null: an
  // ordinary plan. Its steps take the scratch that the target asks for and no other.
  const Target* target = nullptr;
  // Run branches at the same time where that pays. They add at most as many bytes as the arena has
  // without them (1 MiB if that is more), and never more than 256 MiB.
  bool branches = true;
  // Change the order of the graph's nodes to one with a smaller arena.
  bool order = true;
  // So many bytes of arena and residuals are small enough: a plan that needs no more is not
  // searched for a better order, and of the others only an order that comes down to them is taken.
  // 0: the smallest arena is wanted.
  int64_t enough = 0;
  // Build arrays inside the array that a concatenation joins them to, where that makes the arena
  // smaller. It saves the copy, but the whole array is then alive longer.
  bool parts = true;
  // Split loops over row tiles into sections, one for each thread, each with line buffers of its
  // own.
  bool sections = true;
  // Outputs from this one on are residuals: the plan places them in the residual region.
  size_t first_residual_output = SIZE_MAX;
  // By input: its offset in the residual region, or -1 where it is the caller's memory. Inputs past
  // the end are the caller's, too.
  std::vector<int64_t> residual_inputs;
  // The plan is a consuming backward pass: it may write over a residual after its last read.
  bool overwrite_residuals = false;
  // By region of the graph: the plan of control flow. make_plan fills it in; callers leave it
  // empty.
  std::vector<std::shared_ptr<const ControlPlan>> controls;
  // Where the decisions of this plan are saved, or are to be saved; null: neither.
  SavedPlans* saved = nullptr;
  // The saved decisions were made for another machine: a plan of them that does not fit here is
  // ignored instead of being an error.
  bool may_not_fit = false;
};

// Fails where the graph has no plan (types, memory that overflows), where a target has no kernel,
// and where saved decisions do not fit.
Result<Plan> make_plan(const graph::Graph& graph, const PlanOptions& options);
// Checks that no step reads the old content of a state after the new content may have been written
// there. make_plan checks every plan; a failure is a defect of the planner.
Status verify_state_order(const graph::Graph& graph, const Plan& plan);
// Does the operator write some elements into a copy of its first operand? Then it may also write
// into that operand itself, where nobody else reads it.
bool replaces_elements(const ops::OpDef& op);

}  // namespace weft::executor
