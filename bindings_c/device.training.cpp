// weft.h and weft_device.h: devices, their drivers, and arrays on them. DrivenDevice turns the
// core's calls on a device into calls of a driver's functions; the rest loads, checks and lists
// drivers.
#include <algorithm>
#include <cctype>
#include <mutex>

#include "eager/devices.h"
#include "guard.h"
#include "library_scope.h"
#include "ops/slots/kernel_call.h"
#include "runtime/device.h"
#include "runtime/os/process.h"
#include "weft/weft_device.h"

using namespace weft;

namespace {

// What weft_device_get_info lends until the thread's next call. It is outside of the function,
// because what Windows exports has no variables of threads.
thread_local std::string text_of_fallbacks;

// Addresses of a device are uint64_t in weft_device.h and pointers in the core, which never reads
// through them.
uint64_t address_of(const void* data) { return reinterpret_cast<uintptr_t>(data); }
char* pointer_to(uint64_t address) {
  return reinterpret_cast<char*>(static_cast<uintptr_t>(address));
}

// The operands of a call in the form of weft_device.h. `host` is the set of inputs whose one
// element lies in the program's memory.
PoolVector<weft_device_array> arrays_of(std::span<const TensorView> views, uint32_t host) {
  PoolVector<weft_device_array> arrays;
  for (size_t i = 0; i < views.size(); ++i) {
    const TensorView& view = views[i];
    const bool here = view.data && ops::in_set(host, i);
    arrays.push_back({here ? 0 : address_of(view.data), here ? view.data : nullptr,
                      static_cast<weft_dtype>(view.dtype), std::max(view.rank, 0), view.shape,
                      view.strides});
  }
  return arrays;
}

// An operand of weft_device.h as the core's view; the address must be a pointer of this process.
Status view_of(const weft_device_call& call, const weft_device_array& array, TensorView* view) {
  if (array.rank < 0 || array.rank > kMaxRank || !weft_dtype_name(array.dtype))
    return errors::invalid_value(
        "weft_device_call_on_host", "an operand of `", call.name, "` must have a rank in [0, ",
        kMaxRank, "] and a known dtype; got rank ", array.rank, " and dtype ", array.dtype);
  // A scalar has an element somewhere, so a rank of 0 without any address means an absent input.
  const bool is_absent = array.rank == 0 && !array.address && !array.element;
  *view = {array.element ? const_cast<void*>(array.element) : pointer_to(array.address),
           {},
           {},
           is_absent ? Shape::absent().rank() : array.rank,
           static_cast<DType>(array.dtype)};
  std::copy_n(array.shape, array.rank, view->shape);
  std::copy_n(array.strides, array.rank, view->strides);
  return {};
}

// A device whose work the functions of a driver do. The lock keeps two threads from using the queue
// at a time; wait_event may run beside other calls.
class DrivenDevice final : public Device {
 public:
  DrivenDevice(const weft_device_driver& driver, int index)
      : Device(driver.name, index), driver_(driver) {}

  // Creates the device's queue; a device that fails here is not added.
  Status open() {
    return checked("create_queue", driver_.create_queue(driver_.context, index(), &queue_));
  }

  Status copy_in(char* to, const void* from, int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    return checked("copy_in", driver_.copy_in(driver_.context, queue_, address_of(to), from,
                                              static_cast<size_t>(bytes)));
  }
  Status copy_out(void* to, const char* from, int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    return checked("copy_out", driver_.copy_out(driver_.context, queue_, to, address_of(from),
                                                static_cast<size_t>(bytes)));
  }
  bool has_kernel(const ops::OpDef& op) override {
    return driver_.has_kernel(driver_.context, index(), op.name.c_str()) != 0;
  }
  Status launch(const ops::KernelCall& call) override {
    const auto inputs = arrays_of(call.in, call.host_inputs);
    const auto outputs = arrays_of(call.out, 0);
    weft_device_call described{};
    described.struct_size = sizeof described;
    described.op = c::handle(&call.op);
    described.name = call.op.name.c_str();
    described.inputs = inputs.data();
    described.ninputs = inputs.size();
    described.outputs = outputs.data();
    described.noutputs = outputs.size();
    described.attributes = reinterpret_cast<const weft_value*>(call.attributes.data());
    described.nattributes = call.attributes.size();
    described.scratch = address_of(call.scratch);
    described.seed = call.seed;
    described.ordinal = call.ordinal;
    const std::lock_guard lock(mutex_);
    return checked(call.op.name, driver_.launch(driver_.context, queue_, &described));
  }
  Result<void*> record_event() override {
    void* event = nullptr;
    const std::lock_guard lock(mutex_);
    WEFT_TRY(checked("record_event", driver_.record_event(driver_.context, queue_, &event)));
    return event;
  }
  Status wait_event(void* event) override {
    return checked("", driver_.wait_event(driver_.context, event));
  }

