// A person may end what takes long (Ctrl-C). Work that runs interruptibly asks the binding now and
// then, on the thread that called the library; once the answer is yes it gives up.
#pragma once

#include <atomic>
#include <string_view>
#include <thread>

#include "base/status.h"
#include "runtime/engine/pause.h"
#include "runtime/thread_state.h"

namespace weft {

void set_interrupt_hook(bool (*interrupted)());

// Shall the work of this thread give up? Asks the hook if that was not done for a while. Always
// false outside run_interruptibly, so never true on an engine's thread.
bool poll_interrupt();

// Spins at first; sets `give_up`, if there is one, when the person interrupts meanwhile.
template <class Condition>
void wait_until(const Condition& holds, std::atomic<bool>* give_up) {
  Watch watch(kMoment);
  while (!holds()) {
    if (watch.goes_on()) continue;
    if (give_up && poll_interrupt()) give_up->store(true, std::memory_order_relaxed);
    std::this_thread::yield();
  }
}

// The error of a thread that was told to give up; later work is not told again.
Status take_interrupt(std::string_view operation);

// Work that leaves its results unfinished when poll_interrupt says so.
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
