// Concatenations whose arrays are built inside the result: each array is written where it belongs,
// so nothing is copied. The result's memory is then alive from the first write of a part.
#include <algorithm>

#include "executor/memory/placement_impl.h"

namespace weft::executor {

using graph::Node;
using graph::Operand;

namespace {

// Is each operand of the concatenation contiguous in the result? It is if all axes before the
// joined axis have one element.
bool joins_runs(const Node& node, const Shape& whole) {
  const ops::AttributeReader attributes = node.op->reader(node.attributes.view());
  if (!attributes.has("axis")) return true;  // flat
  auto axis = static_cast<int>(attributes.integer("axis"));
  if (axis < 0) axis += whole.rank();
  return std::all_of(whole.begin(), whole.begin() + axis, [](int64_t n) { return n == 1; });
}

}  // namespace

// Can the value be built at byte `at` of a larger array? It has to be the whole of its allocation,
// dense, computed in this run, in the arena and not shared; and the offset has to be aligned for
// kernels.
bool Placement::may_be_part(const AllocationView& alloc_view, int64_t at) const {
  const Allocation& allocation = allocations_[static_cast<size_t>(alloc_view.allocation)];
  return !allocation.given && allocation.joined < 0 && allocation.root == MemoryRoot::kArena &&
         alloc_view.offset == 0 && alloc_view.dense() && alloc_view.bytes() == allocation.bytes &&
         allocation.bytes > 0 && at % alignment() == 0;
}

// Places a `concatenate` if at least one of its arrays can be built in place; the others are
// copied. An array that is joined twice is a part only once.
bool Placement::add_joined(const Node& node) {
  if (!options_.parts || node.op->name != "concatenate") return false;
  const graph::TensorType& type = graph_.type(node.outputs[0]);
  if (!joins_runs(node, type.shape)) return false;
  const auto alloc_view_of = [&](const Operand& operand) {
    return alloc_views_[static_cast<size_t>(operand.value)];
  };
  int64_t at = 0;
  bool any = false;
  for (const Operand& operand : node.operands) {
    if (!operand.is_value()) return false;
    any = any || may_be_part(alloc_view_of(operand), at);
    at += alloc_view_of(operand).bytes();
  }
  if (!any) return false;
  const AllocationView whole = this->whole(new_allocation(type.bytes()), type);
  at = 0;
  for (const Operand& operand : node.operands) {
    const AllocationView part = alloc_view_of(operand);
    if (may_be_part(part, at)) {
      Allocation& allocation = allocations_[static_cast<size_t>(part.allocation)];
      allocation.joined = whole.allocation;
      allocation.inside = at;
      allocation.is_part = true;
      ++parts;
    } else if (part.bytes() > 0) {
      AllocationView to = whole;
      to.offset = at;
      to.shape = part.shape;
      to.strides = dense_strides(part.shape);
      add_copy(part, to);
    }
    at += part.bytes();
  }
  alloc_views_[static_cast<size_t>(node.outputs[0])] = whole;
  return true;
}

// The outermost allocation that this one is a part of.
int32_t Placement::whole_of(int32_t allocation) const {
  while (part_of(allocation) >= 0) allocation = part_of(allocation);
  return allocation;
}

Writers::Writers(const Placement& placement)
    : placement_(placement), writers_(placement.allocations()) {}

// A step that writes a part also writes every larger array around it.
void Writers::add(int32_t step, int32_t allocation) {
  for (; allocation >= 0; allocation = placement_.part_of(allocation))
    writers_[static_cast<size_t>(allocation)].push_back(step);
}

// The liveness of a larger array: from the first write of one of its parts to the last read of one.
// Larger arrays are made after their parts, so one walk carries uses up to the outermost one.
void Placement::note_parts() {
  if (parts == 0) return;
  const auto in_several = [](BranchId branch_id) {
    branch_id.branch = BranchId::kSeveral;
    return branch_id;
  };
  for (const Allocation& part : allocations_) {
    if (!part.is_part || part.first < 0) continue;
    Allocation& whole = allocations_[static_cast<size_t>(part.joined)];
    const bool is_first = whole.first < 0, is_last = whole.last < 0;
    const bool concurrent_first =
        !is_first && part.first_branch.is_concurrent_with(whole.first_branch);
    const bool concurrent_last = !is_last && part.last_branch.is_concurrent_with(whole.last_branch);
    if (is_first || part.first < whole.first) {
      whole.first = part.first;
      whole.first_branch = part.first_branch;
    }
    if (is_last || part.last > whole.last) {
      whole.last = part.last;
      whole.last_branch = part.last_branch;
    }
    if (concurrent_first) whole.first_branch = in_several(whole.first_branch);
    if (concurrent_last) whole.last_branch = in_several(whole.last_branch);
    // It begins in one branch and is last used, through another part, in a different branch.
    if (whole.first_branch.is_concurrent_with(whole.last_branch)) {
      whole.first_branch = in_several(whole.first_branch);
      whole.last_branch = in_several(whole.last_branch);
    }
  }
}

}  // namespace weft::executor
