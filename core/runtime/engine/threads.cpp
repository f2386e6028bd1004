#include "runtime/engine/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/engine/interrupt.h"
#include "runtime/engine/pause.h"
#include "runtime/engine/region.h"

namespace weft {
namespace {

constexpr int kPiecesPerThread = 4;
constexpr int kMaxThreads = Region::kMaxPieces / kPiecesPerThread;

// How long a thread looks for work where every thread has a processor: longer than the steps of a
// plan that are not shared, and than what a program does between two runs of a small model, whose
// first step it would miss while it is woken. Where threads are more, they would take the processor
// from each other.
constexpr std::chrono::microseconds kBetweenRuns{200};

constexpr int kMaxTeams = 16;

struct Pool {
  std::mutex owner;              // held by the caller whose work is being run
  std::atomic<int> stopping{0};  // who waits for it to end the threads; callers then run alone
  std::vector<std::thread> threads;
  Region region;
  Region teams[kMaxTeams];  // by branch, for the calls inside it
  std::chrono::microseconds patience = kMoment;
};

Pool& pool() {
  static Pool* const instance = new Pool;  // never destroyed: threads may outlive main
  return *instance;
}

// A mutex is not fair: callers that try again and again would keep one out that waits.
bool take_pool(Pool& p) {
  return p.stopping.load(std::memory_order_relaxed) == 0 && p.owner.try_lock();
}

// Inside of a parallel region: whom a call may share its work with.
struct Inside {
  bool region = false;
  Region* team = nullptr;
  int threads = 1;
};
thread_local Inside inside;

struct InsideScope {
  explicit InsideScope(Inside now) : before(std::exchange(inside, now)) {}
  ~InsideScope() { inside = before; }
  const Inside before;
};

std::atomic<int> wanted_threads{0};

int processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int threads_of_environment() {
  for (const char* name : {"WEFT_NUM_THREADS", "OMP_NUM_THREADS"}) {
    const char* text = std::getenv(name);
    const int count = text ? std::atoi(text) : 0;
    if (count > 0) return std::min(count, kMaxThreads);
  }
  return processors();
}

void run_region(Region& region, const Region::Work& work, std::atomic<bool>* give_up) {
  const InsideScope alone({.region = true});
  region.run(work, give_up);
}

void serve(Region& region, int thread) {
  const InsideScope alone({.region = true});
  region.serve(thread, pool().patience);
}

void join_all(Pool& p) {
  p.region.end();
  for (std::thread& thread : p.threads) thread.join();
  p.threads.clear();
}

void start(Pool& p, int threads) {
  if (static_cast<int>(p.threads.size()) + 1 == threads) return;
  join_all(p);
  p.patience = threads <= processors() ? kBetweenRuns : kMoment;
  p.region.begin(threads);
  for (int thread = 1; thread < threads; ++thread)
    p.threads.emplace_back([&p, thread] { serve(p.region, thread); });
}

// Branches that run side by side: what every thread of the pool does with them.
struct BranchWork {
  Region* teams;
  int count;
  int share;
  void* context;
  void (*body)(void*, int);
  std::atomic<bool>* give_up;
  std::atomic<int> next_branch{0};
  std::atomic<int> finished{0};
  std::atomic<int> next_helper{0};

  void lead() {
    for (;;) {
      const int branch = next_branch.fetch_add(1, std::memory_order_relaxed);
      if (branch >= count) return;
      Region* const team = share > 1 ? &teams[branch] : nullptr;
      {
        const InsideScope leader({true, team, share});
        body(context, branch);
      }
      if (team) team->end();
      finished.fetch_add(1, std::memory_order_release);
    }
  }

  // The caller, who looks for interrupts, helps nobody. It stays until all branches are done: what
  // it took now would be missing to a thread that comes late, and that would help.
  void watch() {
    wait_until([this] { return finished.load(std::memory_order_acquire) == count; }, give_up);
  }

  // Threads without a branch join the teams in turn, until each has its share.
  void help() {
    const int helper = next_helper.fetch_add(1, std::memory_order_relaxed);
    if (helper < count * (share - 1)) serve(teams[helper % count], 1 + helper / count);
  }
};

void run_branches_alone(int count, void* context, void (*body)(void*, int)) {
  const InsideScope alone({.region = true});
  for (int branch = 0; branch < count; ++branch) body(context, branch);
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

int threads_of_call() { return inside.region ? inside.threads : num_threads(); }

void set_num_threads(int count) { wanted_threads.store(std::clamp(count, 1, kMaxThreads)); }

void parallel_for(int64_t units, int64_t grain, void* context,
                  void (*body)(void*, int64_t, int64_t, int)) {
  if (units <= 0) return;
  const int64_t maximum = (units + std::max<int64_t>(grain, 1) - 1) / std::max<int64_t>(grain, 1);
  const int threads = threads_of_call();
  Pool& p = pool();
  if (maximum <= 1 || threads <= 1 || (!inside.region && !take_pool(p))) {
    body(context, 0, units, 0);
    return;
  }
  const Region::Work work{
      context, body, units,
      static_cast<int>(std::min<int64_t>(maximum, int64_t{kPiecesPerThread} * threads))};
  if (inside.region) {
    run_region(*inside.team, work, nullptr);
    return;
  }
  const std::lock_guard lock(p.owner, std::adopt_lock);
  start(p, threads);
  run_region(p.region, work, nullptr);
}

void parallel_branches(int count, int share, std::atomic<bool>& give_up, void* context,
                       void (*body)(void*, int)) {
  const int threads = num_threads();
  Pool& p = pool();
  if (count <= 1 || threads <= 1 || inside.region || !take_pool(p)) {
    run_branches_alone(count, context, body);
    return;
  }
  const std::lock_guard lock(p.owner, std::adopt_lock);
  start(p, threads);
  if (count > kMaxTeams || int64_t{count} * share > threads) share = 1;
  BranchWork branches{p.teams, count, share, context, body, &give_up};
  if (share > 1)
    for (int branch = 0; branch < count; ++branch) p.teams[branch].begin(share);
  // One piece a thread: to lead branches, and then to help those that are led by others.
  const auto take_part = [](void* work, int64_t, int64_t, int thread) {
    auto& shared = *static_cast<BranchWork*>(work);
    shared.lead();
    if (shared.share <= 1) return;
    if (thread == 0)
      shared.watch();
    else
      shared.help();
  };
  run_region(p.region, {&branches, take_part, threads, threads}, &give_up);
}

void stop_threads() {
  Pool& p = pool();
  p.stopping.fetch_add(1);
  {
    const std::lock_guard lock(p.owner);
    join_all(p);
  }
  p.stopping.fetch_sub(1);
}

}  // namespace weft
