#include "runtime/thread_state.h"

#include <mutex>
#include <new>

#include "runtime/engine.h"

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
  static std::once_flag first;
  std::call_once(first, read_engine_environment);
  current_thread_state = new ThreadState;
  if (!reaper.state) reaper.state = current_thread_state;
  return *current_thread_state;
}

}  // namespace weft
