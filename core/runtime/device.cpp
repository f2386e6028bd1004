// The list of devices of the process, and the accounts that every device keeps: bytes in use, and
// operators that fell back to the CPU.

#include "runtime/device.h"

#include <algorithm>

#include "base/errors.h"
#include "runtime/os/process.h"

namespace weft {
namespace {

// Never destroyed: arrays may outlive main, and they point to their devices.
struct AllDevices {
  std::mutex mutex;
  std::vector<std::unique_ptr<Device>> devices;
};
AllDevices& all() {
  static auto* const devices = new AllDevices;
  return *devices;
}

std::string known_names(const std::vector<std::unique_ptr<Device>>& devices) {
  std::string names = "cpu";
  for (const auto& device : devices) names += ", " + device->name();
  return names;
}

}  // namespace

Device::Device(std::string kind, int index)
    : kind_(std::move(kind)),
      index_(index),
      name_(kind_ + ":" + std::to_string(index)),
      process_(os::process_number()) {}

Status Device::check_process() const {
  if (process_ == os::process_number()) return {};
  return errors::invalid_state("device", name_,
                               " belongs to the process that loaded it, not to this fork of that "
                               "process; load devices in each process");
}

Result<char*> Device::allocate(int64_t bytes) {
  WEFT_TRY(check_process());
  WEFT_ASSIGN(char* const address, take(bytes));
  const int64_t live = live_.fetch_add(bytes) + bytes;
  // The peak grows without a lock: try again while another thread stored a smaller one meanwhile.
  int64_t peak = peak_.load();
  while (peak < live && !peak_.compare_exchange_weak(peak, live)) {
  }
  return address;
}

void Device::free(char* address, int64_t bytes) {
  give_back(address, bytes);
  live_.fetch_sub(bytes);
}

Status Device::synchronize() {
  WEFT_ASSIGN(void* const event, record_event());
  return wait_event(event);
}

void Device::note_fallback(const std::string& op) {
  const std::lock_guard lock(mutex_);
  ++fallbacks_[op];
}

std::map<std::string, int64_t> Device::fallbacks() const {
  const std::lock_guard lock(mutex_);
  return fallbacks_;
}

std::string_view name_of(const Device* device) {
  return device ? std::string_view(device->name()) : "cpu";
}

Status add_devices(std::vector<std::unique_ptr<Device>> devices) {
  const std::lock_guard lock(all().mutex);
  for (const auto& known : all().devices)
    if (!devices.empty() && known->kind() == devices[0]->kind())
      return errors::invalid_state("device", "devices of kind ", known->kind(),
                                   " are registered already");
  for (auto& device : devices) all().devices.push_back(std::move(device));
  return {};
}

std::vector<Device*> all_devices() {
  const std::lock_guard lock(all().mutex);
  std::vector<Device*> devices;
  for (const auto& device : all().devices) devices.push_back(device.get());
  return devices;
}

Result<Device*> find_device(std::string_view name) {
  if (name == "cpu" || name == "cpu:0") return nullptr;
  const std::lock_guard lock(all().mutex);
  for (const auto& device : all().devices)
    if (name == device->name() || (name == device->kind() && device->index() == 0))
      return device.get();
  return errors::not_found("device", "there is no device `", name, "`; there are ",
                           known_names(all().devices));
}

}  // namespace weft
