// A parallel region: one call is cut into pieces, and the threads of a team claim them one by one.
//
// A thread that the system does not run at the moment delays nobody: the caller runs what is left,
// and waits only for pieces that have begun. Each thread begins with a share of its own, the same
// one in every region, because its data may still be in the thread's cache; then it helps with the
// others.
//
// Two threads exchange one cache line: a share holds everything that is needed to run its pieces,
// and its thread polls it for a change. The word by which pieces are claimed also carries the
// number of the region, so threads need not enter or leave a region. The work of a claimed piece
// stays valid, because the caller waits for it; a late thread claims nothing, or a piece of a later
// region.
#pragma once

#include <stdint.h>

#include <atomic>
#include <chrono>

namespace weft {

class Region {
 public:
  static constexpr int kMaxPieces = 1 << 14;

  // `units` units of work, cut into `pieces`, for body(context, begin, end, thread).
  struct Work {
    void* context = nullptr;
    void (*body)(void*, int64_t, int64_t, int) = nullptr;
    int64_t units = 0;
    int pieces = 0;
  };

  // Call it before any thread serves the region: the number of threads, including the caller.
  void begin(int threads);

  // The loop of a thread other than the caller: it helps with every region until end(). Between two
  // regions it spins for `patience` before it sleeps.
  void serve(int thread, std::chrono::microseconds patience);

  // The caller's part, as thread 0. When the person interrupts, pieces that have not begun are
  // skipped, and `give_up` (if not null) is set if other threads still work.
  void run(const Work& work, std::atomic<bool>* give_up);

  void end();  // makes serve() return on all threads

 private:
  static constexpr int kMaxShares = 16;  // with more threads, several begin with the same share

  // One share, in a cache line of its own.
  struct alignas(64) Share {
    std::atomic<uint64_t> claims{0};  // the region's number, the next piece, the end of the pieces
    std::atomic<int> left{0};         // pieces that are not done
    // The caller writes it while no piece is left; a thread reads it after it has claimed one.
    Work work;
  };

  int publish(const Work& work);
  void run_share(Share& share, int thread, int piece);
  void help(int thread);
  void sleep(const Share& share, uint32_t seen);
  void wake_all();

  Share shares_[kMaxShares];
  int share_count_ = 1;
  std::atomic<int> sleepers_{0};
  std::atomic<uint32_t> alarm_{0};  // changes when sleeping threads shall wake
};

}  // namespace weft
