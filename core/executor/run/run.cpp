// The loop over a plan's actions. Short rows call their kernel straight from the bound block; for
// every other step there is a function that knows how its part of the block is laid out
// (make_plan.cpp writes it). Branches of a group run on several threads and share their first
// error.
#include <algorithm>
#include <atomic>
#include <climits>
#include <cstring>
#include <mutex>

#include "base/errors.h"
#include "executor/lowering/bound_impl.h"
#include "executor/lowering/control.h"
#include "executor/lowering/lowering.h"
#include "executor/lowering/row_tiles.h"
#include "executor/lowering/rows.h"
#include "executor/plan/reach.h"
#include "executor/run/run_plan.h"
#include "executor/run/step_events.h"
#include "ops/registry.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/device_call.h"
#include "runtime/collective/started.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/interrupt.h"
#include "runtime/engine/threads.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

// Rows between two polls for an interrupt: a poll reads the clock, which costs as much as a row.
constexpr size_t kRowsBetweenPolls = 64;

// Points everything that was bound to the old base of a root to the new one.
void rebind(const Plan& plan, Bound& bound, size_t root, const void* base) {
  if (bound.roots[root] == base) return;
  bound.roots[root] = base;
  char* block = reinterpret_cast<char*>(bound.block.data());
  for (const Patch& patch : plan.patches[root]) {
    const char* data = static_cast<const char*>(base) + patch.offset;
    std::memcpy(block + patch.slot, &data, sizeof data);
  }
}

// Inputs and outputs past the pointers that are given keep their last binding.
void bind_roots(const Plan& plan, Bound& bound, const RunRoots& roots) {
  for (size_t i = 0; i < plan.inputs && i < roots.inputs.size(); ++i)
    rebind(plan, bound, input_root(plan, i), roots.inputs[i]);
  for (size_t i = 0; i < plan.outputs && i < roots.outputs.size(); ++i)
    rebind(plan, bound, output_root(plan, i), roots.outputs[i]);
  rebind(plan, bound, arena_root(plan), roots.arena);
  rebind(plan, bound, residual_root(plan), roots.residual);
}

// Runs a tile program that ends in reductions. `data`: inputs, scalars, outputs, results of the
// reductions, scratch. Each thread reduces into its own scratch; `finish` adds the parts up.
void run_reducing(const TileCode& code, const kernels::TileProgram& program, void* const* data,
                  const kernels::RandomStream& stream) {
  const kernels::TileReduceProgram reducing = code.reducing(program);
  const auto arrays = static_cast<size_t>(code.first_buffer());
  auto* const totals = static_cast<char*>(data[code.arrays()]);
  auto* const scratch = totals + code.shared_scratch;
  const kernels::TileReduceArrays places{
      {data, arrays}, {data + arrays, code.reductions.size()}, totals};
  if (code.units <= code.grain) {
    kernels::run_tile_reduce(reducing, places, {0, code.units}, scratch, stream);
  } else {
    parallel_for(code.units, code.grain, [&](int64_t begin, int64_t end, int thread) {
      kernels::run_tile_reduce(reducing, places, {begin, end},
                               scratch + thread * code.scratch_a_thread, stream);
    });
  }
  kernels::finish_tile_reduce(reducing, places, scratch);
}

// Runs a tile program, on several threads if it has more units than the grain.
void run_program(const PlanStep& step, const char* at, const kernels::RandomStream& stream) {
  const TileCode& code = *step.code;
  const kernels::TileProgram program = code.program();
  auto* const* data = reinterpret_cast<void* const*>(at);
  if (code.row_end) {
    if constexpr (WEFT_KEEPS_fuse_prologues) run_by_rows(step, data, stream);
    return;
  }
  if (!code.reductions.empty()) {
    run_reducing(code, program, data, stream);
    return;
  }
  const auto externals = static_cast<size_t>(code.externals());
  auto* const scratch = static_cast<char*>(data[externals]);
  if (code.units <= code.grain) {
    kernels::run_tiles(program, code.loop, {data, externals}, {0, code.units}, scratch, stream);
    return;
  }
  parallel_for(code.units, code.grain, [&](int64_t begin, int64_t end, int thread) {
    kernels::run_tiles(program, code.loop, {data, externals}, {begin, end},
                       scratch + thread * code.scratch_a_thread, stream);
  });
}

