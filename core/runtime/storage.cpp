#include "runtime/storage.h"

#include <new>

#include "base/errors.h"
#include "runtime/engine.h"
#include "runtime/pool.h"

namespace weft {
namespace {

// Small contents follow their header in the same block: one allocation an array.
constexpr int64_t kLargestInline = 192;
static_assert(sizeof(Storage) <= 64, "the data of a small storage starts at the next cache line");

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

void Storage::destroy() {
  if (variable) engine_forget(*this);
  const bool in_header = bytes_ <= kLargestInline && !foreign();
  if (free_) {
    free_(owner_);
  } else if (!in_header) {
    pool_free(data_, static_cast<size_t>(bytes_));
  }
  const size_t block = 64 + (in_header ? static_cast<size_t>(bytes_) : 0);
  this->~Storage();
  pool_free(this, block);
}

}  // namespace weft
