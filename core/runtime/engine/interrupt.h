// A person may end long work (Ctrl-C). Work that runs interruptibly asks the binding now and then,
// on the thread that called the library, and gives up once the answer is yes.
#pragma once

#include <atomic>
#include <string_view>
#include <thread>

#include "base/status.h"
#include "runtime/engine/pause.h"
#include "runtime/thread_state.h"

namespace weft {

void set_interrupt_hook(bool (*interrupted)());

// Shall the work of this thread give up? The hook is asked at most every 50 ms. Always false
// outside run_interruptibly, so never true on a thread of the engine.
bool poll_interrupt();

// Waits for the condition: first by spinning, then by yielding the processor. If the person
// interrupts meanwhile, `give_up` (if not null) is set, and the wait goes on until the others have
// stopped.
template <class Condition>
void wait_until(const Condition& holds, std::atomic<bool>* give_up) {
  Watch watch(kMoment);
  while (!holds()) {
    if (watch.goes_on()) continue;
    if (give_up && poll_interrupt()) give_up->store(true, std::memory_order_relaxed);
    std::this_thread::yield();
  }
}

// The error of a thread that was told to give up. The thread's flag is cleared, so later work runs.
Status take_interrupt(std::string_view operation);

// Runs work that may stop early when poll_interrupt says so; its results are unfinished then.
template <class Work>
Status run_interruptibly(std::string_view operation, const Work& work) {
  ThreadState& state = thread_state();
  const bool before = state.interruptible;
  state.interruptible = true;
  Status status = work();
  state.interruptible = before;
  return state.interrupted ? take_interrupt(operation) : status;
}

}  // namespace weft
