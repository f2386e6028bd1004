// The dependency engine: orders reads and writes of storages.
//
// A storage has one word, `busy`, zero when it is idle and its content sound: the fast path reads
// nothing else. The slow path orders operations by versioned variables (the last writer and the
// readers since). Two ways in: `engine_run` does work on the calling thread, which waits for
// pending inputs; `engine_push` queues a task for the engine's own threads. Policies: `inline`, an
// eager operator is run; `async`, it is pushed, for stress and to overlap; `serial`, everything is
// run at once, one operation at a time in the whole process, for debugging. An operation that
// lets other threads in while it runs (`long_running`) registers itself first.
//
// The failure of a queued task is the content of what it should have written: `poison` passes on
// to what is computed from it until the storage is overwritten. A write of a part reads the rest:
// name the storage in both lists. Work that `engine_run` runs gives its failure to the caller and
// leaves the content as it is.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "runtime/memory/storage.h"
#include "runtime/thread_state.h"

namespace weft {

// A callable that is used before the call returns: no copy, no allocation.
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

// The border of work that a thread of the library runs: what its containers throw becomes its
// failure.
Status guarded(WorkRef work);

// Work that outlives the call which pushes it. It owns what it needs but for the memory of the
// storages, which the engine keeps alive. Runs and dies on any thread, without the binding's lock.
class Task {
 public:
  static void* operator new(size_t bytes);
  static void operator delete(void* block, size_t bytes);
  virtual ~Task() = default;
  virtual Status run() = 0;
  std::string origin;  // the program's line that pushed it, for the text of a failure
  int64_t bytes = 0;   // memory that it keeps beside what it writes: bounds what is outstanding
};

enum class EnginePolicy { kInline, kSerial, kAsync };

EnginePolicy engine_policy();
void read_engine_environment();  // WEFT_ENGINE: the policy to begin with
std::string_view engine_policy_name();
Status set_engine_policy(std::string_view name);  // "inline" | "serial" | "async"

// Do eager operators of this thread go to the engine's threads? By the policy, or because the
// thread asked for it (Mode::kDeferring).
inline bool engine_defers() {
  return (thread_state().modes | global_modes.load(std::memory_order_relaxed)) & kDeferring;
}

// Runs `work` on this thread after every earlier operation that conflicts with it.
Status engine_run(std::span<Storage* const> reads, std::span<Storage* const> writes,
                  bool long_running, WorkRef work);

// Queues the task; of those that are ready the one with the highest priority runs first, of equals
// the one pushed first. Its failure becomes the content of `writes`. Waits while more than a
// bounded amount is outstanding; under the serial policy until the task has run, and gives its
// failure.
Status engine_push(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   std::unique_ptr<Task> task, int priority = 0);

// Queues work of a device, which `task` puts on the device's queue without waiting for it. What
// reads and writes the same storages in that queue follows at once, everything else when the device
// is done. A failure becomes the content of `writes`; under the serial policy it is given too.
Status engine_submit(std::span<Storage* const> reads, std::span<Storage* const> writes,
                     Device& device, std::unique_ptr<Task> task);

// Waits until the content can be read; gives its poison if it has one.
Status engine_wait(Storage& storage);
// Waits for everything; gives the first failure of a task that nobody has seen.
Status engine_wait_all();
// Ends the engine's threads once what is ready has run; they start again when needed. Before a
// fork, after engine_wait_all.
void stop_engine();

inline Status wait_to_read(Storage& storage) {
  return storage.busy.load(std::memory_order_acquire) == 0 ? Status() : engine_wait(storage);
}

// Called round every wait of the core, so that a binding can let its interpreter lock go.
struct WaitHooks {
  void* (*before)() = nullptr;
  void (*after)(void*) = nullptr;
};
void set_wait_hooks(WaitHooks hooks);
WaitHooks wait_hooks();

// Writes the line of the program that runs now, or nothing: for the texts of tasks that fail.
using OriginHook = void (*)(char* text, size_t size);
void set_origin_hook(OriginHook hook);
std::string current_origin();

struct EngineStats {
  int64_t fast;        // operations that met idle storages only
  int64_t registered;  // operations that went through variables
  int64_t waited;      // waits of a calling thread
  int64_t queued;      // tasks given to the engine's threads or to devices
};
EngineStats engine_stats();

void engine_forget(Storage& storage);  // a storage with a variable is going away

}  // namespace weft
