// The dependency engine: orders reads and writes of storages.
//
// A storage has one word, `busy`, zero when it is idle and its content sound: the fast path reads
// nothing else. The slow path orders operations by versioned variables (the last writer and the
// readers since). Policies: `inline`, CPU work runs on the calling thread, which waits for
// pending inputs; `serial`, one operation at a time in the whole process, for debugging. An
// operation that lets other threads in while it runs (`long_running`) registers itself first.
//
// A failure is the content of what it should have written: `poison` passes on to readers until
// the storage is overwritten.
#pragma once

#include <span>
#include <string_view>

#include "base/status.h"
#include "runtime/storage.h"

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

enum class EnginePolicy { kInline, kSerial };

EnginePolicy engine_policy();
Status set_engine_policy(std::string_view name);  // "inline" | "serial"

// Runs `work` on this thread after every earlier operation that conflicts with it.
Status engine_run(std::span<Storage* const> reads, std::span<Storage* const> writes,
                  bool long_running, WorkRef work);

// Waits until the content can be read; gives its poison if it has one.
Status engine_wait(Storage& storage);
// Waits for everything; gives the first failure that nobody has seen.
Status engine_wait_all();

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

struct EngineStats {
  int64_t fast;        // operations that met idle storages only
  int64_t registered;  // operations that went through variables
  int64_t waited;      // of these, those that had to wait
};
EngineStats engine_stats();

void engine_forget(Storage& storage);  // a storage with a variable is going away

}  // namespace weft
