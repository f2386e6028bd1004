// The few functions of threads that the C++ library asks of the C library, for a WebAssembly memory
// with several workers: the C library for one thread has empty ones. The linker puts these in their
// place (--wrap, WeftWasm.cmake).

#include "runtime/os/worker_locks.h"

#include <errno.h>
#include <pthread.h>

#include <atomic>

namespace weft::os {
namespace {

std::atomic<bool> is_worker_dead{false};

// The first word of a mutex: 0, or 1 while it is held.
using Word = std::atomic<int>;
static_assert(sizeof(Word) == sizeof(int) && alignof(pthread_mutex_t) >= alignof(Word));
Word& word_of(pthread_mutex_t* mutex) { return *reinterpret_cast<Word*>(mutex); }

bool try_lock(pthread_mutex_t* mutex) {
  return word_of(mutex).exchange(1, std::memory_order_acquire) == 0;
}

void lock(pthread_mutex_t* mutex) {
  while (!try_lock(mutex))
    while (word_of(mutex).load(std::memory_order_relaxed) != 0) yield_to_workers();
}

void unlock(pthread_mutex_t* mutex) { word_of(mutex).store(0, std::memory_order_release); }

}  // namespace

void yield_to_workers() {
  if (is_worker_dead.load(std::memory_order_relaxed)) __builtin_trap();
}

void report_dead_worker() { is_worker_dead.store(true); }

}  // namespace weft::os

extern "C" {

int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
  weft::os::lock(mutex);
  return 0;
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t* mutex) {
  return weft::os::try_lock(mutex) ? 0 : EBUSY;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t* mutex) {
  weft::os::unlock(mutex);
  return 0;
}

// Wakes at once, as the standard allows: whoever waits looks again.
int __wrap_pthread_cond_wait(pthread_cond_t*, pthread_mutex_t* mutex) {
  weft::os::unlock(mutex);
  weft::os::yield_to_workers();
  weft::os::lock(mutex);
  return 0;
}

int __wrap_sched_yield() {
  weft::os::yield_to_workers();
  return 0;
}

}  // extern "C"
