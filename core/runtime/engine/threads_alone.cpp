// The thread pool of a build without threads (WEFT_THREADS=OFF): everything runs on the caller.
#include "runtime/engine/threads.h"

namespace weft {

int num_threads() { return 1; }
int threads_of_call() { return 1; }
void set_num_threads(int) {}

void parallel_for(int64_t units, int64_t, void* context,
                  void (*body)(void*, int64_t, int64_t, int)) {
  if (units > 0) body(context, 0, units, 0);
}

void parallel_branches(int count, int, std::atomic<bool>& give_up, void* context,
                       void (*body)(void*, int)) {
  for (int branch = 0; branch < count && !give_up.load(std::memory_order_relaxed); ++branch)
    body(context, branch);
}

void stop_threads() {}

}  // namespace weft
