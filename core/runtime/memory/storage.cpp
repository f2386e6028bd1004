// How storages get and free their memory: in one block with the header, from the pool, from a
// device, from another owner, or from a mapped file.

#include "runtime/memory/storage.h"

#include <new>

#include "base/errors.h"
#include "runtime/device.h"
#include "runtime/engine/engine.h"
#include "runtime/memory/pool.h"
#include "runtime/os/memory.h"

namespace weft {
namespace {

// A small content follows its header in the same block, so such an array needs one allocation less.
constexpr int64_t kLargestInline = 192;
static_assert(sizeof(Storage) <= 64, "the data of a small storage starts at the next cache line");

// The address of this function also marks a storage as mapped: the header has no room for a flag.
void let_mapping_go(void* mapping) { static_cast<Object*>(mapping)->release(); }

}  // namespace

Storage* Storage::try_allocate(int64_t bytes) {
  const bool in_header = bytes <= kLargestInline;
  void* block = pool_allocate(64 + (in_header ? static_cast<size_t>(bytes) : 0));
  if (!block) return nullptr;
  auto* storage = ::new (block) Storage;
  storage->bytes_ = bytes;
  storage->data_ = in_header ? static_cast<char*>(block) + 64
                             : static_cast<char*>(pool_allocate(static_cast<size_t>(bytes)));
  if (storage->data_) return storage;
  storage->~Storage();
  pool_free(block, 64);
  return nullptr;
}

Result<Ref<Storage>> Storage::allocate(int64_t bytes) {
  Storage* storage = try_allocate(bytes);
  if (!storage) return errors::out_of_memory("array", bytes);
  return Ref<Storage>::adopt(storage);
}

Result<Ref<Storage>> Storage::allocate(int64_t bytes, Device* device) {
  if (!device) return allocate(bytes);
  WEFT_ASSIGN(Ref<Storage> storage, adopt(nullptr, bytes, nullptr, nullptr));
  // A device need not have an address for zero bytes.
  WEFT_ASSIGN(storage->data_, device->allocate(bytes > 0 ? bytes : 1));
  storage->device_ = device;
  storage->busy = kElsewhere;
  return storage;
}

Result<Ref<Storage>> Storage::adopt(void* data, int64_t bytes, void* owner, void (*free)(void*)) {
  void* block = pool_allocate(64);
  if (!block) return errors::out_of_memory("array", 64);
  auto* storage = ::new (block) Storage;
  storage->data_ = static_cast<char*>(data);
  storage->bytes_ = bytes;
  storage->owner_ = owner;
  storage->free_ = free;
  return Ref<Storage>::adopt(storage);
}

Result<Ref<Storage>> Storage::adopt_mapped(void* data, int64_t bytes, Object& mapping) {
  Result<Ref<Storage>> storage = adopt(data, bytes, &mapping, let_mapping_go);
  if (storage.ok()) mapping.retain();  // released by let_mapping_go
  return storage;
}

// Only pages that nobody wrote may go, since the file gives the same bytes again. A holder of the
// address counts as a writer.
void Storage::give_back_pages() const {
  if (free_ != let_mapping_go || writes != 0) return;
  const auto page = static_cast<uintptr_t>(os::page_bytes());
  const auto begin = (reinterpret_cast<uintptr_t>(data_) + page - 1) / page * page;
  const auto end =
      (reinterpret_cast<uintptr_t>(data_) + static_cast<uintptr_t>(bytes_)) / page * page;
  if (begin >= end) return;
  os::forget_pages(reinterpret_cast<void*>(begin), end - begin, /*for_good=*/true);
}

void Storage::destroy() {
  if (variable) engine_forget(*this);
  const bool in_header = data_ == reinterpret_cast<char*>(this) + 64;
  if (device_) {
    device_->free(data_, bytes_ > 0 ? bytes_ : 1);
  } else if (free_) {
    free_(owner_);
  } else if (!in_header) {
    pool_free(data_, static_cast<size_t>(bytes_));
  }
  const size_t block = 64 + (in_header ? static_cast<size_t>(bytes_) : 0);
  this->~Storage();
  pool_free(this, block);
}

}  // namespace weft
