// The dependency engine: it orders reads and writes of storages.
//
// A storage has one word, `busy`. It is zero when the storage is idle and its content sound, and
// the fast path reads nothing else. The slow path orders operations by versioned variables: each
// storage has its last writer and the readers since. `engine_run` does work on the calling thread,
// which waits for pending inputs; `engine_push` queues a task for the engine's own threads. The
// policy says what happens to an eager operator: `inline` runs it on the caller; `async` pushes it,
// for stress tests and to overlap work; `serial` runs one operation at a time in the whole process,
// for debugging. An operation that releases the interpreter's lock while it runs (`long_running`)
// always registers.
//
// The failure of a queued task becomes the content of what it should have written. This `poison`
// passes on to everything computed from it, until the storage is overwritten. To write a slice is
// to keep the rest, so such a storage is named in both lists. Work of `engine_run` gives its
// failure to the caller and leaves the content as it is.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "runtime/memory/storage.h"
#include "runtime/thread_state.h"

namespace weft {

// A callable that is called before the function that takes it returns: no copy, no allocation.
class WorkRef {
 public:
  template <class Work>
  WorkRef(const Work& work)  // NOLINT: implicit on purpose
      : context_(&work),
        call_([](const void* context) { return (*static_cast<const Work*>(context))(); }) {}
  Status operator()() const { return call_(context_); }

 private:
  const void* context_;
  Status (*call_)(const void*);
};

// Runs work on a thread of the library. What the standard library throws (out of memory) becomes
// the failure of the work.
Status guarded(WorkRef work);

// Work that outlives the call that pushes it. The engine keeps the memory of the storages alive;
// the task owns everything else it needs. It runs and is destroyed on any thread, without the
// interpreter's lock.
class Task {
 public:
  static void* operator new(size_t bytes);
  static void operator delete(void* block, size_t bytes);
  virtual ~Task() = default;
  virtual Status run() = 0;
  std::string origin;  // the line of the program that pushed it, for the text of a failure
  // Memory that it keeps, without what it writes; limits how much is outstanding.
  int64_t bytes = 0;
};

enum class EnginePolicy { kInline, kSerial, kAsync };

EnginePolicy engine_policy();
void read_engine_environment();  // takes the first policy from WEFT_ENGINE
std::string_view engine_policy_name();
Status set_engine_policy(std::string_view name);  // "inline" | "serial" | "async"

// Do eager operators of this thread go to the engine's threads? They do under the async policy, and
// when the thread asked for it (Mode::kDeferring).
inline bool engine_defers() {
  return (thread_state().modes | global_modes.load(std::memory_order_relaxed)) & kDeferring;
}

// Runs `work` on this thread, after every earlier operation that conflicts with it.
Status engine_run(std::span<Storage* const> reads, std::span<Storage* const> writes,
                  bool long_running, WorkRef work);

// Queues the task. Of the tasks that are ready, the one with the highest priority runs first, and
// of equals the one pushed first. A failure becomes the content of `writes`. The call waits while
// too much work is outstanding; under the serial policy it waits until the task has run, and
// returns its failure.
Status engine_push(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   std::unique_ptr<Task> task, int priority = 0);

// Queues work of a device: `task` puts it on the device's queue without waiting for it. Work that
// uses the same storages in that queue follows at once; all other work waits until the device is
// done. A failure becomes the content of `writes`; under the serial policy it is also returned.
Status engine_submit(std::span<Storage* const> reads, std::span<Storage* const> writes,
                     Device& device, std::unique_ptr<Task> task);

// Waits until the content can be read; returns its poison, if it has one.
Status engine_wait(Storage& storage);
// Waits for everything; returns the first failure of a task that no caller has been given.
Status engine_wait_all();
// Ends the engine's threads once the tasks that are ready have run; they start again when needed.
// Call it before a fork, after engine_wait_all.
void stop_engine();

// engine_wait with the fast path: one load for an idle storage.
inline Status wait_to_read(Storage& storage) {
  return storage.busy.load(std::memory_order_acquire) == 0 ? Status() : engine_wait(storage);
}

// The core calls these before and after every wait, so that a binding can release its interpreter's
// lock.
struct WaitHooks {
  void* (*before)() = nullptr;
  void (*after)(void*) = nullptr;
};
void set_wait_hooks(WaitHooks hooks);
WaitHooks wait_hooks();

// Writes the line of the program that runs now, or nothing; the texts of failed tasks name it.
using OriginHook = void (*)(char* text, size_t size);
void set_origin_hook(OriginHook hook);
std::string current_origin();

struct EngineStats {
  int64_t fast;        // operations that found all their storages idle
  int64_t registered;  // operations that went through variables
  int64_t waited;      // times a calling thread had to wait
  int64_t queued;      // tasks given to the engine's threads or to devices
};
EngineStats engine_stats();

void engine_forget(Storage& storage);  // frees the variable of a storage that is being destroyed

}  // namespace weft
