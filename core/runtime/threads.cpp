#include "runtime/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/interrupt.h"
#include "runtime/pause.h"

namespace weft {
namespace {

constexpr int kPiecesPerThread = 4;
constexpr int kMostShares = 16;

// How long a thread looks for work where every thread has a processor: longer than the steps of a
// plan that are not shared, and than what a program does between two runs of a small model, whose
// first step it would miss while it is woken. Where threads are more, they would take the processor
// from each other.
constexpr std::chrono::microseconds kBetweenRuns{200};

// Pieces that are neighbours, claimed one by one.
struct alignas(64) Share {
  std::atomic<int> next{0};
  int end = 0;
};

// Work is claimed piece by piece, so that a thread which the system does not run at the moment
// holds nobody up: the caller does what is left and waits only for pieces that have begun. Each
// thread begins with a share of its own, the same in every region, because what it reads there may
// still be in its cache from the region before; then it helps with those of others.
struct Region {
  std::atomic<uint32_t> wake{0};  // changes when there is work or the threads shall end
  std::atomic<bool> over{false};  // they shall
  // The work: written by the caller while `open` is false and `inside` is 0, read by threads that
  // have entered (incremented `inside`, then seen `open`).
  std::atomic<bool> open{false};
  std::atomic<int> inside{0};
  Share shares[kMostShares];
  int share_count = 1;
  void* context = nullptr;
  void (*body)(void*, int64_t, int64_t, int) = nullptr;
  int64_t units = 0;
  int pieces = 0;
};

constexpr int kMostTeams = 16;

struct Pool {
  std::mutex owner;  // held by the caller whose work is being run
  std::vector<std::thread> threads;
  Region region;
  Region teams[kMostTeams];  // by branch, for the calls inside it
  std::chrono::microseconds patience = kMoment;
};

Pool& pool() {
  static Pool* const instance = new Pool;  // never destroyed: threads may outlive main
  return *instance;
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
    if (count > 0) return std::min(count, 1024);
  }
  return processors();
}

// False where a person interrupted.
bool run_share(Region& r, Share& share, int thread) {
  while (share.next.load(std::memory_order_relaxed) < share.end) {
    const int piece = share.next.fetch_add(1, std::memory_order_relaxed);
    if (piece >= share.end) return true;
    if (thread == 0 && poll_interrupt()) return false;
    const int64_t begin = r.units * piece / r.pieces;
    const int64_t end = r.units * (piece + 1) / r.pieces;
    if (begin < end) r.body(r.context, begin, end, thread);
  }
  return true;
}

void run_pieces(Region& r, int thread) {
  for (int i = 0; i < r.share_count; ++i)
    if (!run_share(r, r.shares[(thread + i) % r.share_count], thread)) return;
}

void divide(Region& r, int threads) {
  r.share_count = std::min({threads, r.pieces, kMostShares});
  for (int i = 0; i < r.share_count; ++i) {
    r.shares[i].next.store(r.pieces * i / r.share_count, std::memory_order_relaxed);
    r.shares[i].end = r.pieces * (i + 1) / r.share_count;
  }
}

// What a thread does that is not the caller: work on the region until it is over.
void serve(Region& r, int thread) {
  const auto patience = pool().patience;
  const InsideScope alone({.region = true});
  for (;;) {
    const uint32_t seen = r.wake.load(std::memory_order_acquire);
    if (r.over.load(std::memory_order_acquire)) return;
    // Entering and closing are ordered against each other (sequentially consistent): either the
    // caller waits for this thread, or this thread sees that the region is closed.
    r.inside.fetch_add(1);
    if (r.open.load()) run_pieces(r, thread);
    r.inside.fetch_sub(1);
    for (Watch watch(patience);
         r.wake.load(std::memory_order_acquire) == seen && watch.goes_on();) {
    }
    r.wake.wait(seen, std::memory_order_acquire);
  }
}

void wake_all(Region& r) {
  r.wake.fetch_add(1, std::memory_order_release);
  r.wake.notify_all();
}

void end(Region& r) {
  r.over.store(true, std::memory_order_release);
  wake_all(r);
}

struct Work {
  void* context;
  void (*body)(void*, int64_t, int64_t, int);
  int64_t units;
  int pieces;
  int threads;
};

// Spins at first; `give_up` (or null) is set when a person interrupts meanwhile.
template <class Condition>
void wait_until(const Condition& holds, std::atomic<bool>* give_up) {
  Watch watch(kMoment);
  while (!holds()) {
    if (watch.goes_on()) continue;
    if (give_up && poll_interrupt()) give_up->store(true, std::memory_order_relaxed);
    std::this_thread::yield();
  }
}

// The caller's part; `give_up` (or null) is set when a person interrupts while others still work.
void run_region(Region& r, const Work& work, std::atomic<bool>* give_up) {
  r.context = work.context;
  r.body = work.body;
  r.units = work.units;
  r.pieces = work.pieces;
  divide(r, work.threads);
  r.open.store(true);
  wake_all(r);
  {
    const InsideScope alone({.region = true});
    run_pieces(r, 0);
  }
  r.open.store(false);
  wait_until([&r] { return r.inside.load() == 0; }, give_up);
}

void join_all(Pool& p) {
  end(p.region);
  for (std::thread& thread : p.threads) thread.join();
  p.threads.clear();
  p.region.over.store(false, std::memory_order_release);
}

void start(Pool& p, int threads) {
  if (static_cast<int>(p.threads.size()) + 1 == threads) return;
  join_all(p);
  p.patience = threads <= processors() ? kBetweenRuns : kMoment;
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
      if (team) end(*team);
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

void set_num_threads(int count) { wanted_threads.store(std::max(1, count)); }

void parallel_for(int64_t units, int64_t grain, void* context,
                  void (*body)(void*, int64_t, int64_t, int)) {
  if (units <= 0) return;
  const int64_t most = (units + std::max<int64_t>(grain, 1) - 1) / std::max<int64_t>(grain, 1);
  const int threads = inside.region ? inside.threads : num_threads();
  Pool& p = pool();
  if (most <= 1 || threads <= 1 || (!inside.region && !p.owner.try_lock())) {
    body(context, 0, units, 0);
    return;
  }
  const Work work{context, body, units,
                  static_cast<int>(std::min<int64_t>(most, int64_t{kPiecesPerThread} * threads)),
                  threads};
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
  if (count <= 1 || threads <= 1 || inside.region || !p.owner.try_lock()) {
    run_branches_alone(count, context, body);
    return;
  }
  const std::lock_guard lock(p.owner, std::adopt_lock);
  start(p, threads);
  if (count > kMostTeams || int64_t{count} * share > threads) share = 1;
  BranchWork branches{p.teams, count, share, context, body, &give_up};
  if (share > 1)
    for (int branch = 0; branch < count; ++branch) p.teams[branch].over.store(false);
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
  run_region(p.region, {&branches, take_part, threads, threads, threads}, &give_up);
}

void stop_threads() {
  Pool& p = pool();
  const std::lock_guard lock(p.owner);
  join_all(p);
}

}  // namespace weft
