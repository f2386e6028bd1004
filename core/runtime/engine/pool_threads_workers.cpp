// Workers of JavaScript as threads of the pool. Each has an instance of the module over the same
// memory, with a stack and thread-local variables of its own, and never returns from
// weft_worker_serve (bindings/wasm/lib/thread.js). A worker that comes late or never delays nobody:
// others run its pieces.

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "runtime/engine/pause.h"
#include "runtime/engine/pool_threads_impl.h"
#include "runtime/os/worker_locks.h"

namespace weft {
namespace {

// What the pool tells the workers. Sequentially consistent: a worker counts itself as present
// before it looks whether it is wanted, and the pool looks for the present after it wants none.
struct Notice {
  std::atomic<uint32_t> changes{0};  // workers sleep on it
  std::atomic<int> wanted{0};
  std::atomic<void (*)(int thread)> serve{nullptr};
  std::atomic<int> present{0};
};
constinit Notice notice;

void post(int wanted) {
  notice.wanted.store(wanted);
  notice.changes.fetch_add(1);
  wake_sleepers(notice.changes);
}

}  // namespace

int PoolThreads::count() const { return count_; }

void PoolThreads::start(int count, void (*serve)(int thread)) {
  count_ = count;
  notice.serve.store(serve);
  post(count);
}

void PoolThreads::join() {
  post(0);
  while (notice.present.load() > 0) os::yield_to_workers();
  count_ = 0;
}

}  // namespace weft

extern "C" {

void __wasm_init_tls(void* block);  // the linker's

// The instance that starts the others gets its block before any other code runs; without one its
// thread-local variables would lie at address 0, and without their first values.
[[gnu::constructor(101)]] void weft_first_variables() {
  constexpr size_t kBytes = 4096;
  alignas(64) static char block[kBytes];
  if (__builtin_wasm_tls_size() > kBytes) __builtin_trap();
  __wasm_init_tls(block);
}

// The life of worker `thread`, counted from 1.
[[clang::export_name("weft_worker_serve")]] [[noreturn]] void weft_worker_serve(int32_t thread) {
  using weft::notice;
  for (;;) {
    const uint32_t seen = notice.changes.load();
    notice.present.fetch_add(1);
    if (thread <= notice.wanted.load()) notice.serve.load()(thread);
    notice.present.fetch_sub(1);
    weft::sleep_while(notice.changes, seen);
  }
}

// A worker's code has stopped: who waits for what it has begun stops as well.
[[clang::export_name("weft_worker_failed")]] void weft_worker_failed() {
  weft::os::report_dead_worker();
}

}  // extern "C"
