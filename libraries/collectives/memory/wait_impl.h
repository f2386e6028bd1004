// Waiting for other ranks: a short spin, then sleep. Only sources of this folder include it.
#pragma once

#include <sched.h>

#include "member.h"

namespace weft_collectives::memory {

inline void pause_processor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Seconds after which a rank that sleeps looks whether the process that it waits for is there.
inline constexpr double kLook = 0.1;

template <class Missing>
weft_status Member::wait(const Missing& missing, const weft_collective_call* call) {
  if (missing() == kNobody) return WEFT_OK;
  for (int32_t i = 0; i < spins_; ++i) {
    pause_processor();
    if (missing() == kNobody) return WEFT_OK;
  }
  for (int i = 0; i < 4; ++i) {
    sched_yield();
    if (missing() == kNobody) return WEFT_OK;
  }
  Seat& seat = segment_.seat(options_.rank);
  for (double looked = seconds_left();;) {
    seat.is_sleeping.store(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const uint32_t bell = seat.bell.load();
    const int32_t rank = missing();
    weft_status status = WEFT_OK;
    if (rank != kNobody) {
      status = check_failure();
      const double left = seconds_left();
      const bool looks = looked - left >= kLook;
      if (looks) looked = left;
      if (status == WEFT_OK && is_lost(rank, looks) && missing() == rank)
        status = fail_lost(rank, call);  // asked once more: it may have done its part, then ended
      if (status == WEFT_OK && left <= 0) status = fail_late(rank, call);
      if (status == WEFT_OK) sleep(bell, left < kLook ? left : kLook);
    }
    seat.is_sleeping.store(0, std::memory_order_relaxed);
    if (rank == kNobody || status != WEFT_OK) return status;
  }
}

template <class Counter>
weft_status Member::wait_for_all(Counter Seat::*counter, uint64_t least,
                                 const weft_collective_call* call) {
  return wait(
      [this, counter, least] {
        for (int32_t rank = 0; rank < options_.ranks; ++rank)
          if ((segment_.seat(rank).*counter).load(std::memory_order_acquire) < least) return rank;
        return kNobody;
      },
      call);
}

}  // namespace weft_collectives::memory