// The call of a kernel over the views in the bound block. A copy has no operator of its own.
ops::KernelCall call_of(const PlanStep& step, const char* at, uint64_t seed,
                        uint64_t first_ordinal) {
  const auto* views = reinterpret_cast<const TensorView*>(at + sizeof(void*));
  ops::KernelCall call{step.op ? *step.op : ops::op_named("copy"),
                       {views, step.in.size()},
                       {views + step.in.size(), step.out.size()},
                       step.attributes.view(),
                       *reinterpret_cast<void* const*>(at),
                       seed,
                       first_ordinal + static_cast<uint64_t>(step.ordinal < 0 ? 0 : step.ordinal)};
  call.problem = step.problem.get();
  return call;
}

void run_copy(char* at) {
  const auto* views = reinterpret_cast<const TensorView*>(at + sizeof(void*));
  ops::copy_elements(views[1], views[0]);
}

// What all steps of one run share.
struct Run {
  const Plan& plan;
  Bound& bound;
  char* block;
  uint64_t seed;
  uint64_t first_ordinal;
  std::span<Storage* const> read_once;
  const StepEvents* events = nullptr;  // of the profile that is taken; null: none is
};

// Drops the pages of the step's inputs from memory. Pages that another step reads as well are
// loaded from the file again.
void give_back_inputs(const Run& run, const PlanStep& step) {
  for (const Location& place : step.in)
    if (place.root == MemoryRoot::kInput)
      run.read_once[static_cast<size_t>(place.index)]->give_back_pages();
}

// Adds the source line to an error. A failed `check` has named its line itself.
Status with_line(Status status, const PlanStep& step) {
  if (status.ok() || step.line.empty() || status.code() == StatusCode::kCheckFailed) return status;
  return Status(status.code(), errors::join(status.message(), " (", step.line, ")"));
}

// Bound pointers: operands, outputs, scratch.
[[maybe_unused]] Status run_control(const Run& run, const PlanStep& step, const char* at) {
  auto* const* data = reinterpret_cast<void* const*>(at);
  void* const* outputs = data + step.in.size();
  return run_control(*step.control, run.bound.controls[step.child], data, outputs,
                     outputs[step.out.size()], run.seed,
                     run.first_ordinal + static_cast<uint64_t>(std::max(step.ordinal, 0)));
}

// Runs any step but a row on the CPU, which run_steps calls itself.
Status run_step(const Run& run, const Action& action) {
  char* const at = run.block + action.bound;
  if (WEFT_KEEPS_devices && run.plan.device) {
    const PlanStep& step = run.plan.steps[action.step];
    return with_line(
        ops::run_on_device(*run.plan.device, call_of(step, at, run.seed, run.first_ordinal)), step);
  }
  switch (action.kind) {
    case StepKind::kTile: break;
    case StepKind::kTileProgram:
      if constexpr (WEFT_KEEPS_tiles)
        run_program(run.plan.steps[action.step], at, {run.seed, run.first_ordinal});
      break;
    case StepKind::kKernel: {
      const PlanStep& step = run.plan.steps[action.step];
      if constexpr (kHasGroups) {
        if (step.op && step.op->has_effect) {
          const LineScope line(step.line);
          return with_line(ops::run_kernel(call_of(step, at, run.seed, run.first_ordinal)), step);
        }
      }
      return with_line(ops::run_kernel(call_of(step, at, run.seed, run.first_ordinal)), step);
    }
    case StepKind::kCopy: run_copy(at); break;
    case StepKind::kControl:
      if constexpr (WEFT_KEEPS_control) return run_control(run, run.plan.steps[action.step], at);
      break;
    case StepKind::kRowTiles: {
      if constexpr (!WEFT_KEEPS_rows) break;
      const PlanStep& step = run.plan.steps[action.step];
      auto* const* data = reinterpret_cast<void* const*>(at);
      return run_row_tiles(*step.row_tiles, data, data[step.in.size() + step.out.size()]);
    }
  }
  return {};
}

// Runs the actions [begin, end), one after the other, until one fails or `gives_up` says to stop.
template <class GivesUp>
Status run_steps(const Run& run, size_t begin, size_t end, const GivesUp& gives_up) {
  const Action* const actions = run.plan.actions.data();
  for (size_t i = begin; i < end; ++i) {
    const bool is_row = actions[i].kind == StepKind::kTile;
    if (!is_row || i % kRowsBetweenPolls == kRowsBetweenPolls - 1) poll_interrupt();
    if (gives_up()) return {};
    // A row is often cheaper than all that is around it, so it goes past run_step.
    if (is_row) {
      const auto* tile = reinterpret_cast<const BoundTile*>(run.block + actions[i].bound);
      tile->kernel(tile->tile);
    } else {
      WEFT_TRY(run_step(run, actions[i]));
    }
    if (!run.read_once.empty()) give_back_inputs(run, run.plan.steps[actions[i].step]);
  }
  return {};
}

