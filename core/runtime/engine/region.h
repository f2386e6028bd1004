// A parallel region: the pieces of one call, claimed one by one by the threads of a team.
//
// A thread that the system does not run at the moment holds nobody up: the caller does what is
// left, and waits only for pieces that have begun. Each thread begins with a share of its own, the
// same in every region, because what it reads there may still be in its cache from the region
// before; then it helps with those of others.
//
// Two threads exchange one cache line: a share holds all that it takes to run its pieces, and its
// thread waits for it to change. The word that pieces are claimed by carries the number of the
// region, so nobody has to enter or to leave one: the work of a claimed piece stands, since the
// caller waits for it; a thread that is late claims nothing, or a piece of a later region.
#pragma once

#include <stdint.h>

#include <atomic>
#include <chrono>

namespace weft {

class Region {
 public:
  static constexpr int kMaxPieces = 1 << 14;

  // `units` in `pieces`, for body(context, begin, end, thread).
  struct Work {
    void* context = nullptr;
    void (*body)(void*, int64_t, int64_t, int) = nullptr;
    int64_t units = 0;
    int pieces = 0;
  };

  // Before anybody serves it: for how many threads it is, the caller among them.
  void begin(int threads);

  // What a thread does that is not the caller: it helps with every call until the end, and spins
  // for `patience` between two of them before it sleeps.
  void serve(int thread, std::chrono::microseconds patience);

  // The caller's part, as thread 0. Where a person interrupts, pieces that have not begun are left
  // out, and `give_up` (or null) is set if others still work.
  void run(const Work& work, std::atomic<bool>* give_up);

  void end();  // who serves returns

 private:
  static constexpr int kMaxShares = 16;  // further threads begin with those of others

  struct alignas(64) Share {
    std::atomic<uint64_t> claims{0};  // of the region: its number, the next piece, their end
    std::atomic<int> left{0};         // pieces that are not done
    Work work;  // written by the caller while none are left, read by who has claimed one
  };

  int publish(const Work& work);
  void run_share(Share& share, int thread, int piece);
  void help(int thread);
  void sleep(const Share& share, uint32_t seen);
  void wake_all();

  Share shares_[kMaxShares];
  int share_count_ = 1;
  std::atomic<int> sleepers_{0};
  std::atomic<uint32_t> alarm_{0};  // changes when they shall wake
};

}  // namespace weft
