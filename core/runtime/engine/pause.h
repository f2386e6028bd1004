// Spinning: what a thread does while it polls for an event that is about to happen.
#pragma once

#include <chrono>

namespace weft {

// Tells the processor that this is a spin loop: it saves power and leaves the core to its sibling.
inline void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// A spin of limited time, measured by the clock, since one pause takes 40 to 140 cycles, depending
// on the processor:
//
//   for (Watch watch(kMoment); !holds() && watch.goes_on();) {}
class Watch {
 public:
  explicit Watch(std::chrono::microseconds maximum) : maximum_(maximum) {}

  // Pauses; false when the time is over.
  bool goes_on() {
    pause_processor();
    if (++looks_ % kLooksAtATime != 0) return true;
    const auto now = std::chrono::steady_clock::now();
    if (looks_ == kLooksAtATime) end_ = now + maximum_;
    return now < end_;
  }

 private:
  // Reading the clock costs about as much as one pause.
  static constexpr unsigned kLooksAtATime = 32;
  std::chrono::microseconds maximum_;
  std::chrono::steady_clock::time_point end_;
  unsigned looks_ = 0;
};

// Longer than the gap between two kernels of a plan, and shorter than a thread takes to sleep and
// to be woken.
inline constexpr std::chrono::microseconds kMoment{50};

}  // namespace weft
