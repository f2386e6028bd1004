// Spinning: what a thread does while it polls for an event that is about to happen; and sleeping,
// if it takes longer.
#pragma once

#include <stdint.h>

#include <atomic>
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

// Sleeps until the word is woken, unless it has another value than this. In WebAssembly the
// library's own `wait` would poll.
inline void sleep_while(const std::atomic<uint32_t>& word, uint32_t value) {
#if defined(__wasm_atomics__)
  auto* const address = reinterpret_cast<int*>(const_cast<std::atomic<uint32_t>*>(&word));
  __builtin_wasm_memory_atomic_wait32(address, static_cast<int>(value), -1);
#else
  word.wait(value);
#endif
}

// Wakes all that sleep on the word.
inline void wake_sleepers(std::atomic<uint32_t>& word) {
#if defined(__wasm_atomics__)
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), ~0U);
#else
  word.notify_all();
#endif
}

}  // namespace weft
