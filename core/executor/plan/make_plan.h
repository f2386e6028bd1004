// Makes the plan of a graph.
//
//   schedule   the order with the smallest arena that is found, one step a node (order.h); view
//              operators take no step
//   location   of each value: root + byte offset + strides; in-place reuse, views, state pairs
//   lowering   fused regions and elementwise nodes become tile programs, the rest kernel calls
//   branches   runs of steps that fall apart into independent ones go side by side, see branches.h
//   packing    offsets in the arena: several heuristics, the best kept
#pragma once

#include "executor/plan/plan.h"

namespace weft::executor {

class SavedPlans;  // of a file; saved_plan.h
struct Target;     // who else has the kernels; target.h

struct PlanOptions {
  int threads = 1;
  // Whose memory the roots are, and who has the kernels; null: the CPU. A device's plan has kernels
  // and copies only.
  Device* device = nullptr;
  // A plan that is text for others, not to be run here; null: none. Its steps take no scratch but
  // what the target says.
  const Target* target = nullptr;
  // Branches side by side where that pays. They add at most as many bytes to the arena as it has
  // without them (1 MiB if that is more), and never more than 256 MiB.
  bool branches = true;
  // The order of the graph's nodes may be changed to one whose arena is smaller.
  bool order = true;
  // So many bytes of arena and residuals are few enough: no order is looked for but to come down to
  // them. 0: the fewest are.
  int64_t enough = 0;
  // Arrays may be built inside the one that a concatenation joins them to, where that makes the
  // arena smaller.
  bool parts = true;
  // Threads run loops over row tiles in sections, with line buffers for each.
  bool sections = true;
  // Outputs from this one on are residuals: the plan gives them places in the residual region.
  size_t first_residual_output = SIZE_MAX;
  // By input: its offset in the residual region, or -1 (also past the end): the caller's memory.
  std::vector<int64_t> residual_inputs;
  bool overwrite_residuals = false;  // a consuming backward
  // By region of the graph: the plan of control flow. make_plan fills it in.
  std::vector<std::shared_ptr<const ControlPlan>> controls;
  // Has the decisions of this plan, or gets them; null: neither.
  SavedPlans* saved = nullptr;
  // They were made for another machine: one whose places do not fit here is left alone.
  bool may_not_fit = false;
};

Result<Plan> make_plan(const graph::Graph& graph, const PlanOptions& options);
// Does no step read the old content of a state when its new one may be there? make_plan asks it of
// every plan: else the plan is a defect.
Status verify_state_order(const graph::Graph& graph, const Plan& plan);
// Does it replace elements of a copy of its first operand, which it may also find in place?
bool replaces_elements(const ops::OpDef& op);

}  // namespace weft::executor
