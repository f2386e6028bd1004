// A device other than the CPU: memory that the program cannot touch, and a queue that does its
// work behind the program, in the order in which it was put there.
//
// What a device is made of is a plug-in's business (weft_device.h); here is what the core asks of
// it. A null `Device*` is the CPU everywhere.
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

  // A forked process has none of the threads that serve a queue: an error there.
  Status check_process() const;

  // Memory, by an address that means nothing to the program.
  Result<char*> allocate(int64_t bytes);
  void free(char* address, int64_t bytes);

  // Put on the queue. The program's memory is read and written when the queue gets there.
  virtual Status copy_in(char* to, const void* from, int64_t bytes) = 0;
  virtual Status copy_out(void* to, const char* from, int64_t bytes) = 0;
  virtual Status launch(const ops::KernelCall& call) = 0;
  virtual bool has_kernel(const ops::OpDef& op) = 0;

  // The end of what is on the queue now. Waiting gives what failed since the event before, and
  // frees the event.
  virtual Result<void*> record_event() = 0;
  virtual Status wait_event(void* event) = 0;
  Status synchronize();

  DeviceMemory memory() const { return {live_.load(), peak_.load()}; }

  // Operators that ran on the CPU because this device has no kernel for them, with how often.
  void note_fallback(const std::string& op);
  std::map<std::string, int64_t> fallbacks() const;

 protected:
  virtual Result<char*> take(int64_t bytes) = 0;
  virtual void give_back(char* address, int64_t bytes) = 0;

 private:
  const std::string kind_;
  const int index_;
  const std::string name_;
  const int process_;
  std::atomic<int64_t> live_{0};
  std::atomic<int64_t> peak_{0};
  mutable std::mutex mutex_;
  std::map<std::string, int64_t> fallbacks_;
};

// "cpu" for null.
std::string_view name_of(const Device* device);

// Devices live as long as the process. All of one kind are added at once, or none.
Status add_devices(std::vector<std::unique_ptr<Device>> devices);
std::vector<Device*> all_devices();
// "cpu", "cuda" (its first) or "cuda:1".
Result<Device*> find_device(std::string_view name);

}  // namespace weft
