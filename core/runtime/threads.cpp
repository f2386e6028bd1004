#include "runtime/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/interrupt.h"

namespace weft {
namespace {

constexpr int kPiecesPerThread = 4;
constexpr int kSpins = 4000;  // about 20 µs: longer than the gap between two kernels of a plan

void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Work is claimed piece by piece, so that a thread which the system does not run at the moment
// holds nobody up: the caller does what is left and waits only for pieces that have begun.
struct Pool {
  std::mutex owner;  // held by the caller whose work is being run
  std::vector<std::thread> threads;
  std::atomic<uint32_t> wake{0};  // changes when there is work or the threads shall end
  std::atomic<bool> stop{false};
  // The region: written by the caller while `open` is false and `inside` is 0, read by threads
  // that have entered (incremented `inside`, then seen `open`).
  std::atomic<bool> open{false};
  std::atomic<int> inside{0};
  std::atomic<int> next_piece{0};
  void* context = nullptr;
  void (*body)(void*, int64_t, int64_t, int) = nullptr;
  int64_t units = 0;
  int pieces = 0;
};

Pool& pool() {
  static Pool* const instance = new Pool;  // never destroyed: threads may outlive main
  return *instance;
}

thread_local bool inside_parallel_region = false;
std::atomic<int> wanted_threads{0};

int threads_of_environment() {
  for (const char* name : {"WEFT_NUM_THREADS", "OMP_NUM_THREADS"}) {
    const char* text = std::getenv(name);
    const int count = text ? std::atoi(text) : 0;
    if (count > 0) return std::min(count, 1024);
  }
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void run_pieces(Pool& p, int thread) {
  for (;;) {
    const int piece = p.next_piece.fetch_add(1, std::memory_order_relaxed);
    if (piece >= p.pieces || (thread == 0 && poll_interrupt())) return;
    const int64_t begin = p.units * piece / p.pieces;
    const int64_t end = p.units * (piece + 1) / p.pieces;
    if (begin < end) p.body(p.context, begin, end, thread);
  }
}

void work(Pool& p, int thread, uint32_t seen) {
  inside_parallel_region = true;
  for (;;) {
    for (int spin = 0; spin < kSpins && p.wake.load(std::memory_order_acquire) == seen; ++spin)
      pause_processor();
    p.wake.wait(seen, std::memory_order_acquire);
    seen = p.wake.load(std::memory_order_acquire);
    if (p.stop.load(std::memory_order_acquire)) return;
    // Entering and closing are ordered against each other (sequentially consistent): either the
    // caller waits for this thread, or this thread sees that the region is closed.
    p.inside.fetch_add(1);
    if (p.open.load()) run_pieces(p, thread);
    p.inside.fetch_sub(1);
  }
}

void join_all(Pool& p) {
  p.stop.store(true, std::memory_order_release);
  p.wake.fetch_add(1, std::memory_order_release);
  p.wake.notify_all();
  for (std::thread& thread : p.threads) thread.join();
  p.threads.clear();
  p.stop.store(false, std::memory_order_release);
}

void start(Pool& p, int threads) {
  if (static_cast<int>(p.threads.size()) + 1 == threads) return;
  join_all(p);
  const uint32_t seen = p.wake.load(std::memory_order_acquire);
  for (int thread = 1; thread < threads; ++thread)
    p.threads.emplace_back([&p, thread, seen] { work(p, thread, seen); });
}

}  // namespace

int num_threads() {
  int count = wanted_threads.load(std::memory_order_relaxed);
  if (count == 0) {
    count = threads_of_environment();
    wanted_threads.store(count, std::memory_order_relaxed);
  }
  return count;
}

void set_num_threads(int count) { wanted_threads.store(std::max(1, count)); }

void parallel_for(int64_t units, int64_t grain, void* context,
                  void (*body)(void*, int64_t, int64_t, int)) {
  if (units <= 0) return;
  const int64_t most = (units + std::max<int64_t>(grain, 1) - 1) / std::max<int64_t>(grain, 1);
  const int threads = num_threads();
  Pool& p = pool();
  if (most <= 1 || threads <= 1 || inside_parallel_region || !p.owner.try_lock()) {
    body(context, 0, units, 0);
    return;
  }
  const std::lock_guard lock(p.owner, std::adopt_lock);
  start(p, threads);
  p.context = context;
  p.body = body;
  p.units = units;
  p.pieces = static_cast<int>(std::min<int64_t>(most, int64_t{kPiecesPerThread} * threads));
  p.next_piece.store(0, std::memory_order_relaxed);
  p.open.store(true);
  p.wake.fetch_add(1, std::memory_order_release);
  p.wake.notify_all();
  inside_parallel_region = true;
  run_pieces(p, 0);
  inside_parallel_region = false;
  p.open.store(false);
  for (int spin = 0; p.inside.load() != 0; ++spin) {
    if (spin < kSpins)
      pause_processor();
    else
      std::this_thread::yield();
  }
}

void stop_threads() {
  Pool& p = pool();
  const std::lock_guard lock(p.owner);
  join_all(p);
}

}  // namespace weft
