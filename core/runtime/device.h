// A device other than the CPU: memory that the program cannot touch, and a queue that does its work
// later than the program asks for it, in the order in which it was queued.
//
// How a device works is a plug-in's business (weft_device.h); this class is what the core asks of
// it. A null `Device*` means the CPU everywhere.
#pragma once

#include <stdint.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace weft {

namespace ops {
struct KernelCall;
class OpDef;
}  // namespace ops

// Bytes in use now, and the largest number at one time.
struct DeviceMemory {
  int64_t live;
  int64_t peak;
};

class Device {
 public:
  Device(std::string kind, int index);
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const std::string& kind() const { return kind_; }
  int index() const { return index_; }
  const std::string& name() const { return name_; }  // "cuda:1"

  // An error in a forked process: it has none of the threads that serve the queue.
  Status check_process() const;

  // Memory of the device. The program must not read or write at this address.
  Result<char*> allocate(int64_t bytes);
  void free(char* address, int64_t bytes);

  // These put work on the queue and return at once. The queue reads or writes the program's memory
  // later, so that memory must stay until an event recorded afterwards has been waited for.
  virtual Status copy_in(char* to, const void* from, int64_t bytes) = 0;
  virtual Status copy_out(void* to, const char* from, int64_t bytes) = 0;
  virtual Status launch(const ops::KernelCall& call) = 0;
  virtual bool has_kernel(const ops::OpDef& op) = 0;

  // An event marks the end of what is on the queue now. Waiting for it gives what failed since the
  // event before, and frees the event.
  virtual Result<void*> record_event() = 0;
  virtual Status wait_event(void* event) = 0;
  // Waits until everything on the queue is done.
  Status synchronize();

  DeviceMemory memory() const { return {live_.load(), peak_.load()}; }

  // Operators that ran on the CPU because this device has no kernel for them, and how often.
  void note_fallback(const std::string& op);
  std::map<std::string, int64_t> fallbacks() const;

 protected:
  // What `allocate` and `free` call: the plug-in's own allocator, without the accounts.
  virtual Result<char*> take(int64_t bytes) = 0;
  virtual void give_back(char* address, int64_t bytes) = 0;

 private:
  const std::string kind_;
  const int index_;
  const std::string name_;
  const int process_;  // the process that loaded the device
  std::atomic<int64_t> live_{0};
  std::atomic<int64_t> peak_{0};
  mutable std::mutex mutex_;
  std::map<std::string, int64_t> fallbacks_;
};

// "cpu" for null.
std::string_view name_of(const Device* device);

// Devices live as long as the process. All devices of one kind are added at once, or none.
Status add_devices(std::vector<std::unique_ptr<Device>> devices);
std::vector<Device*> all_devices();
// The names are "cpu", "cuda" (the first of its kind) and "cuda:1". The CPU is a null pointer.
Result<Device*> find_device(std::string_view name);

}  // namespace weft
