// Inside the engine: what is registered, and the queue of its threads. One mutex guards all of it.
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
struct Operation {
  static void* operator new(size_t bytes) {
    void* block = pool_allocate(bytes);
    if (!block) out_of_memory();
    return block;
  }
  static void operator delete(void* block) { pool_free(block, sizeof(Operation)); }

  std::span<Storage* const> reads;
  std::span<Storage* const> writes;
  SmallVector<uint32_t, 4> places;  // of its reads among the readers of their storages
  int waiting_for = 0;
  PoolVector<Operation*> next;  // operations that wait for this one
  bool failure_is_content = false;
  bool told = false;           // a caller was given its failure already
  uint64_t era = 0;            // of its registration
  std::unique_ptr<Task> task;  // null where the registering thread runs the work itself
  // Of a task:
  int priority = 0;
  uint64_t number = 0;
  int64_t bytes = 0;
  PoolVector<Storage*> storages;  // reads, then writes: kept alive
  // Of a task for a device's queue:
  Device* device = nullptr;
  bool started = false;                  // it is there
  PoolVector<Operation*> next_in_queue;  // operations of the same queue that wait for that
  Status start_status;
  void* event = nullptr;  // its end
};

// A device's queue seen from the program: what is on it, and the thread that waits for its end.
struct DeviceQueue {
  explicit DeviceQueue(Device& owner) : device(owner) {}
  Device& device;
  std::mutex order;  // held while work is put there, so that `started` has the queue's order
  std::deque<Operation*, PoolAllocator<Operation*>> started;
  std::condition_variable changed;
  bool ending = false;
  std::thread thread;
};

struct EngineVariable {
  static void* operator new(size_t bytes) {
    void* block = pool_allocate(bytes);
    if (!block) out_of_memory();
    return block;
  }
  static void operator delete(void* block) { pool_free(block, sizeof(EngineVariable)); }

  struct Reader {
    Operation* operation;
    size_t read;  // its number among the operation's reads
  };

  Operation* writer = nullptr;
  PoolVector<Reader> readers;  // since the last writer
  Status poison;
};

struct Engine {
  std::mutex mutex;
  std::mutex serial;                // held for a whole operation under the serial policy
  int waiting = 0;                  // callers that wait for `changed` or `room_changed`
  std::condition_variable changed;  // something has completed
  std::condition_variable ready_changed;
  std::condition_variable room_changed;  // there is room again for more tasks
  int64_t outstanding = 0;
  // Who waits for everything waits for what was registered before: it begins an era, and waits
  // until nothing is outstanding of those before it, however much others go on registering.
  uint64_t first_era = 0;  // of those that something is outstanding of
  std::deque<int64_t> eras{
      0};  // how much is, from that one on; not of the pool, which needs an engine
  int64_t outstanding_bytes = 0;  // that queued tasks will write
  uint64_t pushed = 0;
  PoolVector<Operation*> ready;  // a heap: highest priority, then first pushed
  std::atomic<uint32_t> made_ready{0};
  bool watched = false;  // a thread looks at `made_ready` before it sleeps: nobody has to be woken
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<DeviceQueue>> queues;
  bool stopping = false;
  uint64_t last_number = 0;  // tasks below it run before the threads stop
  Status unseen;             // first failure of a task that no caller has been given
  WaitHooks hooks;
  OriginHook origin = nullptr;
  std::atomic<EnginePolicy> policy{EnginePolicy::kInline};
  std::atomic<int64_t> registered{0}, waited{0}, fast{0}, queued{0};
};

Engine& engine();

// The mutex is held for less than it takes to sleep and to be woken.
void lock_contended(std::unique_lock<std::mutex>& lock);
inline void lock_soon(std::unique_lock<std::mutex>& lock) {
  if (!lock.try_lock()) lock_contended(lock);
}

// A program that pushes faster than the engine works is held up at these, and goes on at half.
inline constexpr int64_t kMaxOutstanding = int64_t{1} << 14;
inline constexpr int64_t kMaxOutstandingBytes = int64_t{1} << 30;
inline bool has_much_room(const Engine& e) {
  return e.outstanding <= kMaxOutstanding / 2 && e.outstanding_bytes <= kMaxOutstandingBytes / 2;
}

void release_storages(const Operation& operation);  // without the mutex

// With the mutex held.
bool must_wait(std::span<Storage* const> reads, std::span<Storage* const> writes);
void register_operation(Engine& e, Operation& operation);
// Gives how many tasks it made ready; somebody has to be woken for them.
int complete_operation(Engine& e, Operation& operation, const Status& status);
Status poison_of(std::span<Storage* const> reads);
// A device has the operation: gives how many tasks that made ready.
int start_operation(Engine& e, Operation& operation);
void make_ready(Engine& e, Operation& operation);
void wake_threads(Engine& e, int tasks);
void end_operation(Engine& e, uint64_t era);  // one is outstanding no more

// The failure of a task names the line that pushed it.
Status run_task(Task& task);
Status with_origin(const Status& status, const Task& task);
// An operation that keeps its storages alive.
std::unique_ptr<Operation> operation_of(std::span<Storage* const> reads,
                                        std::span<Storage* const> writes);
// Registers a task once there is room for it; takes the lock.
Status enter_task(Engine& e, std::unique_lock<std::mutex>& lock,
                  std::unique_ptr<Operation>& operation, std::unique_ptr<Task> task, int priority);
// With the mutex held: the end of a task, or of one that did not run because it reads `poison`.
// Threads that look for more work anyway take some of what is ready now.
void complete_task(Engine& e, Operation& operation, const Status& poison, const Status& status,
                   int threads_awake);

// Puts an operation that is ready on its device's queue. Without the mutex.
void start_on_device(Engine& e, std::unique_ptr<Operation> operation);
void stop_queues(Engine& e);

}  // namespace weft
