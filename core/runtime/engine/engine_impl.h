// The engine's inside: registered operations, variables of storages, and the queue of ready tasks.
// One mutex, Engine::mutex, guards all of it.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/device.h"
#include "runtime/engine/engine.h"
#include "runtime/memory/pool.h"
#include "runtime/memory/small_vector.h"

namespace weft {

// One operation that is registered with the variables of its storages.
struct EngineOperation {
  static void* operator new(size_t bytes) {
    void* block = pool_allocate(bytes);
    if (!block) out_of_memory();
    return block;
  }
  static void operator delete(void* block) { pool_free(block, sizeof(EngineOperation)); }

  std::span<Storage* const> reads;
  std::span<Storage* const> writes;
  SmallVector<uint32_t, 4> places;  // for each of its reads, the index among the storage's readers
  int waiting_for = 0;              // earlier operations that have not completed; 0 means ready
  PoolVector<EngineOperation*> next;  // operations that wait for this one
  bool failure_is_content = false;    // a failure becomes the content of `writes`
  bool told = false;                  // a caller was already given its failure
  uint64_t era = 0;                   // the era in which it was registered
  std::unique_ptr<Task> task;         // null where the registering thread runs the work itself
  // Only for tasks:
  int priority = 0;
  uint64_t number = 0;            // the order in which tasks were pushed
  int64_t bytes = 0;              // memory that it holds or will write
  PoolVector<Storage*> storages;  // reads, then writes: kept alive
  // Only for tasks of a device's queue:
  Device* device = nullptr;
  bool started = false;  // it is on the device's queue
  // Operations of the same queue that wait until it is started.
  PoolVector<EngineOperation*> next_in_queue;
  Status start_status;    // failure of putting it on the queue
  void* event = nullptr;  // the device's event at its end
};

// A device's queue as the engine sees it: the operations on it, and the thread that waits for their
// ends.
struct DeviceQueue {
  explicit DeviceQueue(Device& owner) : device(owner) {}
  Device& device;
  std::mutex order;  // held while work is put on the queue, so that `started` has the same order
  std::deque<EngineOperation*, PoolAllocator<EngineOperation*>> started;
  std::condition_variable changed;
  bool ending = false;
  std::thread thread;
};

// What orders the accesses to one storage: the last writer, and the readers since. A reader waits
// for the writer; a writer waits for all of them.
struct EngineVariable {
  static void* operator new(size_t bytes) {
    void* block = pool_allocate(bytes);
    if (!block) out_of_memory();
    return block;
  }
  static void operator delete(void* block) { pool_free(block, sizeof(EngineVariable)); }

  struct Reader {
    EngineOperation* operation;
    size_t read;  // its index among the operation's reads
  };

  EngineOperation* writer = nullptr;
  PoolVector<Reader> readers;  // since the last writer
  Status poison;               // the failure that is the content now
};

// All state of the engine; one instance for the process.
struct Engine {
  std::mutex mutex;
  std::mutex serial;                      // held for a whole operation under the serial policy
  int waiting = 0;                        // callers that wait for `changed` or `room_changed`
  std::condition_variable changed;        // something has completed
  std::condition_variable ready_changed;  // `ready` has grown, or the threads shall stop
  std::condition_variable room_changed;   // more tasks may be pushed again
  int64_t outstanding = 0;                // operations that are registered and not ended
  // A caller that waits for everything waits only for what was registered before it. It begins a
  // new era, and waits until nothing of the earlier eras is outstanding, however much is registered
  // later.
  uint64_t first_era = 0;  // the oldest era with something outstanding
  // How much is outstanding in each era, from `first_era` on. It does not use the pool's allocator,
  // because the pool itself needs an engine.
  std::deque<int64_t> eras{
      0};  // how much is, from that one on; not of the pool, which needs an engine
  int64_t outstanding_bytes = 0;        // bytes that queued tasks hold or will write
  uint64_t pushed = 0;                  // number of the next task
  PoolVector<EngineOperation*> ready;   // a heap: highest priority, then first pushed
  std::atomic<uint32_t> made_ready{0};  // counts tasks that became ready, for the polling thread
  bool watched = false;  // a thread polls `made_ready` before it sleeps: none has to be woken
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<DeviceQueue>> queues;
  bool stopping = false;
  uint64_t last_number = 0;  // the threads run tasks with smaller numbers before they stop
  Status unseen;             // first failure of a task that no caller has been given
  WaitHooks hooks;
  OriginHook origin = nullptr;
  std::atomic<EnginePolicy> policy{EnginePolicy::kInline};
  std::atomic<int64_t> registered{0}, waited{0}, fast{0}, queued{0};
};

Engine& engine();

// Locks by trying for a moment first: the mutex is held for less time than a thread needs to sleep
// and to be woken.
void lock_contended(std::unique_lock<std::mutex>& lock);
inline void lock_soon(std::unique_lock<std::mutex>& lock) {
  if (!lock.try_lock()) lock_contended(lock);
}

// The limits of pending work. A program that pushes faster than the engine works waits at a limit,
// and goes on when half of it is free. Larger limits would let it run further ahead and cost more
// memory.
inline constexpr int64_t kMaxOutstanding = int64_t{1} << 14;
inline constexpr int64_t kMaxOutstandingBytes = int64_t{1} << 30;
inline bool has_much_room(const Engine& e) {
  return e.outstanding <= kMaxOutstanding / 2 && e.outstanding_bytes <= kMaxOutstandingBytes / 2;
}

void release_storages(const EngineOperation& operation);  // call it without the mutex

// Call the following functions with the mutex held.
bool must_wait(std::span<Storage* const> reads, std::span<Storage* const> writes);
void register_operation(Engine& e, EngineOperation& operation);
// Returns how many tasks it made ready; the caller wakes threads for them.
int complete_operation(Engine& e, EngineOperation& operation, const Status& status);
Status poison_of(std::span<Storage* const> reads);
// A device has the operation now; returns how many tasks that made ready.
int start_operation(Engine& e, EngineOperation& operation);
void make_ready(Engine& e, EngineOperation& operation);
void wake_threads(Engine& e, int tasks);
void end_operation(Engine& e, uint64_t era);  // one operation is no longer outstanding

// Runs the task; its failure names the line that pushed it.
Status run_task(Task& task);
Status with_origin(const Status& status, const Task& task);
// An operation that keeps its storages alive.
std::unique_ptr<EngineOperation> operation_of(std::span<Storage* const> reads,
                                              std::span<Storage* const> writes);
// Waits until there is room for the task, and registers it. Takes the lock and keeps it on success.
Status enter_task(Engine& e, std::unique_lock<std::mutex>& lock,
                  std::unique_ptr<EngineOperation>& operation, std::unique_ptr<Task> task,
                  int priority);
// The end of a task, or of one that did not run because it reads `poison`. Call it with the mutex
// held. `threads_awake` threads will look for work anyway, so that many fewer are woken.
void complete_task(Engine& e, EngineOperation& operation, const Status& poison,
                   const Status& status, int threads_awake);

// Puts an operation that is ready on its device's queue. Call it without the mutex.
void start_on_device(Engine& e, std::unique_ptr<EngineOperation> operation);
void stop_queues(Engine& e);

}  // namespace weft
