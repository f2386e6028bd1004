// Creates a thread's state at first use, keeps the list of all states, and frees the small blocks
// of a thread that ends.

#include "runtime/thread_state.h"

#include <mutex>
#include <new>

#include "runtime/engine/engine.h"

namespace weft {

constinit thread_local ThreadState* current_thread_state = nullptr;

namespace {

// Never destroyed: threads come and go until the process has ended.
struct AllStates {
  std::mutex mutex;
  ThreadState* first = nullptr;
};
AllStates& all_states() {
  alignas(AllStates) static unsigned char place[sizeof(AllStates)];
  static AllStates* const states = ::new (place) AllStates;
  return *states;
}

void enter(ThreadState& state) {
  AllStates& all = all_states();
  const std::lock_guard lock(all.mutex);
  state.next = all.first;
  if (all.first) all.first->previous = &state;
  all.first = &state;
}

void leave(ThreadState& state) {
  AllStates& all = all_states();
  const std::lock_guard lock(all.mutex);
  (state.previous ? state.previous->next : all.first) = state.next;
  if (state.next) state.next->previous = state.previous;
}

// Frees the state when the thread ends. Blocks that are freed later still (by destructors of other
// thread-locals) create a new state, which lives until the process ends.
struct Reaper {
  ThreadState* state = nullptr;
  ~Reaper() {
    if (!state) return;
    leave(*state);
    free_small_lists(*state);
    current_thread_state = nullptr;
    delete state;
  }
};
thread_local Reaper reaper;

}  // namespace

ThreadState& create_thread_state() {
#if !WEFT_HAS_SOME_OPERATORS  // a build for one model has no work for an engine
  static std::once_flag first;
  std::call_once(first, read_engine_environment);
#endif
  current_thread_state = new ThreadState;
  enter(*current_thread_state);
  if (!reaper.state) reaper.state = current_thread_state;
  return *current_thread_state;
}

int64_t small_bytes_listed() {
  AllStates& all = all_states();
  const std::lock_guard lock(all.mutex);
  int64_t bytes = 0;
  for (const ThreadState* state = all.first; state; state = state->next)
    for (int k = 0; k < kSmallClasses; ++k)
      bytes += int64_t{state->small[k].count()} * (int64_t{64} << k);
  return bytes;
}

}  // namespace weft
