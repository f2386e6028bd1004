// A device that is none: see README.md.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weft/weft_device.h"

namespace {

constexpr int kDevices = 2;
// No process has memory here, so that the CPU's reading it ends the process.
constexpr uint64_t kFirstAddress = uint64_t{0x00fa} << 48;
constexpr uint64_t kRoomOfOne = uint64_t{1} << 47;
constexpr int kGarbage = 0xa5;  // of a float32: -2.9e-16

thread_local std::string last_error;

weft_status fail(weft_status code, std::string text) {
  last_error = std::move(text);
  return code;
}

struct Block {
  std::unique_ptr<char[]> memory;
  size_t bytes;
};

// Addresses are never used twice.
class Memory {
 public:
  explicit Memory(int device) : next_(kFirstAddress + kRoomOfOne * uint64_t(device)) {}

  weft_status allocate(size_t bytes, uint64_t* address) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<char[]> memory(new (std::nothrow) char[bytes]);
    if (!memory) return fail(WEFT_OUT_OF_MEMORY, "no more memory");
    std::memset(memory.get(), kGarbage, bytes);
    *address = next_;
    next_ += (bytes + 4095) / 4096 * 4096 + 4096;
    blocks_.emplace(*address, Block{std::move(memory), bytes});
    return WEFT_OK;
  }

  void free(uint64_t address) {
    const std::lock_guard lock(mutex_);
    if (blocks_.erase(address) == 0) std::abort();  // freed twice, or never had
  }

  // Where bytes [address + low, address + high) really are; null if that is not inside one block.
  char* find(uint64_t address, int64_t low, int64_t high) {
    const std::lock_guard lock(mutex_);
    auto block = blocks_.upper_bound(address + uint64_t(low));
    if (block == blocks_.begin()) return nullptr;
    --block;
    const uint64_t begin = address + uint64_t(low) - block->first;
    if (begin + uint64_t(high - low) > block->second.bytes) return nullptr;
    return block->second.memory.get() + begin - low;
  }

 private:
  std::mutex mutex_;
  uint64_t next_;
  std::map<uint64_t, Block> blocks_;
};

// What a view touches, in bytes from its first element.
bool extent_of(const weft_device_array& array, int64_t* low, int64_t* high) {
  *low = *high = 0;
  for (int32_t axis = 0; axis < array.rank; ++axis) {
    if (array.shape[axis] == 0) return false;
    const int64_t reach = (array.shape[axis] - 1) * array.strides[axis];
    (reach < 0 ? *low : *high) += reach;
  }
  const auto size = int64_t(weft_dtype_size(array.dtype));
  *low *= size;
  *high = (*high + 1) * size;
  return true;
}

// A call with all that it needs to be run later.
class Call {
 public:
  explicit Call(const weft_device_call& call) : call_(call) {
    keep({call.inputs, call.ninputs}, inputs_);
    keep({call.outputs, call.noutputs}, outputs_);
    attributes_.assign(call.attributes, call.attributes + call.nattributes);
    texts_.reserve(attributes_.size());
    for (weft_value& value : attributes_) keep(value);
  }

  weft_status run(Memory& memory) {
    std::vector<weft_device_array> in, out;
    if (const weft_status status = place(memory, inputs_, "input", in)) return status;
    if (const weft_status status = place(memory, outputs_, "output", out)) return status;
    weft_device_call here = call_;
    here.inputs = in.data();
    here.outputs = out.data();
    here.attributes = attributes_.data();
    if (here.scratch) {
      char* const scratch = memory.find(here.scratch, 0, 1);
      if (!scratch) return fail(WEFT_INVALID_VALUE, wrong("scratch", 0, here.scratch));
      here.scratch = reinterpret_cast<uintptr_t>(scratch);
    }
    const weft_status status = weft_device_call_on_host(&here);
    return status ? fail(status, weft_last_error()) : WEFT_OK;
  }

 private:
  struct Span {
    const weft_device_array* arrays;
    size_t count;
  };
  struct Kept {
    weft_device_array array;
    std::vector<int64_t> shape, strides;
    int64_t element = 0;
  };

  static void keep(Span given, std::vector<Kept>& kept) {
    for (size_t i = 0; i < given.count; ++i) {
      const weft_device_array& array = given.arrays[i];
      const int32_t rank = array.rank > 0 ? array.rank : 0;
      kept.push_back(
          {array, {array.shape, array.shape + rank}, {array.strides, array.strides + rank}, 0});
      if (array.element)
        std::memcpy(&kept.back().element, array.element, weft_dtype_size(array.dtype));
    }
  }

  void keep(weft_value& value) {
    if (value.tag == WEFT_TAG_STRING) {
      value.as.text = texts_.emplace_back(value.as.text, value.count).data();
    } else if (value.tag == WEFT_TAG_INTS) {
      ints_.emplace_back(value.as.ints, value.as.ints + value.count);
      value.as.ints = ints_.back().data();
    }
  }

  weft_status place(Memory& memory, std::vector<Kept>& kept, const char* side,
                    std::vector<weft_device_array>& placed) {
    for (size_t i = 0; i < kept.size(); ++i) {
      weft_device_array array = kept[i].array;
      array.shape = kept[i].shape.data();
      array.strides = kept[i].strides.data();
      int64_t low = 0;
      int64_t high = 0;
      if (array.element) {
        array.element = &kept[i].element;
      } else if (array.address && extent_of(array, &low, &high)) {
        char* const memory_of = memory.find(array.address, low, high);
        if (!memory_of) return fail(WEFT_INVALID_VALUE, wrong(side, i, array.address));
        array.address = reinterpret_cast<uintptr_t>(memory_of);
      }
      placed.push_back(array);
    }
    return WEFT_OK;
  }

