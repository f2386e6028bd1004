// Threads of the system: they start when the pool starts, and end with it.

#include "runtime/engine/pool_threads_impl.h"

namespace weft {

int PoolThreads::count() const { return static_cast<int>(threads_.size()); }

void PoolThreads::start(int count, void (*serve)(int thread)) {
  for (int thread = 1; thread <= count; ++thread) threads_.emplace_back(serve, thread);
}

void PoolThreads::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace weft
