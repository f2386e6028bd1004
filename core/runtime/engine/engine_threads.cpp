// The engine's own threads. They run queued tasks, and never code of a binding.

#include <algorithm>
#include <utility>

#include "base/environment.h"
#include "base/errors.h"
#include "runtime/engine/engine_impl.h"
#include "runtime/engine/pause.h"
#include "runtime/engine/threads.h"
#include "runtime/profile.h"

namespace weft {
namespace {

// The default number of threads; a task may itself use the threads of parallel_for.
constexpr int kMaxThreads = 4;
constexpr int kMostOfEnvironment = 64;

int threads_wanted() {
  const int count = number_of_environment("WEFT_ENGINE_THREADS", kMostOfEnvironment);
  return count > 0 ? count : std::clamp(num_threads(), 1, kMaxThreads);
}

// The order of the heap: by priority, then by the order of pushing.
bool runs_later(const EngineOperation* a, const EngineOperation* b) {
  return a->priority != b->priority ? a->priority < b->priority : a->number > b->number;
}

// Polls for a moment before it sleeps, because tasks often follow each other closely. Only one
// thread polls at a time.
void wait_for_ready(Engine& e, std::unique_lock<std::mutex>& lock) {
  if (!e.watched) {
    e.watched = true;
    const uint32_t seen = e.made_ready.load(std::memory_order_relaxed);
    lock.unlock();
    for (Watch watch(kMoment);
         e.made_ready.load(std::memory_order_relaxed) == seen && watch.goes_on();) {
    }
    lock_soon(lock);
    e.watched = false;
    // While this thread polled, nobody was woken for new tasks. It takes one and wakes threads for
    // the rest.
    wake_threads(e, static_cast<int>(e.ready.size()) - 1);
    if (!e.ready.empty() || e.stopping) return;
  }
  e.ready_changed.wait(lock);
}

// The operation to run next, and the poison that it reads; null if there is none.
std::unique_ptr<EngineOperation> take_ready(Engine& e, Status& poison) {
  if (e.ready.empty()) return nullptr;
  // Tasks that are pushed while the threads stop wait for the new threads.
  if (e.stopping && e.ready.front()->number >= e.last_number) return nullptr;
  std::pop_heap(e.ready.begin(), e.ready.end(), runs_later);
  std::unique_ptr<EngineOperation> operation(e.ready.back());
  e.ready.pop_back();
  poison = poison_of(operation->reads);
  return operation;
}

// The loop of a thread. It takes the mutex once for each task, to complete one and to take the
// next. Between the two, the finished task's memory is released, and only then is the task no
// longer outstanding: a caller that waited for everything finds the memory given back.
void work(Engine& e) {
  if constexpr (kHasProfile) profile_name_thread("engine");
  std::unique_lock lock(e.mutex);
  std::unique_ptr<EngineOperation> done;
  for (;;) {
    Status poison;
    std::unique_ptr<EngineOperation> operation = take_ready(e, poison);
    if (!operation && !done) {
      if (e.stopping) return;
      wait_for_ready(e, lock);
      continue;
    }
    lock.unlock();
    const bool ended = done != nullptr;
    const uint64_t era = ended ? done->era : 0;
    if (done) release_storages(*std::exchange(done, nullptr));
    Status status = poison;
    if (operation && operation->device) {
      start_on_device(e, std::move(operation));
    } else if (operation) {
      if (poison.ok()) status = run_task(*operation->task);
      operation->task.reset();
    }
    lock_soon(lock);
    if (ended) end_operation(e, era);
    if (operation) complete_task(e, *operation, poison, status, 1);  // this one takes one of them
    done = std::move(operation);
  }
}

void start_threads(Engine& e) {
  for (int i = threads_wanted(); i > 0; --i) e.threads.emplace_back([&e] { work(e); });
}

}  // namespace

// Adds the line that pushed the task. A failure that the task only passes on has its line already.
Status with_origin(const Status& status, const Task& task) {
  if (status.ok() || task.origin.empty()) return status;
  return Status(status.code(), errors::join(status.message(), errors::kPushedAt, task.origin));
}

Status run_task(Task& task) {
  const ProfileScope scope(ProfileKind::kTask, "task", task.origin);
  return with_origin(guarded([&] { return task.run(); }), task);
}

void complete_task(Engine& e, EngineOperation& operation, const Status& poison,
                   const Status& status, int threads_awake) {
  if (poison.ok() && !status.ok() && !operation.told && e.unseen.ok()) e.unseen = status;
  e.outstanding_bytes -= operation.bytes;
  wake_threads(e, complete_operation(e, operation, status) - threads_awake);
}

void* Task::operator new(size_t bytes) {
  void* block = pool_allocate(bytes);
  if (!block) out_of_memory();
  return block;
}

void Task::operator delete(void* block, size_t bytes) { pool_free(block, bytes); }

void make_ready(Engine& e, EngineOperation& operation) {
  if (e.threads.empty() && !e.stopping) start_threads(e);
  e.ready.push_back(&operation);
  std::push_heap(e.ready.begin(), e.ready.end(), runs_later);
  e.made_ready.fetch_add(1, std::memory_order_relaxed);
}

void wake_threads(Engine& e, int tasks) {
  if (e.watched) return;  // the thread that watches wakes others for what it does not take
  for (; tasks > 0; --tasks) e.ready_changed.notify_one();
}

void stop_engine() {
  Engine& e = engine();
  std::vector<std::thread> ending;
  {
    const std::lock_guard lock(e.mutex);
    e.stopping = true;  // the threads first run what is ready now
    e.last_number = e.pushed;
    ending.swap(e.threads);
  }
  e.ready_changed.notify_all();
  for (std::thread& thread : ending) thread.join();
  stop_queues(e);
  const std::lock_guard lock(e.mutex);
  e.stopping = false;
  if (!e.ready.empty()) start_threads(e);  // another thread has pushed meanwhile
}

}  // namespace weft
