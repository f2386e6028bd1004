#include "runtime/engine.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "base/errors.h"
#include "runtime/engine_impl.h"
#include "runtime/interrupt.h"

namespace weft {
namespace {

constexpr std::chrono::milliseconds kBetweenPolls(50);

// Waits; between two looks at the clock a person may have interrupted. False: given up.
template <class Condition>
bool wait_interruptibly(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                        Condition condition) {
  while (!changed.wait_for(lock, kBetweenPolls, condition)) {
    lock.unlock();
    const Status status = run_interruptibly("wait", [] {
      poll_interrupt();
      return Status();
    });
    lock.lock();
    if (!status.ok()) return false;
  }
  return true;
}

// Waits with the binding's lock let go. `may_give_up`: ends with false when a person interrupts.
template <class Condition>
bool wait_until(Engine& e, std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                bool may_give_up, Condition condition) {
  if (condition()) return true;
  e.waited.fetch_add(1, std::memory_order_relaxed);
  const WaitHooks hooks = e.hooks;
  void* token = nullptr;
  if (hooks.before) {
    // The interpreter's lock is let go before and taken back after the engine's own lock is free:
    // a thread that holds the one never waits for the other.
    lock.unlock();
    token = hooks.before();
    lock.lock();
  }
  bool reached = true;
  if (may_give_up)
    reached = wait_interruptibly(changed, lock, condition);
  else
    changed.wait(lock, condition);
  if (hooks.before) {
    lock.unlock();
    hooks.after(token);
    lock.lock();
  }
  return reached;
}

bool all_idle(std::span<Storage* const> storages) {
  return std::all_of(storages.begin(), storages.end(), [](Storage* storage) {
    return storage->busy.load(std::memory_order_acquire) == 0;
  });
}

// A failure that a caller is given need not be reported again.
Status seen(Engine& e, const Status& status) {
  if (!status.ok() && status.same_failure(e.unseen)) e.unseen = Status();
  return status;
}

bool has_room(const Engine& e, int64_t bytes) {
  return e.outstanding < kMostOutstanding &&
         (e.outstanding_bytes == 0 || e.outstanding_bytes + bytes <= kMostOutstandingBytes);
}

}  // namespace

std::unique_ptr<Operation> operation_of(std::span<Storage* const> reads,
                                        std::span<Storage* const> writes,
                                        std::unique_ptr<Task> task, int priority) {
  auto operation = std::make_unique<Operation>();
  operation->failure_is_content = true;
  operation->bytes = task->bytes;
  operation->task = std::move(task);
  operation->priority = priority;
  PoolVector<Storage*>& storages = operation->storages;
  storages.assign(reads.begin(), reads.end());
  storages.insert(storages.end(), writes.begin(), writes.end());
  for (Storage* storage : storages) storage->retain();
  operation->reads = {storages.data(), reads.size()};
  operation->writes = {storages.data() + reads.size(), writes.size()};
  for (const Storage* storage : writes) operation->bytes += storage->bytes();
  return operation;
}

void wait_for_room(Engine& e, std::unique_lock<std::mutex>& lock, int64_t bytes) {
  wait_until(e, e.room_changed, lock, false, [&] { return has_room(e, bytes); });
}

namespace {

// On this thread, in the order of the variables.
Status run_registered(Engine& e, std::span<Storage* const> reads, std::span<Storage* const> writes,
                      WorkRef work, bool failure_is_content) {
  Operation operation;
  operation.reads = reads;
  operation.writes = writes;
  operation.failure_is_content = failure_is_content;
  std::unique_lock lock(e.mutex);
  register_operation(e, operation);
  wait_until(e, e.changed, lock, false, [&] { return operation.waiting_for == 0; });
  Status status = seen(e, poison_of(reads));
  if (status.ok()) {
    lock.unlock();
    status = guarded(work);
    lock.lock();
  }
  wake_threads(e, complete_operation(e, operation, status));
  --e.outstanding;
  if (has_much_room(e)) e.room_changed.notify_all();
  return status;
}

bool parse_policy(std::string_view name, EnginePolicy* policy) {
  if (name == "inline")
    *policy = EnginePolicy::kInline;
  else if (name == "serial")
    *policy = EnginePolicy::kSerial;
  else if (name == "async")
    *policy = EnginePolicy::kAsync;
  else
    return false;
  return true;
}

Status choose_policy(std::string_view name) {
  EnginePolicy policy{};
  if (!parse_policy(name, &policy))
    return errors::invalid_value("engine", "`policy` must be inline, serial or async; got ", name);
  engine().policy = policy;
  global_modes = policy == EnginePolicy::kAsync ? uint32_t{kDeferring} : 0;
  return {};
}

}  // namespace

void read_engine_environment() {
  const char* name = std::getenv("WEFT_ENGINE");
  if (!name) return;
  const Status status = choose_policy(name);
  if (!status.ok()) std::fprintf(stderr, "weft: WEFT_ENGINE: %s\n", status.message().c_str());
}

Status guarded(WorkRef work) {
#if defined(__cpp_exceptions)
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kOutOfMemory, "out of memory");
  }
