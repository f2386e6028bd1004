// Work of devices. The thread that makes it ready puts it on the device's queue; one watcher thread
// for each device waits for its end.

#include <algorithm>

#include "runtime/engine/engine_impl.h"

namespace weft {
namespace {

// The watcher: completes what the device has done, in the queue's order, so that a failure passes
// on to the work behind it. Returns when it is told to end and nothing is left.
void watch(Engine& e, DeviceQueue& queue) {
  std::unique_lock lock(e.mutex);
  for (;;) {
    queue.changed.wait(lock, [&] { return queue.ending || !queue.started.empty(); });
    if (queue.started.empty()) return;
    std::unique_ptr<EngineOperation> operation(queue.started.front());
    queue.started.pop_front();
    lock.unlock();
    Status status = operation->start_status;
    if (operation->event) {
      const Status done = queue.device.wait_event(operation->event);
      if (status.ok()) status = with_origin(done, *operation->task);
    }
    operation->task.reset();
    lock_soon(lock);
    const Status poison = poison_of(operation->reads);
    complete_task(e, *operation, poison, poison.ok() ? status : poison, 0);
    lock.unlock();
    release_storages(*operation);
    lock_soon(lock);
    end_operation(e, operation->era);
  }
}

// The device's queue, made with its watcher at first use. Call it with the mutex held.
DeviceQueue& queue_of(Engine& e, Device& device) {
  const auto found =
      std::ranges::find_if(e.queues, [&](const auto& queue) { return &queue->device == &device; });
  if (found != e.queues.end()) return **found;
  e.queues.push_back(std::make_unique<DeviceQueue>(device));
  DeviceQueue& queue = *e.queues.back();
  queue.thread = std::thread([&e, &queue] { watch(e, queue); });
  return queue;
}

// A failure among the inputs that no pending work will overwrite.
Status known_poison(std::span<Storage* const> reads) {
  for (Storage* storage : reads)
    if (!storage->variable->writer && !storage->variable->poison.ok())
      return storage->variable->poison;
  return {};
}

}  // namespace

// Order matters: `queue.order` is held from putting the work on the queue until it is in `started`,
// so that the watcher sees both in the same order.
void start_on_device(Engine& e, std::unique_ptr<EngineOperation> owned) {
  std::unique_lock lock(e.mutex);
  DeviceQueue& queue = queue_of(e, *owned->device);
  EngineOperation& operation = *owned;
  Status status = known_poison(operation.reads);
  const bool poisoned = !status.ok();
  lock.unlock();
  const std::lock_guard order(queue.order);
  if (!poisoned) {
    status = run_task(*operation.task);
    // An event is recorded even after a failure: a part of the work may be on the queue.
    Result<void*> event = operation.device->record_event();
    if (event.ok())
      operation.event = event.value();
    else if (status.ok())
      status = event.status();
  }
  operation.start_status = status;
  lock.lock();
  queue.started.push_back(owned.release());
  wake_threads(e, start_operation(e, operation));
  queue.changed.notify_one();
}

namespace {

Status submit(Engine& e, std::span<Storage* const> reads, std::span<Storage* const> writes,
              Device& device, std::unique_ptr<Task> task) {
  std::unique_ptr<EngineOperation> operation = operation_of(reads, writes);
  operation->device = &device;
  std::unique_lock lock(e.mutex, std::defer_lock);
  WEFT_TRY(enter_task(e, lock, operation, std::move(task), 0));
  if (operation->waiting_for > 0) {
    static_cast<void>(operation.release());  // the thread that makes it ready has it now
    return {};
  }
  lock.unlock();
  start_on_device(e, std::move(operation));
  return {};
}

}  // namespace

Status engine_submit(std::span<Storage* const> reads, std::span<Storage* const> writes,
                     Device& device, std::unique_ptr<Task> task) {
  WEFT_TRY(device.check_process());
  Engine& e = engine();
  if (engine_policy() != EnginePolicy::kSerial)
    return submit(e, reads, writes, device, std::move(task));
  const std::lock_guard serial(e.serial);
  WEFT_TRY(submit(e, reads, writes, device, std::move(task)));
  for (Storage* storage : writes) WEFT_TRY(engine_wait(*storage));
  return {};
}

void stop_queues(Engine& e) {
  std::vector<std::unique_ptr<DeviceQueue>> ending;
  {
    const std::lock_guard lock(e.mutex);
    ending.swap(e.queues);
    for (const auto& queue : ending) queue->ending = true;
  }
  for (const auto& queue : ending) {
    queue->changed.notify_one();
    queue->thread.join();
  }
}

}  // namespace weft
