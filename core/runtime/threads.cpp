#include "runtime/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace weft {
namespace {

constexpr int kSpins = 4000;  // about 20 µs: longer than the gap between two kernels of a plan

void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

struct Pool {
  std::mutex owner;  // held by the caller whose work is being run
  std::vector<std::thread> threads;
  std::atomic<uint64_t> generation{0};  // odd values never occur: +2 starts work, the stop bit ends
  std::atomic<int> running{0};
  std::atomic<bool> stop{false};

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

void run_piece(Pool& p, int piece) {
  const int64_t begin = p.units * piece / p.pieces;
  const int64_t end = p.units * (piece + 1) / p.pieces;
  if (begin < end) p.body(p.context, begin, end, piece);
}

void work(Pool& p, int index, uint64_t seen) {
  inside_parallel_region = true;
  for (;;) {
    for (int spin = 0; spin < kSpins && p.generation.load(std::memory_order_acquire) == seen; ++spin)
      pause_processor();
    p.generation.wait(seen, std::memory_order_acquire);
    seen = p.generation.load(std::memory_order_acquire);
    if (p.stop.load(std::memory_order_acquire)) return;
    if (index < p.pieces) run_piece(p, index);
    p.running.fetch_sub(1, std::memory_order_release);
  }
}

void join_all(Pool& p) {
  p.stop.store(true, std::memory_order_release);
  p.generation.fetch_add(1, std::memory_order_release);
  p.generation.notify_all();
  for (std::thread& thread : p.threads) thread.join();
  p.threads.clear();
  p.stop.store(false, std::memory_order_release);
}

void start(Pool& p, int threads) {
  if (static_cast<int>(p.threads.size()) + 1 == threads) return;
  join_all(p);
  const uint64_t seen = p.generation.load(std::memory_order_acquire);
  for (int index = 1; index < threads; ++index)
    p.threads.emplace_back([&p, index, seen] { work(p, index, seen); });
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
  const int pieces = static_cast<int>(std::min<int64_t>(most, num_threads()));
  Pool& p = pool();
  if (pieces <= 1 || inside_parallel_region || !p.owner.try_lock()) {
    body(context, 0, units, 0);
    return;
  }
  const std::lock_guard lock(p.owner, std::adopt_lock);
  start(p, num_threads());
  p.context = context;
  p.body = body;
  p.units = units;
  p.pieces = pieces;
  p.running.store(static_cast<int>(p.threads.size()), std::memory_order_relaxed);
  p.generation.fetch_add(1, std::memory_order_release);
  p.generation.notify_all();
  inside_parallel_region = true;
  run_piece(p, 0);
  inside_parallel_region = false;
  while (p.running.load(std::memory_order_acquire) != 0) pause_processor();
}

void stop_threads() {
  Pool& p = pool();
  const std::lock_guard lock(p.owner);
  join_all(p);
}

}  // namespace weft
