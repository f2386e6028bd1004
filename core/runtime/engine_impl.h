// Inside the engine: what is registered, and the queue of its threads. One mutex guards all of it.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/device.h"
#include "runtime/engine.h"
#include "runtime/pool.h"

namespace weft {

// One operation that is registered with the variables of its storages.
struct Operation {
  std::span<Storage* const> reads;
  std::span<Storage* const> writes;
  int waiting_for = 0;
  PoolVector<Operation*> next;  // operations that wait for this one
  bool failure_is_content = false;
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

  Operation* writer = nullptr;
  PoolVector<Operation*> readers;  // since the last writer
  Status poison;
};

struct Engine {
  std::mutex mutex;
  std::mutex serial;                // held for a whole operation under the serial policy
  std::condition_variable changed;  // something has completed
  std::condition_variable ready_changed;
  std::condition_variable room_changed;  // there is room again for more tasks
  int64_t outstanding = 0;
  int64_t outstanding_bytes = 0;  // that queued tasks will write
  uint64_t pushed = 0;
  PoolVector<Operation*> ready;  // a heap: highest priority, then first pushed
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<DeviceQueue>> queues;
  bool stopping = false;
  Status unseen;  // first failure of a task that no caller has been given
  WaitHooks hooks;
  OriginHook origin = nullptr;
  std::atomic<EnginePolicy> policy{EnginePolicy::kInline};
  std::atomic<int64_t> registered{0}, waited{0}, fast{0}, queued{0};
};

Engine& engine();

// A program that pushes faster than the engine works is held up at these, and goes on at half.
inline constexpr int64_t kMostOutstanding = int64_t{1} << 14;
inline constexpr int64_t kMostOutstandingBytes = int64_t{1} << 30;
inline bool has_much_room(const Engine& e) {
  return e.outstanding <= kMostOutstanding / 2 && e.outstanding_bytes <= kMostOutstandingBytes / 2;
}

// With the mutex held.
void register_operation(Engine& e, Operation& operation);
// Gives how many tasks it made ready; somebody has to be woken for them.
int complete_operation(Engine& e, Operation& operation, const Status& status);
Status poison_of(std::span<Storage* const> reads);
// A device has the operation: gives how many tasks that made ready.
int start_operation(Engine& e, Operation& operation);
void make_ready(Engine& e, Operation& operation);
void wake_threads(Engine& e, int tasks);

// The failure of a task names the line that pushed it.
Status run_task(Task& task);
Status with_origin(const Status& status, const Task& task);
std::unique_ptr<Operation> operation_of(std::span<Storage* const> reads,
                                        std::span<Storage* const> writes,
                                        std::unique_ptr<Task> task, int priority);
// The end of a task that was run, or of which `poison` was the input. Takes the lock and gives it.
void finish_task(Engine& e, std::unique_lock<std::mutex>& lock,
                 std::unique_ptr<Operation> operation, const Status& status, bool is_new,
                 int threads_awake);
void wait_for_room(Engine& e, std::unique_lock<std::mutex>& lock, int64_t bytes);

// Puts an operation that is ready on its device's queue. Without the mutex.
void start_on_device(Engine& e, std::unique_ptr<Operation> operation);
void stop_queues(Engine& e);

}  // namespace weft