// The same, with an event for each step if a profile is taken.
template <class GivesUp>
Status run_range(const Run& run, size_t begin, size_t end, const GivesUp& gives_up) {
  if (!kHasProfile || __builtin_expect(!run.events, true))
    return run_steps(run, begin, end, gives_up);
  if constexpr (kHasProfile) {
    int64_t now = profile_now();
    for (size_t i = begin; i < end; ++i) {
      ProfileEvent event = run.events->steps[run.plan.actions[i].step];
      event.begin = now;
      WEFT_TRY(run_steps(run, i, i + 1, gives_up));
      event.end = now = profile_now();
      profile_add(event);
    }
  }
  return {};
}

// Runs the branches of a group and keeps what they tell each other. If several fail, the error of
// the branch that is first in the plan's order is reported, as if the branches had run one after
// the other: branches behind a failed one stop, and branches before it go on.
class GroupRun {
 public:
  GroupRun(const Run& run, const ParallelGroup& group) : run_(run), group_(group) {}

  Status operator()() {
    parallel_branches(group_.branches(), group_.share, interrupted_,
                      [this](int branch) { run_branch(branch); });
    return std::move(failure_);
  }

 private:
  // On one thread of the group. A branch stops when the run is interrupted or an earlier branch
  // failed.
  void run_branch(int branch) {
    const bool& interrupted = thread_state().interrupted;
    const auto gives_up = [&] {
      if (interrupted) interrupted_.store(true, std::memory_order_relaxed);
      return interrupted_.load(std::memory_order_relaxed) ||
             failed_.load(std::memory_order_relaxed) < branch;
    };
    const auto begin = group_.starts.begin() + branch;
    const Status status = guarded([&] { return run_range(run_, begin[0], begin[1], gives_up); });
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    if (branch > failed_.load(std::memory_order_relaxed)) return;
    failed_.store(branch, std::memory_order_relaxed);
    failure_ = status;
  }

  const Run& run_;
  const ParallelGroup& group_;
  std::atomic<bool> interrupted_{false};
  std::atomic<int> failed_{INT_MAX};  // the first branch that failed
  std::mutex mutex_;                  // guards failure_
  Status failure_;
};

// All steps: those before each group, then the group; after the last group what remains.
Status run_all(const Run& run) {
  const bool& interrupted = thread_state().interrupted;
  // The caller that allowed interrupts reports them; here the run only ends early.
  const auto gives_up = [&] { return interrupted; };
  size_t next = 0;
  for (const ParallelGroup& group : run.plan.groups) {
    if constexpr (!WEFT_KEEPS_branches) break;  // no plan has one
    WEFT_TRY(run_range(run, next, group.starts.front(), gives_up));
    if (interrupted) return {};
    WEFT_TRY(GroupRun(run, group)());
    next = group.starts.back();
  }
  return run_range(run, next, run.plan.actions.size(), gives_up);
}

// What the steps are called is found once for each profile.
[[maybe_unused]] Status run_in_profile(Run run) {
  if constexpr (kHasProfile) {
    const ProfileScope scope(ProfileKind::kPlan, "plan");
    std::shared_ptr<const StepEvents>& kept = run.bound.events;
    if (!kept || kept->profile != profile_number())
      kept = std::make_shared<const StepEvents>(make_step_events(run.plan));
    run.events = kept.get();
    return run_all(run);
  }
  return {};
}

}  // namespace

Bound bind_new(const Plan& plan) {
  // The roots start with a pointer that is nobody's base, so that the first run binds them all.
  static const char kNobody = 0;
  Bound bound{plan.block, std::vector<const void*>(plan.patches.size(), &kNobody), {}};
  if constexpr (WEFT_KEEPS_control)
    for (const PlanStep& step : plan.steps)
      if (step.control) bound.controls.emplace_back(*step.control);
  return bound;
}

Status run_plan(const Plan& plan, Bound& bound, const RunRoots& roots, uint64_t seed,
                uint64_t first_ordinal) {
  if (num_threads() > plan.threads)
    return errors::invalid_state("plan", "the plan was made for at most ", plan.threads,
                                 " threads; got ", num_threads());
  WEFT_TRY(check_room(plan, roots.room));
  bind_roots(plan, bound, roots);
  const Run run{plan,   bound,         reinterpret_cast<char*>(bound.block.data()),
                seed,   first_ordinal, roots.read_once,
                nullptr};
  const Status status = kHasProfile && is_profiling() ? run_in_profile(run) : run_all(run);
  if constexpr (kHasGroups)
    if (plan.runs_on_caller && (!status.ok() || thread_state().interrupted)) settle_started(status);
  return status;
}

}  // namespace weft::executor
