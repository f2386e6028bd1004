#include <cstring>

#include "base/errors.h"
#include "executor/bound_impl.h"
#include "executor/lowering.h"
#include "executor/plan.h"
#include "ops/copy_slot.h"
#include "runtime/interrupt.h"
#include "runtime/threads.h"

namespace weft::executor {
namespace {

// A poll reads the clock, which costs as much as a small node.
constexpr size_t kActionsBetweenPolls = 64;

// Points what was bound to the old base of a root to the new one.
void rebind(const Plan& plan, Bound& bound, size_t root, const void* base) {
  if (bound.roots[root] == base) return;
  bound.roots[root] = base;
  char* block = reinterpret_cast<char*>(bound.block.data());
  for (const Patch& patch : plan.patches[root]) {
    const char* data = static_cast<const char*>(base) + patch.offset;
    std::memcpy(block + patch.slot, &data, sizeof data);
  }
}

void bind_roots(const Plan& plan, Bound& bound, const RunRoots& roots) {
  for (size_t i = 0; i < plan.inputs && i < roots.inputs.size(); ++i)
    rebind(plan, bound, input_root(plan, i), roots.inputs[i]);
  for (size_t i = 0; i < plan.outputs && i < roots.outputs.size(); ++i)
    rebind(plan, bound, output_root(plan, i), roots.outputs[i]);
  rebind(plan, bound, arena_root(plan), roots.arena);
  rebind(plan, bound, residual_root(plan), roots.residual);
}

void run_program(const Step& step, const char* at) {
  const TileCode& code = *step.code;
  const kernels::TileProgram program = code.program();
  auto* const* data = reinterpret_cast<void* const*>(at);
  const auto externals = static_cast<size_t>(code.externals());
  auto* const scratch = static_cast<char*>(data[externals]);
  if (code.units <= code.grain) {
    kernels::run_tiles(program, code.loop, {data, externals}, {0, code.units}, scratch);
    return;
  }
  parallel_for(code.units, code.grain, [&](int64_t begin, int64_t end, int thread) {
    kernels::run_tiles(program, code.loop, {data, externals}, {begin, end},
                       scratch + thread * code.scratch_a_thread);
  });
}

Status run_kernel(const Step& step, char* at, uint64_t seed, uint64_t first_ordinal) {
  void* const scratch = *reinterpret_cast<void**>(at);
  const auto* views = reinterpret_cast<const TensorView*>(at + sizeof(void*));
  const ops::KernelCall call{
      *step.op,
      {views, step.in.size()},
      {views + step.in.size(), step.out.size()},
      step.attributes.view(),
      scratch,
      seed,
      first_ordinal + static_cast<uint64_t>(step.ordinal < 0 ? 0 : step.ordinal)};
  return step.op->slot.run(call);
}

void run_copy(char* at) {
  const auto* views = reinterpret_cast<const TensorView*>(at + sizeof(void*));
  ops::copy_elements(views[1], views[0]);
}

}  // namespace

Bound bind_new(const Plan& plan) {
  // The roots start as a pointer that is nobody's base, so that the first run binds them all.
  static const char kNobody = 0;
  return {plan.block, std::vector<const void*>(plan.patches.size(), &kNobody)};
}

Status run_plan(const Plan& plan, Bound& bound, const RunRoots& roots, uint64_t seed,
                uint64_t first_ordinal) {
  if (num_threads() > plan.threads)
    return errors::invalid_state("plan", "made for ", plan.threads, " threads; got ",
                                 num_threads());
  bind_roots(plan, bound, roots);
  char* const block = reinterpret_cast<char*>(bound.block.data());
  const bool& interrupted = thread_state().interrupted;
  size_t count = 0;
  for (const Action& action : plan.actions) {
    if (++count % kActionsBetweenPolls == 0) poll_interrupt();
    if (interrupted) return {};  // who runs interruptibly tells it
    char* const at = block + action.bound;
    switch (action.kind) {
      case StepKind::kTile: {
        const auto* tile = reinterpret_cast<const BoundTile*>(at);
        tile->kernel(tile->tile);
        break;
      }
      case StepKind::kTileProgram: run_program(plan.steps[action.step], at); break;
      case StepKind::kKernel:
        WEFT_TRY(run_kernel(plan.steps[action.step], at, seed, first_ordinal));
        break;
      case StepKind::kCopy: run_copy(at); break;
    }
  }
  return {};
}

}  // namespace weft::executor
