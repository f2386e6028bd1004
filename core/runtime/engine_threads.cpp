// The engine's own threads: they run queued tasks and nothing of the binding's.
#include <algorithm>
#include <cstdlib>

#include "base/errors.h"
#include "runtime/engine_impl.h"
#include "runtime/threads.h"

namespace weft {
namespace {

constexpr int kMostThreads = 4;

int threads_wanted() {
  const char* text = std::getenv("WEFT_ENGINE_THREADS");
  const int count = text ? std::atoi(text) : 0;
  return count > 0 ? std::min(count, 64) : std::clamp(num_threads(), 1, kMostThreads);
}

bool runs_later(const Operation* a, const Operation* b) {
  return a->priority != b->priority ? a->priority < b->priority : a->number > b->number;
}

void work(Engine& e) {
  std::unique_lock lock(e.mutex);
  for (;;) {
    e.ready_changed.wait(lock, [&] { return e.stopping || !e.ready.empty(); });
    if (e.ready.empty()) return;
    std::pop_heap(e.ready.begin(), e.ready.end(), runs_later);
    std::unique_ptr<Operation> operation(e.ready.back());
    e.ready.pop_back();
    if (operation->device) {
      lock.unlock();
      start_on_device(e, std::move(operation));
      lock.lock();
      continue;
    }
    const Status poison = poison_of(operation->reads);
    lock.unlock();
    const Status status = poison.ok() ? run_task(*operation->task) : poison;
    operation->task.reset();
    lock.lock();
    finish_task(e, lock, std::move(operation), status, poison.ok(), 1);
  }
}

void start_threads(Engine& e) {
  for (int i = threads_wanted(); i > 0; --i) e.threads.emplace_back([&e] { work(e); });
}

}  // namespace

// What a task passes on from its inputs has been named already.
Status with_origin(const Status& status, const Task& task) {
  if (status.ok() || task.origin.empty()) return status;
  return Status(status.code(), status.message() + "; pushed at " + task.origin);
}

Status run_task(Task& task) {
  return with_origin(guarded([&] { return task.run(); }), task);
}

void finish_task(Engine& e, std::unique_lock<std::mutex>& lock,
                 std::unique_ptr<Operation> operation, const Status& status, bool is_new,
                 int threads_awake) {
  if (is_new && !status.ok() && e.unseen.ok()) e.unseen = status;
  e.outstanding_bytes -= operation->bytes;
  // Threads that look for more anyway take some of what is ready now.
  wake_threads(e, complete_operation(e, *operation, status) - threads_awake);
  lock.unlock();
  for (Storage* storage : operation->storages) storage->release();
  lock.lock();
  --e.outstanding;  // after the last release: who waited for everything finds memory given back
  if (e.outstanding == 0) e.changed.notify_all();
  if (has_much_room(e)) e.room_changed.notify_all();
}

void* Task::operator new(size_t bytes) {
  void* block = pool_allocate(bytes);
  if (!block) out_of_memory();
  return block;
}

void Task::operator delete(void* block, size_t bytes) { pool_free(block, bytes); }

void make_ready(Engine& e, Operation& operation) {
  if (e.threads.empty() && !e.stopping) start_threads(e);
  e.ready.push_back(&operation);
  std::push_heap(e.ready.begin(), e.ready.end(), runs_later);
}

void wake_threads(Engine& e, int tasks) {
  for (; tasks > 0; --tasks) e.ready_changed.notify_one();
}

void stop_engine() {
  Engine& e = engine();
  std::vector<std::thread> ending;
  {
    const std::lock_guard lock(e.mutex);
    e.stopping = true;  // the threads empty the queue first
    ending.swap(e.threads);
  }
  e.ready_changed.notify_all();
  for (std::thread& thread : ending) thread.join();
  stop_queues(e);
  const std::lock_guard lock(e.mutex);
  e.stopping = false;
  if (!e.ready.empty()) start_threads(e);  // pushed meanwhile by another thread
}

}  // namespace weft
