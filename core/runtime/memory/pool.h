// Memory for arrays and for the small objects of an operator call.
//
// Blocks are 64-byte aligned and reused. Small blocks go through a list of the calling thread,
// without a lock; a full list gives half of it to a shared list. Large blocks go through one shared
// cache of limited size. So a program that repeats its work asks the system for nothing.
//
// Under the address sanitizer nothing is reused or rounded: every block is the system's own and has
// exactly the bytes that were asked for, so that one byte too many, or a use after the end, is
// found.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "runtime/thread_state.h"

namespace weft {

inline constexpr size_t kAlignment = 64;

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kRecyclesBlocks = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kRecyclesBlocks = false;
#else
inline constexpr bool kRecyclesBlocks = true;
#endif
#else
inline constexpr bool kRecyclesBlocks = true;
#endif

// Small classes are 64 << k bytes.
inline constexpr size_t kLargestSmall = size_t{64} << (kSmallClasses - 1);
inline constexpr int kMaxPerSmallClass = 256;

// A large block, or a small one when the thread's list is empty.
void* pool_allocate_slow(size_t bytes);
void pool_free_large(void* block, size_t bytes);

// The smallest class whose blocks have at least `bytes` bytes.
inline int small_class(size_t bytes) {
  return bytes <= 64 ? 0 : 64 - __builtin_clzll((bytes - 1) >> 6);
}

// Null when the system has no more memory or the limit forbids it; the caller makes a Status of
// that.
inline void* pool_allocate(size_t bytes) {
  if (kRecyclesBlocks && bytes <= kLargestSmall) {
    SmallList& list = thread_state().small[small_class(bytes)];
    if (list.head) {
      void* block = list.head;
      list.head = *static_cast<void**>(block);
      list.set_count(list.count() - 1);
      return block;
    }
  }
  return pool_allocate_slow(bytes);
}

// `bytes` as given to pool_allocate: blocks have no header that knows their size. Null is allowed.
inline void pool_free(void* block, size_t bytes) {
  if (!block) return;
  if (kRecyclesBlocks && bytes <= kLargestSmall) {
    SmallList& list = thread_state().small[small_class(bytes)];
    const int count = list.count();
    if (count < kMaxPerSmallClass) {
      *static_cast<void**>(block) = list.head;
      list.head = block;
      list.set_count(count + 1);
      return;
    }
  }
  pool_free_large(block, bytes);
}

// A small block counts with all of its 64 << k bytes, a large one with the bytes that were asked
// for.
struct MemoryStats {
  int64_t live;          // bytes handed out now
  int64_t peak;          // largest `live` since reset_memory_peak; idle small blocks count in it
  int64_t pooled;        // bytes kept for reuse
  int64_t limit;         // 0: none
  int64_t system_calls;  // blocks taken from the system since the start
};
MemoryStats memory_stats();
void reset_memory_peak();
void trim_pools();  // gives the shared cache back to the system

// The limit of all blocks, in use or cached, in bytes; 0 means no limit. Large blocks above it are
// refused. Small blocks count but are always given, so that the refusal can be reported.
void set_memory_limit(int64_t bytes);

// A caller's own memory, instead of the system's. `free` gets the bytes that `allocate` was given.
struct BlockSource {
  void* context;
  void* (*allocate)(void* context, size_t bytes, size_t alignment);
  void (*free)(void* context, void* block, size_t bytes, size_t alignment);
};
bool set_block_source(const BlockSource& source);  // false: blocks have been taken already

// Throws std::bad_alloc if exceptions are on, else ends the process.
[[noreturn]] void out_of_memory();

// Lets standard containers use the pool.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) {}  // NOLINT: implicit, as the standard asks
  T* allocate(size_t count) {
    void* block = pool_allocate(count * sizeof(T));
    if (!block) out_of_memory();
    return static_cast<T*>(block);
  }
  void deallocate(T* block, size_t count) { pool_free(block, count * sizeof(T)); }
  friend bool operator==(const PoolAllocator&, const PoolAllocator&) { return true; }
};
template <class T>
using PoolVector = std::vector<T, PoolAllocator<T>>;

}  // namespace weft