  std::string wrong(const char* side, size_t index, uint64_t address) const {
    char text[32];
    std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(address));
    return std::string(call_.name) + ": " + side + " " + std::to_string(index) + " at " + text +
           " is not in this device's memory";
  }

  weft_device_call call_;
  std::vector<Kept> inputs_, outputs_;
  std::vector<weft_value> attributes_;
  std::vector<std::string> texts_;
  std::deque<std::vector<int64_t>> ints_;
};

struct Event {
  struct Queue* queue;
  bool reached = false;
  weft_status status = WEFT_OK;
  std::string error;
};

// Does what it is given in that order, on a thread of its own.
struct Queue {
  explicit Queue(int device) : memory(device), thread([this] { work(); }) {}

  void put(std::function<weft_status()> job) {
    const std::lock_guard lock(mutex);
    jobs.push_back(std::move(job));
    changed.notify_all();
  }

  Event* record() {
    auto* event = new Event{this, false, WEFT_OK, {}};
    put([this, event] {
      const std::lock_guard lock(mutex);
      event->reached = true;
      event->status = std::exchange(status, WEFT_OK);
      event->error = std::move(error);
      changed.notify_all();
      return WEFT_OK;
    });
    return event;
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return !jobs.empty(); });
      const auto job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      std::this_thread::yield();  // the program goes on meanwhile
      const weft_status failed = job();
      lock.lock();
      if (failed && !status) {
        status = failed;
        error = last_error;
      }
    }
  }

  Memory memory;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<weft_status()>> jobs;
  weft_status status = WEFT_OK;
  std::string error;
  std::thread thread;
};

// One a device; they live as long as the process.
Queue& queue_of(int device) {
  static Queue* const queues[kDevices] = {new Queue(0), new Queue(1)};
  return *queues[device];
}
Queue& queue_of(void* queue) { return *static_cast<Queue*>(queue); }

weft_status allocate(void*, int32_t device, size_t bytes, uint64_t* address) {
  return queue_of(device).memory.allocate(bytes, address);
}

void free_memory(void*, int32_t device, uint64_t address, size_t) {
  queue_of(device).memory.free(address);
}

weft_status create_queue(void*, int32_t device, void** queue) {
  *queue = &queue_of(device);
  return WEFT_OK;
}

weft_status copy_in(void*, void* handle, uint64_t to, const void* from, size_t bytes) {
  Queue& queue = queue_of(handle);
  queue.put([&queue, to, from, bytes]() -> weft_status {
    char* const target = queue.memory.find(to, 0, int64_t(bytes));
    if (!target) return fail(WEFT_INVALID_VALUE, "copy_in: the target is not in this device");
    std::memcpy(target, from, bytes);
    return WEFT_OK;
  });
  return WEFT_OK;
}

weft_status copy_out(void*, void* handle, void* to, uint64_t from, size_t bytes) {
  std::memset(to, kGarbage, bytes);  // what is read too early
  Queue& queue = queue_of(handle);
  queue.put([&queue, to, from, bytes]() -> weft_status {
    const char* const source = queue.memory.find(from, 0, int64_t(bytes));
    if (!source) return fail(WEFT_INVALID_VALUE, "copy_out: the source is not in this device");
    std::memcpy(to, source, bytes);
    return WEFT_OK;
  });
  return WEFT_OK;
}

// "softmax,sort", or a number: every so many-th, by a hash of the name.
int32_t has_kernel(void*, int32_t, const char* op) {
  const char* const lacks = std::getenv("WEFT_FAKE_LACKS");
  if (!lacks || !*lacks) return 1;
  if (const int every = std::atoi(lacks); every > 0) {
    uint32_t hash = 2166136261u;  // FNV-1a
    for (const char* letter = op; *letter; ++letter)
      hash = (hash ^ static_cast<unsigned char>(*letter)) * 16777619u;
    return hash % uint32_t(every) != 0;
  }
  return (std::string(",") + lacks + ",").find(std::string(",") + op + ",") == std::string::npos;
}

weft_status launch(void*, void* handle, const weft_device_call* call) {
  Queue& queue = queue_of(handle);
  auto kept = std::make_shared<Call>(*call);
  queue.put([&queue, kept] { return kept->run(queue.memory); });
  return WEFT_OK;
}

weft_status record_event(void*, void* handle, void** event) {
  *event = queue_of(handle).record();
  return WEFT_OK;
}

weft_status wait_event(void*, void* handle) {
  const std::unique_ptr<Event> event(static_cast<Event*>(handle));
  {
    std::unique_lock lock(event->queue->mutex);
    event->queue->changed.wait(lock, [&] { return event->reached; });
  }
  return event->status ? fail(event->status, event->error) : WEFT_OK;
}

const char* error(void*) { return last_error.c_str(); }

}  // namespace

extern "C" __attribute__((visibility("default"))) const weft_device_driver* weft_device_plugin(
    uint32_t abi) {
  static const weft_device_driver driver = {
      sizeof driver, WEFT_DEVICE_ABI, kDevices,     "fake",     nullptr,
      allocate,      free_memory,     create_queue, copy_in,    copy_out,
      has_kernel,    launch,          record_event, wait_event, error};
  return abi == WEFT_DEVICE_ABI ? &driver : nullptr;
}
