// Branches in placement: what the search for branches is told, and the steps of a branch moved
// together.
#include <algorithm>

#include "executor/memory/placement_impl.h"
#include "graph/ir/control.h"

namespace weft::executor {

// Copies to outputs at the end are left out: they are in no group.
std::vector<BranchStep> Placement::branch_steps() const {
  Writers writers(*this);
  std::vector<BranchStep> result;
  for (size_t s = 0; s < computing_; ++s) {
    const PendingStep& pending = steps[s];
    BranchStep step;
    step.seconds = pending.seconds;
    step.pieces = pending.pieces;
    step.keeps_order = pending.node && graph::runs_on_caller(graph_, *pending.node);
    for (const AllocationView& alloc_view : pending.in)
      if (alloc_view.allocation >= 0)
        for (const int32_t earlier : writers.of(alloc_view.allocation))
          step.after.push_back(earlier);
    for (const AllocationView& alloc_view : pending.out)
      writers.add(static_cast<int32_t>(s), alloc_view.allocation);
    result.push_back(std::move(step));
  }
  return result;
}

// The threads of the step that is added next: its share in a group, else all.
int Placement::threads_of_next_step() const {
  const auto next = static_cast<int32_t>(steps.size());
  for (const BranchGroup& group : groups_)
    if (group.begin <= next && next < group.end) return group.share;
  return options_.threads;
}

// Sorts the steps of each group by branch, so that those of a branch follow one another. The sort
// is stable: within a branch the order stays.
void Placement::gather_branches() {
  for (size_t g = 0; g < groups_.size(); ++g) {
    const BranchGroup& group = groups_[g];
    const auto begin = steps.begin() + group.begin, end = steps.begin() + group.end;
    for (int32_t step = group.begin; step < group.end; ++step)
      steps[static_cast<size_t>(step)].branch_id = {
          static_cast<int32_t>(g), group.branch[static_cast<size_t>(step - group.begin)]};
    std::stable_sort(begin, end, [](const PendingStep& a, const PendingStep& b) {
      return a.branch_id.branch < b.branch_id.branch;
    });
  }
}

}  // namespace weft::executor