#else
  return work();
#endif
}

Engine& engine() {
  static Engine* const instance = new Engine;  // never destroyed: threads may outlive main
  return *instance;
}

EnginePolicy engine_policy() { return engine().policy.load(std::memory_order_relaxed); }

std::string_view engine_policy_name() {
  switch (engine_policy()) {
    case EnginePolicy::kInline: return "inline";
    case EnginePolicy::kSerial: return "serial";
    case EnginePolicy::kAsync: return "async";
  }
  return "";
}

Status set_engine_policy(std::string_view name) {
  thread_state();  // the environment speaks first
  return choose_policy(name);
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
  return run_registered(e, reads, writes, work, false);
}

Status engine_push(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   std::unique_ptr<Task> task, int priority) {
  Engine& e = engine();
  if (engine_policy() == EnginePolicy::kSerial) {
    const std::lock_guard serial(e.serial);
    return run_registered(
        e, reads, writes, [&] { return task->run(); }, true);
  }
  std::unique_ptr<Operation> operation = operation_of(reads, writes, std::move(task), priority);
  std::unique_lock lock(e.mutex);
  wait_for_room(e, lock, operation->bytes);
  e.queued.fetch_add(1, std::memory_order_relaxed);
  operation->number = e.pushed++;
  e.outstanding_bytes += operation->bytes;
  Operation& pushed = *operation.release();
  register_operation(e, pushed);
  if (pushed.waiting_for == 0) {
    make_ready(e, pushed);
    wake_threads(e, 1);
  }
  return {};
}

Status engine_wait(Storage& storage) {
  Engine& e = engine();
  std::unique_lock lock(e.mutex);
  if (!storage.variable) return {};
  if (!wait_until(e, e.changed, lock, true, [&] { return storage.variable->writer == nullptr; }))
    return errors::interrupted("wait", "interrupted while work was pending");
  return seen(e, storage.variable->poison);
}

Status engine_wait_all() {
  Engine& e = engine();
  std::unique_lock lock(e.mutex);
  if (!wait_until(e, e.changed, lock, true, [&] { return e.outstanding == 0; }))
    return errors::interrupted("wait", "interrupted while work was pending");
  return std::exchange(e.unseen, Status());
}

void set_wait_hooks(WaitHooks hooks) { engine().hooks = hooks; }
WaitHooks wait_hooks() { return engine().hooks; }

void set_origin_hook(OriginHook hook) { engine().origin = hook; }

std::string current_origin() {
  char text[256] = "";
  if (const OriginHook hook = engine().origin) hook(text, sizeof text);
  return text;
}

EngineStats engine_stats() {
  Engine& e = engine();
  return {e.fast.load(), e.registered.load(), e.waited.load(), e.queued.load()};
}

}  // namespace weft
