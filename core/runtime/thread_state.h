// What belongs to a thread: modes, free lists, its last error. One thread-local pointer leads to
// it.
#pragma once

#include <stdint.h>

#include <atomic>
#include <string>
#include <utility>

#include "base/status.h"
#include "base/view.h"

namespace weft {

class Device;
struct Draws;

namespace eager {
class Recorder;
class Tracer;
}  // namespace eager

// Bits of ThreadState::modes. The hot path tests the whole word against zero.
enum Mode : uint32_t {
  kRecording = 1,  // operators are recorded on the tape
  kTracing = 2,    // operators become nodes of a graph
  kTraining = 4,   // dropout and batch statistics behave as in training
  kDeferring = 8,  // operators are queued for the engine's threads
  // Float32 arithmetic may run in this dtype where its operator gains from it (ops/precision.h).
  kMixedFloat16 = 16,
  kMixedBFloat16 = 32,
  kMixed = kMixedFloat16 | kMixedBFloat16,
  kForgetting = 64,     // what a backward released is a constant to what is recorded afterwards
  kRecordingAll = 128,  // operators are recorded whatever their inputs are, and save nothing
};

// The dtype that float32 arithmetic may run in.
inline DType precision_of(uint32_t modes) {
  if (modes & kMixedBFloat16) return DType::kBFloat16;
  return modes & kMixedFloat16 ? DType::kFloat16 : DType::kFloat32;
}

// Modes of every thread; the engine's async policy sets kDeferring here.
inline constinit std::atomic<uint32_t> global_modes{0};

inline constexpr int kSmallClasses = 9;  // sizes 64 B, 128 B … 16 KiB

// A thread's free blocks of one class. Only this thread changes the list; others may read the
// count.
class SmallList {
 public:
  void* head = nullptr;
  int count() const { return count_.load(std::memory_order_relaxed); }
  void set_count(int count) { count_.store(count, std::memory_order_relaxed); }

 private:
  std::atomic<int> count_{0};
};

// Only the thread itself uses its state, except for the counts of `small`.
struct ThreadState {
  uint32_t modes = 0;
  SmallList small[kSmallClasses];
  bool interruptible = false;  // the work that runs asks whether to give up: interrupt.h
  bool interrupted = false;    // it shall
  int64_t last_poll = 0;
  Device* device = nullptr;  // where new arrays go; null: the CPU
  // Whom eager calls tell (eager/recorder.h): the tape, once the thread has recorded, and the
  // trace while kTracing is set.
  eager::Recorder* recorder = nullptr;
  eager::Tracer* trace = nullptr;
  // Of checkpoints (autograd/checkpoint.h): the innermost that is open, and its number; what it
  // draws; and while one runs again, what it drew then. Nothing is noted outside of a trace.
  void* checkpoint = nullptr;
  uint64_t segment = 0;
  Draws* draws = nullptr;
  Draws* again = nullptr;
  int outside = 0;
  Status last_error;
  ThreadState* next = nullptr;  // neighbours in the list of all threads' states
  ThreadState* previous = nullptr;
};

extern constinit thread_local ThreadState* current_thread_state
    __attribute__((tls_model("initial-exec")));
ThreadState& create_thread_state();
void free_small_lists(ThreadState& state);
int64_t small_bytes_listed();  // bytes in all threads' free lists

// The calling thread's state. The tls_model above makes the access a load, without a call.
inline ThreadState& thread_state() {
  ThreadState* state = current_thread_state;
  return __builtin_expect(state != nullptr, 1) ? *state : create_thread_state();
}

// Sets where new arrays go, for a scope.
class DeviceScope {
 public:
  explicit DeviceScope(Device* device) : before_(std::exchange(thread_state().device, device)) {}
  ~DeviceScope() { thread_state().device = before_; }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  Device* before_;
};

// Sets mode bits for a scope.
class ModeScope {
 public:
  ModeScope(uint32_t set, uint32_t clear) : before_(thread_state().modes) {
    thread_state().modes = (before_ & ~clear) | set;
  }
  ~ModeScope() { thread_state().modes = before_; }
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;

 private:
  uint32_t before_;
};

}  // namespace weft