 private:
  Result<char*> take(int64_t bytes) override {
    uint64_t address = 0;
    WEFT_TRY(checked("allocate", driver_.allocate(driver_.context, index(),
                                                  static_cast<size_t>(bytes), &address)));
    return pointer_to(address);
  }
  void give_back(char* address, int64_t bytes) override {
    driver_.free(driver_.context, index(), address_of(address), static_cast<size_t>(bytes));
  }

  // A failure with the driver's text. `what` is the function that failed, or empty if work on the
  // queue failed, which wait_event reports.
  Status checked(std::string_view what, weft_status code) const {
    if (code == WEFT_OK) return {};
    const char* const given = driver_.error(driver_.context);
    const std::string text = given ? given : "no reason is given";
    const StatusCode status = status_code_of(code);
    if (what.empty()) return Status(status, text + " (on " + name() + ")");
    return Status(status, errors::join(what, ": ", name(), ": ", text));
  }

  // lives as long as the process
  const weft_device_driver& driver_;
  void* queue_ = nullptr;
  std::mutex mutex_;  // a queue is given one thing at a time
};

// A device's name is "kind:index", so a kind must be a plain word, and "cpu" is taken.
Status check_name(const weft_device_driver& driver) {
  const std::string_view name = driver.name ? driver.name : "";
  const bool plain = !name.empty() && name != "cpu" && std::ranges::all_of(name, [](char letter) {
    return std::islower(static_cast<unsigned char>(letter)) ||
           std::isdigit(static_cast<unsigned char>(letter)) || letter == '_';
  });
  if (plain) return {};
  return errors::invalid_value("weft_device_register",
                               "`driver->name` must consist of lower-case letters, digits and "
                               "underscores, and must not be cpu; got \"",
                               name, "\"");
}

Status check_driver(const weft_device_driver& driver) {
  // The struct of another ABI may have another layout: only size and number are read first.
  if (driver.struct_size < sizeof driver || driver.abi != WEFT_DEVICE_ABI)
    return errors::unsupported("weft_device_register", "`driver` must have device ABI ",
                               int64_t{WEFT_DEVICE_ABI}, " and ", sizeof driver, " bytes; got ABI ",
                               static_cast<int64_t>(driver.abi), " and ", driver.struct_size,
                               " bytes; build the plug-in with the header of this release");
  WEFT_TRY(check_name(driver));
  if (driver.count < 1)
    return errors::invalid_value("weft_device_register", "`driver->count` must be at least 1; got ",
                                 driver.count);
  const bool complete = driver.allocate && driver.free && driver.create_queue && driver.copy_in &&
                        driver.copy_out && driver.has_kernel && driver.launch &&
                        driver.record_event && driver.wait_event && driver.error;
  if (complete) return {};
  return errors::invalid_value("weft_device_register",
                               "`driver` must have all its functions; got NULL for one of \"",
                               driver.name, "\"");
}

// Adds all devices of a driver, or none if one of them fails.
Status register_driver(const weft_device_driver& driver) {
  WEFT_TRY(check_driver(driver));
  std::vector<std::unique_ptr<Device>> devices;
  for (int32_t i = 0; i < driver.count; ++i) {
    auto device = std::make_unique<DrivenDevice>(driver, i);
    WEFT_TRY(device->open());
    devices.push_back(std::move(device));
  }
  return add_devices(std::move(devices));
}

// Loads a plug-in: a shared library that exports a function which gives its driver.
Status load_driver(const char* path) {
  WEFT_TRY(c::require_regular_file("weft_device_load", path));
  void* const library = os::open_library(path);
  if (!library) return errors::not_found("weft_device_load", os::why_no_library());
  // The library is never closed: arrays on its devices may live until the process ends.
  const auto entry =
      reinterpret_cast<weft_device_plugin_function>(os::find_symbol(library, WEFT_DEVICE_PLUGIN));
  if (!entry)
    return errors::unsupported("weft_device_load", path,
                               " is not a device plug-in: it does not export " WEFT_DEVICE_PLUGIN);
  const weft_device_driver* const driver = entry(WEFT_DEVICE_ABI);
  if (!driver)
    return errors::unsupported("weft_device_load", path,
                               " found no device, or does not support device ABI ",
                               int64_t{WEFT_DEVICE_ABI});
  return register_driver(*driver);
}

Device* device(weft_device handle) { return reinterpret_cast<Device*>(handle); }
weft_device handle(Device* device) { return reinterpret_cast<weft_device>(device); }

}  // namespace

