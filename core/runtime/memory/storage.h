// A block of memory with what the engine and the copy-on-write rule need to know of it.
//
// Two counts share one word: *references* keep the block alive; *values* say how many holders
// (tape, residuals of a plan, read-only exports) need the content to stay as it is. A write to a
// storage that is held as a value first gives the writer's box a storage of its own.
#pragma once

#include <stdint.h>

#include <atomic>

#include "base/ref.h"
#include "base/status.h"

namespace weft {

class Device;

class Storage {
 public:
  // 64-byte aligned, not initialised.
  static Result<Ref<Storage>> allocate(int64_t bytes);
  // Null instead of a Status: for the hot path.
  static Storage* try_allocate(int64_t bytes);

  static Result<Ref<Storage>> allocate(int64_t bytes, Device* device);

  // Memory of somebody else; `free(owner)` runs when the last reference goes.
  static Result<Ref<Storage>> adopt(void* data, int64_t bytes, void* owner, void (*free)(void*));
  // The same of a part of a file that is mapped privately: what was not written comes back from it.
  static Result<Ref<Storage>> adopt_mapped(void* data, int64_t bytes, Object& mapping);
  // Gives the pages of a mapped file back to the system, until the content is read again. Does
  // nothing where the memory is of another kind or was written.
  void give_back_pages() const;

  char* data() const { return data_; }        // an address of the device's own, if there is one
  Device* device() const { return device_; }  // null: the CPU
  int64_t bytes() const { return bytes_; }
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

  // How often somebody was about to write in place: who keeps what was made from the content
  // compares. Pinned memory changes without this.
  std::atomic<uint32_t> writes{0};
  void note_write() { writes.fetch_add(1, std::memory_order_relaxed); }

  // Zero: idle, sound and in the program's memory, so that the fast path may go on.
  static constexpr uint32_t kPending = 1;  // or failed: ask the engine
  static constexpr uint32_t kElsewhere = 2;
  std::atomic<uint32_t> busy{0};
  struct EngineVariable* variable = nullptr;  // the engine's, created at first slow use

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
  void* owner_ = nullptr;
  void (*free_)(void*) = nullptr;
  Device* device_ = nullptr;
};

// Holds a storage as a value: whoever writes to it meanwhile writes elsewhere.
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
