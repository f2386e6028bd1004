// What a thread does while it looks again and again for something that is about to happen.
#pragma once

#include <chrono>

namespace weft {

inline void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// A while of such looks, by the clock: a pause takes from 40 to 140 cycles, by processor.
//
//   for (Watch watch(kMoment); !holds() && watch.goes_on();) {}
class Watch {
 public:
  explicit Watch(std::chrono::microseconds maximum) : maximum_(maximum) {}

  // False where the time is over; pauses if not.
  bool goes_on() {
    pause_processor();
    if (++looks_ % kLooksAtATime != 0) return true;
    const auto now = std::chrono::steady_clock::now();
    if (looks_ == kLooksAtATime) end_ = now + maximum_;
    return now < end_;
  }

 private:
  static constexpr unsigned kLooksAtATime = 32;  // a look at the clock costs about as much as one
  std::chrono::microseconds maximum_;
  std::chrono::steady_clock::time_point end_;
  unsigned looks_ = 0;
};

// Longer than the gap between two kernels of a plan, shorter than a thread takes to sleep and to be
// woken.
inline constexpr std::chrono::microseconds kMoment{50};

}  // namespace weft