extern "C" {

weft_status weft_device_register(const weft_device_driver* driver) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_device_register", {{"driver", driver}}));
    return register_driver(*driver);
  });
}

weft_status weft_device_load(const char* path) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_device_load", {{"path", path}}));
    return load_driver(path);
  });
}

weft_status weft_device_call_on_host(const weft_device_call* call) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_device_call_on_host", {{"call", call}}));
    const ops::OpDef& op = *c::op(call->op);
    PoolVector<TensorView> in(call->ninputs), out(call->noutputs);
    for (size_t i = 0; i < in.size(); ++i) WEFT_TRY(view_of(*call, call->inputs[i], &in[i]));
    for (size_t i = 0; i < out.size(); ++i) WEFT_TRY(view_of(*call, call->outputs[i], &out[i]));
    if (!op.slot.run) return errors::unsupported(op.name, "the CPU has no kernel for it");
    return ops::run_kernel({op, in, out, c::arguments(call->attributes, call->nattributes),
                            pointer_to(call->scratch), call->seed, call->ordinal});
  });
}

size_t weft_device_count(void) { return all_devices().size(); }

weft_device weft_device_at(size_t index) {
  const auto devices = all_devices();
  return index < devices.size() ? handle(devices[index]) : nullptr;
}

weft_status weft_device_find(const char* name, weft_device* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_device_find", {{"name", name}, {"device", out}}));
    WEFT_ASSIGN(Device* const found, find_device(name));
    *out = handle(found);
    return {};
  });
}

const char* weft_device_name(weft_device handle) { return name_of(device(handle)).data(); }

weft_status weft_device_get_info(weft_device handle, weft_device_info* info) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_device_get_info", {{"device", handle}, {"info", info}}));
    std::string& text = text_of_fallbacks;
    text.clear();
    for (const auto& [op, count] : device(handle)->fallbacks())
      text += op + " " + std::to_string(count) + "\n";
    const DeviceMemory memory = device(handle)->memory();
    constexpr size_t kFirstVersion = offsetof(weft_device_info, fallbacks) + sizeof info->fallbacks;
    const weft_device_info full = {0, memory.live, memory.peak, text.c_str()};
    return c::fill("weft_device_get_info", "info", kFirstVersion, full, info);
  });
}

weft_device weft_set_device(weft_device handle) {
  return ::handle(std::exchange(thread_state().device, device(handle)));
}

weft_device weft_get_device(void) { return handle(thread_state().device); }

weft_device weft_tensor_device(weft_tensor handle) {
  if (!handle) return nullptr;
  // A traced array is on no device yet; new arrays of the trace go to the thread's device.
  if (c::tensor(handle)->box().traced()) return ::handle(thread_state().device);
  return ::handle(c::tensor(handle)->device());
}

weft_status weft_tensor_to_device(weft_tensor handle, weft_device target, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_to_device", {{"tensor", handle}, {"out", out}}));
    WEFT_ASSIGN(Ref<Tensor> moved, eager::to_device(*c::tensor(handle), device(target)));
    *out = c::handle(moved.detach());
    return {};
  });
}

}  // extern "C"
