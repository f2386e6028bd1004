// The step of a loop, a branch (cond) or a loop over row tiles in the plan around it.
#include "base/errors.h"
#include "executor/lowering/control.h"
#include "executor/lowering/row_tiles.h"
#include "executor/memory/placement_impl.h"

namespace weft::executor {

using graph::Node;
using graph::Operand;
using graph::TensorType;
using graph::ValueId;

// The arenas of the bodies are scratch of the step.
Status Placement::add_control(const Node& node) {
  if (options_.device)
    return errors::unsupported("plan", "control flow runs on the CPU only, not on a device");
  PendingStep step;
  step.kind = StepKind::kControl;
  step.node = &node;
  step.control = options_.controls[static_cast<size_t>(node.region)];
  step.name = step.control->kind == graph::RegionKind::kLoop ? "loop" : "cond";
  add_region_arrays(node, step);
  step.seconds = seconds_of(step.control->cost);
  add_scratch(step, step.control->scratch_bytes());
  steps.push_back(std::move(step));
  return {};
}

// Copies that make operands dense are steps before it; line buffers are its scratch.
Status Placement::add_row_tiles(const Node& node) {
  PendingStep step;
  step.kind = StepKind::kRowTiles;
  step.name = "row_tiles";
  step.node = &node;
  add_region_arrays(node, step);
  const graph::Region& region = graph_.regions[static_cast<size_t>(node.region)];
  WEFT_ASSIGN(step.row_tiles,
              plan_row_tiles(region, threads_of_next_step(), options_.sections, target()));
  step.over[0] = step.row_tiles->over;
  step.seconds = seconds_of(step.row_tiles->cost);
  step.pieces = step.row_tiles->pieces();
  add_scratch(step, step.row_tiles->scratch_bytes());
  steps.push_back(std::move(step));
  return {};
}

// Operands as dense arrays, results in new memory.
void Placement::add_region_arrays(const Node& node, PendingStep& step) {
  for (const Operand& operand : node.operands) {
    const AllocationView& alloc_view = alloc_views_[static_cast<size_t>(operand.value)];
    step.in.push_back(alloc_view.dense() ? alloc_view : dense_copy(alloc_view));
  }
  for (const ValueId id : node.outputs) {
    const TensorType& type = graph_.type(id);
    step.out.push_back(whole(new_allocation(type.bytes()), type));
    alloc_views_[static_cast<size_t>(id)] = step.out.back();
  }
}

// A loop copies the first content of a carried value into its result before it writes anything
// else. So the result may lie in the memory of that operand, if no other operand of the loop lies
// there.
bool Placement::carries_in_place(const PendingStep& step, size_t out, int32_t allocation) const {
  const graph::Loop& loop = step.control->loop;
  if (step.control->kind != graph::RegionKind::kLoop || out >= static_cast<size_t>(loop.carried))
    return false;
  const size_t own = operand_of_carried(loop, out);
  for (size_t i = 0; i < step.in.size(); ++i) {
    const AllocationView& from = step.in[i];
    const bool reads = from.allocation >= 0 && find(from.allocation) == find(allocation);
    if (reads != (i == own)) return false;
    if (reads && (from.offset != 0 || offset_of(from.allocation) != offset_of(allocation)))
      return false;
  }
  return true;
}

}  // namespace weft::executor
