// The thread pool: one region that all its threads serve, and teams of threads for branches. One
// caller at a time has the pool; others, and calls from inside a piece, run alone.

#include "runtime/engine/threads.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "base/environment.h"
#include "runtime/engine/interrupt.h"
#include "runtime/engine/pause.h"
#include "runtime/engine/pool_threads_impl.h"
#include "runtime/engine/region.h"
#include "runtime/os/process.h"
#include "runtime/profile.h"

namespace weft {
namespace {

// More pieces than threads balance the load when some threads are slower.
constexpr int kPiecesPerThread = 4;
constexpr int kMaxThreads = Region::kMaxPieces / kPiecesPerThread;

// How long a thread spins for work if every thread has a processor: longer than the unshared steps
// of a plan, and than what a program does between two runs of a small model, so that no thread has
// to be woken for the first step. If there are more threads than processors, spinning threads would
// take the processor from each other.
constexpr std::chrono::microseconds kBetweenRuns{200};

constexpr int kMaxTeams = 16;

// Of the environment: so many threads for each processor, but no bound below the second number.
constexpr int kThreadsPerProcessor = 16;
constexpr int kLeastBound = 64;

// Never destroyed, since threads may outlive main.
struct Pool {
  std::mutex owner;  // held by the caller whose work runs
  // Callers that want to end the threads; other callers run alone then.
  std::atomic<int> stopping{0};
  PoolThreads threads;  // beside the caller
  Region region;
  Region teams[kMaxTeams];  // one for each branch, for the calls inside it
  std::chrono::microseconds patience = kMoment;
};

Pool& pool() {
  static Pool* const instance = new Pool;  // never destroyed: threads may outlive main
  return *instance;
}

// False if the pool is in use, or somebody wants to stop its threads: a mutex is not fair, so
// callers that try again and again could keep that one out for ever.
bool take_pool(Pool& p) {
  return p.stopping.load(std::memory_order_relaxed) == 0 && p.owner.try_lock();
}

// What a thread knows inside a parallel region: the team it may share a call with, if any.
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

// A mistake in the environment must not start thousands of threads that wait for each other.
int threads_of_environment() {
  const int most = std::clamp(os::processors() * kThreadsPerProcessor, kLeastBound, kMaxThreads);
  for (const char* name : {"WEFT_NUM_THREADS", "OMP_NUM_THREADS"})
    if (const int count = number_of_environment(name, most)) return count;
  return os::processors();
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
  p.threads.join();
}

// Starts the threads, or starts them again if their number changes.
void start(Pool& p, int threads) {
  if (p.threads.count() + 1 == threads) return;
  join_all(p);
  p.patience = threads <= os::processors() ? kBetweenRuns : kMoment;
  p.region.begin(threads);
  p.threads.start(threads - 1, [](int thread) {
    if constexpr (kHasProfile) profile_name_thread("pool");
    serve(pool().region, thread);
  });
}

// What every thread of the pool does with independent branches: it leads branches as long as there
// are some, and then helps in the teams of other leaders.
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

  // Takes the next branch and runs it, until none is left. Calls inside it use the branch's team.
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

  // The caller helps nobody, because it looks for interrupts. It stays until all branches are done:
  // if it joined a team, a helper that comes late would find no place.
  void watch() {
    wait_until([this] { return finished.load(std::memory_order_acquire) == count; }, give_up);
  }

  // Threads without a branch join the teams in turn, until each team has `share` threads.
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

// Runs on the caller alone if there is one piece, one thread, or the pool is taken.
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
  // One piece for each thread: it leads branches, and then helps.
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
