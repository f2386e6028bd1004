// Asks the binding whether the person interrupted, at most every 50 ms for each thread.

#include "runtime/engine/interrupt.h"

#include <atomic>
#include <chrono>

#include "base/errors.h"

namespace weft {
namespace {

constexpr int64_t kBetweenPolls = 50'000'000;  // ns: a person feels no delay

std::atomic<bool (*)()> hook{nullptr};

int64_t now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

void set_interrupt_hook(bool (*interrupted)()) { hook.store(interrupted); }

// Cheap on purpose, since kernels call it between pieces: most calls read two bools or the clock.
bool poll_interrupt() {
  ThreadState& state = thread_state();
  if (!state.interruptible || state.interrupted) return state.interrupted;
  bool (*const ask)() = hook.load(std::memory_order_relaxed);
  if (!ask) return false;
  const int64_t time = now();
  if (time - state.last_poll < kBetweenPolls) return false;
  state.last_poll = time;
  state.interrupted = ask();
  return state.interrupted;
}

Status take_interrupt(std::string_view operation) {
  thread_state().interrupted = false;
  return errors::interrupted(operation,
                             "the operation was interrupted; its results are incomplete");
}

}  // namespace weft
