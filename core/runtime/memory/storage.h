// A block of memory, with what the engine and the copy-on-write rule need to know about it.
//
// Two counts share one word. *References* keep the block alive. *Values* say how many holders (a
// tape, residuals of a plan, read-only exports) need the content to stay as it is: before a write
// to a storage with values, the writer's box gets a storage of its own.
#pragma once

#include <stdint.h>

#include <atomic>

#include "base/ref.h"
#include "base/status.h"

namespace weft {

class Device;

class Storage {
 public:
  // 64-byte aligned and not initialised.
  static Result<Ref<Storage>> allocate(int64_t bytes);
  // Null instead of a Status, for the hot path.
  static Storage* try_allocate(int64_t bytes);

  static Result<Ref<Storage>> allocate(int64_t bytes, Device* device);

  // Memory of another owner; `free(owner)` runs when the last reference goes.
  static Result<Ref<Storage>> adopt(void* data, int64_t bytes, void* owner, void (*free)(void*));
  // A part of a file that is mapped privately: a page that was not written can be read from it
  // again.
  static Result<Ref<Storage>> adopt_mapped(void* data, int64_t bytes, Object& mapping);
  // Gives the pages of a mapped file back to the system until they are read again. Does nothing for
  // other memory, or if the content was written.
  void give_back_pages() const;

  // For a device's storage, an address only the device understands.
  char* data() const { return data_; }
  Device* device() const { return device_; }  // null means the CPU
  int64_t bytes() const { return bytes_; }
  // Does the memory belong to another owner?
  bool foreign() const { return free_ != nullptr; }

  void retain() { counts_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (counts_.load(std::memory_order_acquire) == 1 ||
        static_cast<uint32_t>(counts_.fetch_sub(1, std::memory_order_acq_rel)) == 1)
      destroy();
  }
  // A value is also a reference: one atomic operation takes both.
  void retain_value() { counts_.fetch_add(kOneValue + 1, std::memory_order_relaxed); }
  void release_value() {
    if (static_cast<uint32_t>(counts_.fetch_sub(kOneValue + 1, std::memory_order_acq_rel)) == 1)
      destroy();
  }
  bool held_as_value() const { return counts_.load(std::memory_order_acquire) >= kOneValue; }

  // How often somebody was about to write in place. A cache of what was computed from the content
  // compares this number. Writes through a pinned address do not count here.
  std::atomic<uint32_t> writes{0};
  void note_write() { writes.fetch_add(1, std::memory_order_relaxed); }

  // The word of the fast path. Zero means idle, sound and in the program's memory. kPending: in
  // use, or the content is a failure, so the engine must be asked. kElsewhere: a device's memory.
  static constexpr uint32_t kPending = 1;
  static constexpr uint32_t kElsewhere = 2;
  std::atomic<uint32_t> busy{0};
  // The engine's; created when the slow path first needs it.
  struct EngineVariable* variable = nullptr;

  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

 private:
  Storage() = default;
  ~Storage() = default;
  void destroy();

  static constexpr uint64_t kOneValue = uint64_t{1} << 32;
  std::atomic<uint64_t> counts_{1};
  char* data_ = nullptr;
  int64_t bytes_ = 0;
  void* owner_ = nullptr;  // argument of `free_`
  void (*free_)(void*) = nullptr;
  Device* device_ = nullptr;
};

// Holds a storage as a value: a write meanwhile goes to another storage.
class HeldValue {
 public:
  HeldValue() = default;
  explicit HeldValue(Storage* storage) : storage_(storage) {
    if (storage_) storage_->retain_value();
  }
  HeldValue(const HeldValue& other) : HeldValue(other.storage_) {}
  HeldValue(HeldValue&& other) noexcept : storage_(std::exchange(other.storage_, nullptr)) {}
  HeldValue& operator=(HeldValue other) noexcept {
    std::swap(storage_, other.storage_);
    return *this;
  }
  ~HeldValue() {
    if (storage_) storage_->release_value();
  }
  Storage* get() const { return storage_; }
  explicit operator bool() const { return storage_ != nullptr; }

 private:
  Storage* storage_ = nullptr;
};

}  // namespace weft
