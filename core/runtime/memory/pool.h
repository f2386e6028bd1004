// Memory for arrays and for the small objects of an operator call.
//
// Blocks are 64-byte aligned and recycled: small ones through a bounded list of the calling
// thread (no lock) that spills into a shared one by batches, large ones through one shared, bounded
// cache, so that a program in steady state asks the system for nothing.
//
// Under the address sanitizer nothing is recycled or rounded: every block is the system's own, of
// exactly the bytes that were asked for, so that one byte too many, or a use after the end, is
// seen.
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

void* pool_allocate_slow(size_t bytes);  // a large block, or a small one of others
void pool_free_large(void* block, size_t bytes);

inline int small_class(size_t bytes) {
  return bytes <= 64 ? 0 : 64 - __builtin_clzll((bytes - 1) >> 6);
}

// Null when the system has no more memory; the caller turns that into a Status.
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

// `bytes` as given to pool_allocate; null is fine.
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

// A small block counts with all of its 64 << k bytes, a large one with the bytes asked for.
struct MemoryStats {
  int64_t live;          // bytes handed out now
  int64_t peak;          // most at one time since reset_peak; idle small blocks count in it
  int64_t pooled;        // bytes kept for reuse
  int64_t limit;         // 0: none
  int64_t system_calls;  // blocks obtained from the system since the start
};
MemoryStats memory_stats();
void reset_memory_peak();
void trim_pools();  // gives the shared cache back to the system

// Large blocks are refused where all blocks, in use or pooled, would have more bytes; 0: no limit.
// Small blocks count and are always given, so that what reports the refusal can work.
void set_memory_limit(int64_t bytes);

// Where blocks come from instead of the system. `free` gets the bytes given to `allocate`.
struct BlockSource {
  void* context;
  void* (*allocate)(void* context, size_t bytes, size_t alignment);
  void (*free)(void* context, void* block, size_t bytes, size_t alignment);
};
bool set_block_source(const BlockSource& source);  // false: blocks have been taken already

[[noreturn]] void out_of_memory();  // throws std::bad_alloc where exceptions are on, else ends

// Lets standard containers live in the pools: in steady state they ask the system for nothing.
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
