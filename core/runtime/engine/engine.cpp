// The ways into the engine: work on the calling thread, queued tasks, and waiting. The order of
// work is in engine_order.cpp, the engine's threads are in engine_threads.cpp.
//
// The hard part is waiting. The caller may be interrupted (Ctrl-C), and it must let go of the
// interpreter's lock while it waits; no thread may hold that lock or the engine's while it waits
// for the other.

#include "runtime/engine/engine.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>

#include "base/errors.h"
#include "base/log.h"
#include "runtime/engine/engine_impl.h"
#include "runtime/engine/interrupt.h"
#include "runtime/engine/pause.h"

namespace weft {
namespace {

// How often a waiting caller looks for an interrupt: a person feels no delay.
constexpr std::chrono::milliseconds kBetweenPolls(50);
constexpr int kTurns = 100;  // tries before a thread sleeps for a mutex: about half a microsecond

// Waits for the condition and looks for an interrupt every 50 ms. False: the person interrupted.
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

// Waits with the interpreter's lock released. False: the person interrupted.
template <class Condition>
bool wait_until(Engine& e, std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                Condition condition) {
  if (condition()) return true;
  e.waited.fetch_add(1, std::memory_order_relaxed);
  ++e.waiting;
  const WaitHooks hooks = e.hooks;
  void* token = nullptr;
  if (hooks.before) {
    // The interpreter's lock is released and taken back while the engine's own lock is free: no
    // thread holds one of the two while it waits for the other.
    lock.unlock();
    token = hooks.before();
    lock.lock();
  }
  const bool reached = wait_interruptibly(changed, lock, condition);
  if (hooks.before) {
    lock.unlock();
    hooks.after(token);
    lock.lock();
  }
  --e.waiting;
  return reached;
}

bool all_idle(std::span<Storage* const> storages) {
  return std::all_of(storages.begin(), storages.end(), [](Storage* storage) {
    return storage->busy.load(std::memory_order_acquire) == 0;
  });
}

// Once a caller has been given a failure, engine_wait_all does not report it again.
Status seen(Engine& e, const Status& status) {
  if (!status.ok() && status.same_failure(e.unseen)) e.unseen = Status();
  return status;
}

// One task is always let in, even if it alone is above the limit of bytes.
bool has_room(const Engine& e, int64_t bytes) {
  return e.outstanding < kMaxOutstanding &&
         (e.outstanding_bytes == 0 || e.outstanding_bytes + bytes <= kMaxOutstandingBytes);
}

}  // namespace

// An operation that outlives this call: its lists are copied, and it keeps its storages alive.
std::unique_ptr<EngineOperation> operation_of(std::span<Storage* const> reads,
                                              std::span<Storage* const> writes) {
  auto operation = std::make_unique<EngineOperation>();
  PoolVector<Storage*>& storages = operation->storages;
  storages.reserve(reads.size() + writes.size());
  storages.assign(reads.begin(), reads.end());
  storages.insert(storages.end(), writes.begin(), writes.end());
  for (Storage* storage : storages) storage->retain();
  operation->reads = {storages.data(), reads.size()};
  operation->writes = {storages.data() + reads.size(), writes.size()};
  return operation;
}

namespace {

// Runs the work on this thread; everything that it had to wait for has completed.
Status run_now(Engine& e, std::unique_lock<std::mutex>& lock, EngineOperation& operation,
               WorkRef work) {
  Status status = seen(e, poison_of(operation.reads));
  if (status.ok()) {
    lock.unlock();
    status = guarded(work);
    lock_soon(lock);
  }
  wake_threads(e, complete_operation(e, operation, status));
  end_operation(e, operation.era);
  return status;
}

// Stands in for the work of a caller that was interrupted while it waited. The operation stays in
// the order, so that later operations still wait for the earlier ones.
class GivenUp final : public Task {
 public:
  explicit GivenUp(Status status) : status_(std::move(status)) {}
  Status run() override { return status_; }

