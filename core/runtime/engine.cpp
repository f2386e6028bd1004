#include "runtime/engine.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "base/errors.h"
#include "runtime/pool.h"

namespace weft {
namespace {

// One operation that is registered with the variables of its storages.
struct Operation {
  int waiting_for = 0;
  PoolVector<Operation*> next;  // operations that wait for this one
};

}  // namespace

struct EngineVariable {
  static void* operator new(size_t bytes) {
    void* block = pool_allocate(bytes);
    if (!block) out_of_memory();
    return block;
  }
  static void operator delete(void* block) { pool_free(block, sizeof(EngineVariable)); }

  Operation* writer = nullptr;
  PoolVector<Operation*> readers;  // since the last writer
  Status poison;
};

namespace {

struct Engine {
  std::mutex mutex;
  std::mutex serial;  // held for a whole operation under the serial policy
  std::condition_variable changed;
  int64_t outstanding = 0;
  Status unseen;
  WaitHooks hooks;
  std::atomic<EnginePolicy> policy{EnginePolicy::kInline};
  std::atomic<int64_t> registered{0}, waited{0}, fast{0};
};

Engine& engine() {
  static Engine* const instance = [] {
    auto* created = new Engine;  // never destroyed: threads may outlive main
    const char* name = std::getenv("WEFT_ENGINE");
    if (name && std::string_view(name) == "serial") created->policy = EnginePolicy::kSerial;
    return created;
  }();
  return *instance;
}

EngineVariable& variable_of(Storage& storage) {
  if (!storage.variable) storage.variable = new EngineVariable;
  return *storage.variable;
}

void update_busy(Storage& storage) {
  const EngineVariable& variable = *storage.variable;
  const bool idle = !variable.writer && variable.readers.empty() && variable.poison.ok();
  storage.busy.store(idle ? 0 : 1, std::memory_order_release);
}

void depend(Operation& operation, Operation* earlier) {
  if (!earlier || earlier == &operation) return;
  earlier->next.push_back(&operation);
  ++operation.waiting_for;
}

void register_operation(Operation& operation, std::span<Storage* const> reads,
                        std::span<Storage* const> writes) {
  for (Storage* storage : reads) {
    EngineVariable& variable = variable_of(*storage);
    depend(operation, variable.writer);
    variable.readers.push_back(&operation);
    update_busy(*storage);
  }
  for (Storage* storage : writes) {
    EngineVariable& variable = variable_of(*storage);
    depend(operation, variable.writer);
    for (Operation* reader : variable.readers) depend(operation, reader);
    variable.readers.clear();
    variable.writer = &operation;
    update_busy(*storage);
  }
}

void complete(Engine& e, Operation& operation, std::span<Storage* const> reads,
              std::span<Storage* const> writes, const Status& status) {
  for (Storage* storage : writes) {
    EngineVariable& variable = *storage->variable;
    variable.poison = status;
    if (variable.writer == &operation) variable.writer = nullptr;
    update_busy(*storage);
  }
  for (Storage* storage : reads) {
    std::erase(storage->variable->readers, &operation);
    update_busy(*storage);
  }
  if (!status.ok()) e.unseen = status;
  for (Operation* later : operation.next) --later->waiting_for;
  --e.outstanding;
  e.changed.notify_all();
}

template <class Condition>
void wait_until(Engine& e, std::unique_lock<std::mutex>& lock, Condition condition) {
  if (condition()) return;
  e.waited.fetch_add(1, std::memory_order_relaxed);
  const WaitHooks hooks = e.hooks;
  if (!hooks.before) {
    e.changed.wait(lock, condition);
    return;
  }
  // The interpreter's lock is let go before and taken back after the engine's own lock is free:
  // a thread that holds the one never waits for the other.
  lock.unlock();
  void* token = hooks.before();
  lock.lock();
  e.changed.wait(lock, condition);
  lock.unlock();
  hooks.after(token);
  lock.lock();
}

bool all_idle(std::span<Storage* const> storages) {
  return std::all_of(storages.begin(), storages.end(), [](Storage* storage) {
    return storage->busy.load(std::memory_order_acquire) == 0;
  });
}

Status first_poison(std::span<Storage* const> reads) {
  for (Storage* storage : reads)
    if (!storage->variable->poison.ok()) return storage->variable->poison;
  return {};
}

}  // namespace

EnginePolicy engine_policy() { return engine().policy.load(std::memory_order_relaxed); }

Status set_engine_policy(std::string_view name) {
  if (name != "inline" && name != "serial")
    return errors::invalid_value("engine", "`policy` must be inline or serial; got ", name);
  engine().policy = name == "inline" ? EnginePolicy::kInline : EnginePolicy::kSerial;
  return {};
}

Status engine_run(std::span<Storage* const> reads, std::span<Storage* const> writes,
                  bool long_running, WorkRef work) {
  Engine& e = engine();
  std::unique_lock<std::mutex> serial;
  if (engine_policy() == EnginePolicy::kSerial) serial = std::unique_lock(e.serial);
  if (!long_running && all_idle(reads) && all_idle(writes)) {
    e.fast.fetch_add(1, std::memory_order_relaxed);
    return work();
  }
  Operation operation;
  std::unique_lock lock(e.mutex);
  e.registered.fetch_add(1, std::memory_order_relaxed);
  ++e.outstanding;
  register_operation(operation, reads, writes);
  wait_until(e, lock, [&] { return operation.waiting_for == 0; });
  Status status = first_poison(reads);
  if (status.ok()) {
    lock.unlock();
    status = work();
    lock.lock();
  }
  complete(e, operation, reads, writes, status);
  return status;
}

Status engine_wait(Storage& storage) {
  Engine& e = engine();
  std::unique_lock lock(e.mutex);
  if (!storage.variable) return {};
  wait_until(e, lock, [&] { return storage.variable->writer == nullptr; });
  return storage.variable->poison;
}

Status engine_wait_all() {
  Engine& e = engine();
  std::unique_lock lock(e.mutex);
  wait_until(e, lock, [&] { return e.outstanding == 0; });
  return std::exchange(e.unseen, Status());
}

void set_wait_hooks(WaitHooks hooks) { engine().hooks = hooks; }
WaitHooks wait_hooks() { return engine().hooks; }

EngineStats engine_stats() {
  Engine& e = engine();
  return {e.fast.load(), e.registered.load(), e.waited.load()};
}

void engine_forget(Storage& storage) {
  delete storage.variable;
  storage.variable = nullptr;
}

}  // namespace weft
