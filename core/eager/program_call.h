// One call of a planned program on arrays: the driver of the executor for functions, composites and
// gradients. A call compiles for the arguments' types, binds the arrays, checks out a frame, runs
// at once or is queued, stores the states, and makes its entry on the tape.
//
// A loaded model has a driver of its own (model/run/context.h). It binds addresses once and knows
// neither arrays nor tape nor engine, none of which the runtime-only library has. What both share
// lies below, in executor/program/.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "eager/run.h"
#include "executor/program/program.h"
#include "runtime/device.h"
#include "runtime/memory/pool.h"
#include "runtime/random_state.h"
#include "runtime/tensor.h"

namespace weft::eager {

// Calls the program and records the call. `arguments` are dense arrays, one for each input of the
// program. `results` receives its first outputs; the others are new contents of states and are
// stored in the boxes of these. `key` repeats the random numbers of an earlier call; null takes new
// ones. `name` is what errors call the entry on the tape, and has to outlive it.
inline constexpr std::string_view kHybridized = "hybridized function";
Status call_program(executor::Program& program, std::span<const Ref<Tensor>> arguments,
                    std::span<Ref<Tensor>> results, const RandomKey* key = nullptr,
                    std::string_view name = kHybridized);

// The same for a program with sizes: stage after stage, each a call that is on the tape by itself.
Status call_stages(executor::Program& program, std::span<const Ref<Tensor>> arguments,
                   std::span<Ref<Tensor>> results, const RandomKey& key);

// ---- for the tape -----------------------------------------------------------------------------

// What a run leaves for a backward pass.
struct ProgramRun {
  Ref<executor::Compiled> compiled;
  executor::FramePtr frame;
  RandomKey key{0, 0};
  PoolVector<Ref<Tensor>> outputs;  // of the plan: results, then new contents of states
};

// Runs the program once, in the plan that can give the wanted gradients (empty: none), and stores
// new contents of states; nothing is recorded. Arguments and `key` as above.
Result<ProgramRun> run_program(executor::Program& program, std::span<const Ref<Tensor>> arguments,
                               const executor::Wanted& wanted, const RandomKey* key);

// A call that waits in the engine. `Call` holds all that it needs: plan, frame and addresses.
template <class Call>
struct CallTask final : Task {
  explicit CallTask(Call&& made) : call(std::move(made)) { origin = current_origin(); }
  Status run() override { return call(); }
  const Call call;
};

// Runs a plan now, or queues it under the policy `async`. Others touch pinned arrays when they
// like, so a call that reads one is done when it returns. A plan that calls the host runs on this
// thread.
template <class Call>
Status run_or_push(std::span<Storage* const> reads, std::span<Storage* const> writes, bool pinned,
                   Call call) {
  const bool is_long = eager::is_long(call.compiled->cost());
  Device* const device = call.compiled->device();
  if (call.compiled->runs_on_caller()) {
    return run_reentrant(reads, writes, is_long, [&]() -> Status {
      WEFT_TRY(call());
      return device ? device->synchronize() : Status();
    });
  }
  if (device)
    return engine_submit(reads, writes, *device, std::make_unique<CallTask<Call>>(std::move(call)));
  if (engine_defers() && !pinned)
    return engine_push(reads, writes, std::make_unique<CallTask<Call>>(std::move(call)));
  return run_ordered(reads, writes, is_long, call);
}

}  // namespace weft::eager