 private:
  const Status status_;
};

// The caller's wait was interrupted: its operation fails now, or as soon as its turn comes.
Status give_up(Engine& e, std::unique_lock<std::mutex>& lock,
               std::unique_ptr<EngineOperation> operation) {
  const Status status =
      errors::interrupted("wait", "the call was interrupted while work was pending");
  operation->told = true;
  if (operation->waiting_for > 0) {
    operation->task = std::make_unique<GivenUp>(status);
    static_cast<void>(operation.release());  // the engine owns and runs it now
    return status;
  }
  wake_threads(e, complete_operation(e, *operation, status));
  end_operation(e, operation->era);
  lock.unlock();
  release_storages(*operation);
  return status;
}

// Runs the work on this thread, in the order that the variables of its storages give.
Status run_registered(Engine& e, std::span<Storage* const> reads, std::span<Storage* const> writes,
                      WorkRef work, bool failure_is_content) {
  std::unique_lock lock(e.mutex, std::defer_lock);
  lock_soon(lock);
  if (!must_wait(reads, writes)) {
    EngineOperation operation;
    operation.reads = reads;
    operation.writes = writes;
    operation.failure_is_content = failure_is_content;
    register_operation(e, operation);
    return run_now(e, lock, operation, work);
  }
  std::unique_ptr<EngineOperation> operation = operation_of(reads, writes);
  operation->failure_is_content = failure_is_content;
  register_operation(e, *operation);
  if (!wait_until(e, e.changed, lock, [&] { return operation->waiting_for == 0; }))
    return give_up(e, lock, std::move(operation));
  Status status = run_now(e, lock, *operation, work);
  lock.unlock();
  release_storages(*operation);
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

// Sets the policy, and the mode bit that every eager call tests.
Status choose_policy(std::string_view name) {
  EnginePolicy policy{};
  if (!parse_policy(name, &policy))
    return errors::invalid_value("engine", "`policy` must be inline, serial or async; got ", name);
#if WEFT_WITHOUT_THREADS
  if (policy == EnginePolicy::kAsync)
    return errors::unsupported(
        "engine", "`policy` async needs threads, which this build of Weft does not have");
#endif
  engine().policy = policy;
  global_modes = policy == EnginePolicy::kAsync ? uint32_t{kDeferring} : 0;
  return {};
}

}  // namespace

void read_engine_environment() {
  const char* name = std::getenv("WEFT_ENGINE");
  if (!name) return;
  const Status status = choose_policy(name);
  if (!status.ok()) log(LogLevel::kWarning, "WEFT_ENGINE: ", status.message(), " (ignored)");
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

// Tries for about half a microsecond, then sleeps: the mutex is held for less than a sleep takes.
void lock_contended(std::unique_lock<std::mutex>& lock) {
  for (int turn = 0; turn < kTurns; ++turn) {
    pause_processor();
    if (lock.try_lock()) return;
  }
  lock.lock();
}

void release_storages(const EngineOperation& operation) {
  for (Storage* storage : operation.storages) storage->release();
}

namespace {

// Drops the first eras as long as nothing of them is outstanding; the present era stays.
bool end_eras(Engine& e) {
  const uint64_t first = e.first_era;
  for (; e.eras.size() > 1 && e.eras.front() == 0; ++e.first_era) e.eras.pop_front();
  return e.first_era != first;
}

}  // namespace

void end_operation(Engine& e, uint64_t era) {
  --e.outstanding;
  --e.eras[era - e.first_era];
  const bool is_over = end_eras(e);
  if (e.waiting == 0) return;
  if (is_over) e.changed.notify_all();
  if (has_much_room(e)) e.room_changed.notify_all();
}

Engine& engine() {
  static Engine* const instance = new Engine;  // never destroyed: threads may outlive main
  return *instance;
}

EnginePolicy engine_policy() { return engine().policy.load(std::memory_order_relaxed); }

std::string_view engine_policy_name() {
  thread_state();  // the environment speaks first
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
  // The fast path: no storage is in use, so the work needs no order and no lock.
  if (!long_running && all_idle(reads) && all_idle(writes)) {
    e.fast.fetch_add(1, std::memory_order_relaxed);
    return work();
  }
  return run_registered(e, reads, writes, work, false);
}

Status enter_task(Engine& e, std::unique_lock<std::mutex>& lock,
                  std::unique_ptr<EngineOperation>& operation, std::unique_ptr<Task> task,
                  int priority) {
  operation->failure_is_content = true;
  operation->bytes = task->bytes;
  operation->task = std::move(task);
  operation->priority = priority;
  for (const Storage* storage : operation->writes) operation->bytes += storage->bytes();
  lock_soon(lock);
  if (!wait_until(e, e.room_changed, lock, [&] { return has_room(e, operation->bytes); })) {
    lock.unlock();
    release_storages(*operation);
    return errors::interrupted("engine",
                               "the call was interrupted while too much work was pending");
  }
  e.queued.fetch_add(1, std::memory_order_relaxed);
  operation->number = e.pushed++;
  e.outstanding_bytes += operation->bytes;
  register_operation(e, *operation);
  return {};
}

Status engine_push(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   std::unique_ptr<Task> task, int priority) {
  Engine& e = engine();
  if (engine_policy() == EnginePolicy::kSerial) {
    const std::lock_guard serial(e.serial);
    return run_registered(
        e, reads, writes, [&] { return task->run(); }, true);
  }
  std::unique_ptr<EngineOperation> operation = operation_of(reads, writes);
  std::unique_lock lock(e.mutex, std::defer_lock);
  WEFT_TRY(enter_task(e, lock, operation, std::move(task), priority));
  EngineOperation& pushed = *operation.release();
  if (pushed.waiting_for > 0) return {};
  make_ready(e, pushed);
  const bool wakes = !e.watched;
  lock.unlock();  // the woken thread finds it free
  if (wakes) e.ready_changed.notify_one();
  return {};
}

Status engine_wait(Storage& storage) {
  Engine& e = engine();
  std::unique_lock lock(e.mutex);
  if (!storage.variable) return {};
  if (!wait_until(e, e.changed, lock, [&] { return storage.variable->writer == nullptr; }))
    return errors::interrupted("wait", "the call was interrupted while work was pending");
  return seen(e, storage.variable->poison);
}

Status engine_wait_all() {
  Engine& e = engine();
  std::unique_lock lock(e.mutex);
  // A new era begins; the call returns when nothing registered before it is outstanding.
  e.eras.push_back(0);
  const uint64_t present = e.first_era + e.eras.size() - 1;
  end_eras(e);
  if (!wait_until(e, e.changed, lock, [&] { return e.first_era >= present; }))
    return errors::interrupted("wait", "the call was interrupted while work was pending");
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
