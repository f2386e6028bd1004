// A device of the engine's tests: its queue does what it is given, on a thread of its own, in the
// program's memory.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/errors.h"
#include "runtime/device.h"

class QueueDevice final : public weft::Device {
 public:
  explicit QueueDevice(int index) : Device("queue", index), thread_([this] { work(); }) {}
  ~QueueDevice() override {
    put([this] {
      ending_ = true;
      return weft::Status();
    });
    thread_.join();
  }

  void put(std::function<weft::Status()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_all();
  }

  weft::Result<void*> record_event() override {
    auto event = std::make_unique<Event>();
    Event* const raw = event.release();
    put([this, raw] {
      const std::lock_guard lock(mutex_);
      raw->status = std::exchange(status_, weft::Status());
      raw->reached = true;
      changed_.notify_all();
      return weft::Status();
    });
    return static_cast<void*>(raw);
  }
  weft::Status wait_event(void* handle) override {
    const std::unique_ptr<Event> event(static_cast<Event*>(handle));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return event->reached; });
    return event->status;
  }

  weft::Status copy_in(char*, const void*, int64_t) override { return refused(); }
  weft::Status copy_out(void*, const char*, int64_t) override { return refused(); }
  weft::Status launch(const weft::ops::KernelCall&) override { return refused(); }
  bool has_kernel(const weft::ops::OpDef&) override { return false; }

 private:
  struct Event {
    bool reached = false;
    weft::Status status;
  };

  static weft::Status refused() { return weft::errors::unsupported("queue", "only does jobs"); }
  weft::Result<char*> take(int64_t) override { return refused(); }
  void give_back(char*, int64_t) override {}

  void work() {
    while (!ending_) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !jobs_.empty(); });
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      weft::Status status = job();
      lock.lock();
      if (status_.ok()) status_ = std::move(status);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<weft::Status()>> jobs_;
  weft::Status status_;
  bool ending_ = false;
  std::thread thread_;
};
