#include "runtime/thread_state.h"

#include <new>

namespace weft {

constinit thread_local ThreadState* current_thread_state = nullptr;

namespace {

// Frees the lists when the thread ends. Blocks freed later still (by destructors of other
// thread-locals) start a new state; it lives until the process ends.
struct Reaper {
  ThreadState* state = nullptr;
  ~Reaper() {
    if (!state) return;
    free_small_lists(*state);
    current_thread_state = nullptr;
    delete state;
  }
};
thread_local Reaper reaper;

}  // namespace

ThreadState& create_thread_state() {
  current_thread_state = new ThreadState;
  if (!reaper.state) reaper.state = current_thread_state;
  return *current_thread_state;
}

}  // namespace weft
