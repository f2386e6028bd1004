// The checks of reach.h. All sums detect overflow, because a plan may come from a damaged file.
#include "executor/plan/reach.h"

#include <algorithm>

#include "base/errors.h"
#include "executor/lowering/control.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

// Bytes from the start of the root to the end of the last element. Strides may be negative, so
// first and last element are found axis by axis. Gives kTooMany for a location that begins before
// its root, or whose end overflows.
int64_t end_of(const Location& location) {
  if (location.shape.rank() < 0 || location.shape.elements() == 0) return 0;
  int64_t first = 0, last = 0;  // in elements, relative to the location's offset
  for (int axis = 0; axis < location.shape.rank(); ++axis) {
    int64_t span = 0;
    if (__builtin_mul_overflow(location.shape[axis] - 1, location.strides[axis], &span))
      return kTooMany;
    int64_t& side = span < 0 ? first : last;
    if (__builtin_add_overflow(side, span, &side)) return kTooMany;
  }
  int64_t begin = 0;
  if (__builtin_mul_overflow(first, size_of(location.dtype), &begin) ||
      __builtin_add_overflow(begin, location.offset, &begin) || begin < 0)
    return kTooMany;
  return ((Checked(last) + 1) * size_of(location.dtype) + location.offset).value();
}

Status too_far(const PlanStep& step, const char* what, int64_t needed, int64_t there) {
  return errors::invalid_state("plan", "step `", step.name, "` needs ", needed, " bytes of ", what,
                               "; got ", there);
}

// ---- bodies of control flow ---------------------------------------------------------------------

// Compares what one run of a body reaches with what the step gives it: whole arrays, or one row of
// an array that the loop slices or stacks.
class BodyRoom {
 public:
  BodyRoom(const PlanStep& step, const ControlPlan& control)
      : step_(step),
        control_(control),
        first_(control.has_decider() ? 1 : 0),
        is_loop_(control.kind == graph::RegionKind::kLoop) {}

  Status check() const {
    if (step_.scratch_bytes < control_.scratch_bytes())
      return too_far(step_, "its scratch", control_.scratch_bytes(), step_.scratch_bytes);
    WEFT_TRY(check(control_.body));
    return is_loop_ ? Status() : check(control_.otherwise);
  }

 private:
  Status check(const Plan& body) const {
    for (size_t i = 0; i < body.inputs; ++i)
      WEFT_TRY(holds("an operand", body.reach[input_root(body, i)], given(i)));
    for (size_t o = 0; o < body.outputs; ++o)
      WEFT_TRY(holds("a result", body.reach[output_root(body, o)], taken(o)));
    return {};
  }
  Status holds(const char* what, int64_t needed, int64_t there) const {
    return needed <= there ? Status() : too_far(step_, what, needed, there);
  }

  static int64_t bytes_at(const std::vector<Location>& locations, size_t i) {
    return i < locations.size() ? ops::TensorType{locations[i].dtype, locations[i].shape}.bytes()
                                : 0;
  }
  // The bytes of one row, if the whole array has as many rows as the loop may run; else 0.
  int64_t row(const std::vector<Location>& locations, size_t i, int64_t bytes) const {
    const Checked all = Checked(bytes) * control_.loop.maximum;
    return all.value() <= bytes_at(locations, i) ? bytes : 0;
  }

  // Bytes that the step gives to the body's input: a row of a sliced operand, a carried value
  // (which lies in the memory of the loop's result), or a whole operand.
  int64_t given(size_t input) const {
    const size_t sliced = control_.sliced_bytes.size(), carried = control_.carried_bytes.size();
    if (!is_loop_ || input >= sliced + carried) return bytes_at(step_.in, input + first_);
    if (input < sliced) return row(step_.in, input + first_, control_.sliced_bytes[input]);
    return bytes_at(step_.out, input - sliced);  // where carried values lie
  }
  // Bytes that the step has for the body's output: a carried value or one row of a stacked result.
  int64_t taken(size_t output) const {
    const auto k = static_cast<size_t>(control_.outputs[output]);
    const size_t carried = control_.carried_bytes.size();
    if (!is_loop_ || k < carried) return bytes_at(step_.out, k);
    return row(step_.out, k + (control_.loop.while_true ? 1 : 0),
               control_.stacked_bytes[k - carried]);
  }

  const PlanStep& step_;
  const ControlPlan& control_;
  const size_t first_;  // operands before the body's inputs: the count or the condition
  const bool is_loop_;
};

}  // namespace

Status find_reach(Plan& plan) {
  plan.reach.assign(plan.inputs + plan.outputs + 2, 0);
  for (const PlanStep& step : plan.steps) {
    for (const std::vector<Location>* side : {&step.in, &step.out})
      for (const Location& location : *side) {
        if (location.root == MemoryRoot::kConstant) continue;
        int64_t& reach = plan.reach[root_of(plan, location)];
        reach = std::max(reach, end_of(location));
      }
    int64_t& arena = plan.reach[arena_root(plan)];
    arena = std::max(arena, (Checked(step.scratch_offset) + step.scratch_bytes).value());
    if (arena > plan.arena_bytes) return too_far(step, "the arena", arena, plan.arena_bytes);
    if constexpr (WEFT_KEEPS_control)
      if (step.control) WEFT_TRY(BodyRoom(step, *step.control).check());
  }
  return {};
}

Status check_room(const Plan& plan, const RunRoom& room) {
  const auto check = [](const char* what, size_t i, int64_t needed, int64_t there) -> Status {
    if (needed <= there) return {};
    return errors::invalid_state("plan", what, " ", i, " must have at least ", needed,
                                 " bytes; got ", there);
  };
  for (size_t i = 0; i < room.inputs.size() && i < plan.inputs; ++i)
    WEFT_TRY(check("input", i, plan.reach[input_root(plan, i)], room.inputs[i]));
  for (size_t i = 0; i < room.outputs.size() && i < plan.outputs; ++i)
    WEFT_TRY(check("output", i, plan.reach[output_root(plan, i)], room.outputs[i]));
  return {};
}

}  // namespace weft::executor
