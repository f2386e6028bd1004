// What a thread does while it looks again and again for something that is about to happen.
#pragma once

namespace weft {

inline void pause_processor() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// About 20 µs: longer than the gap between two kernels of a plan, shorter than a thread takes to
// sleep and to be woken.
inline constexpr int kSpins = 4000;

}  // namespace weft
