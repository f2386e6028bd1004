#include "runtime/pool.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>

#include "runtime/thread_state.h"

namespace weft {
namespace {

// Large classes have four steps an octave.
constexpr int kLargeClasses = 4 * 40;
constexpr int64_t kMostCachedBytes = int64_t{1} << 30;

struct FreeBlock {
  FreeBlock* next;
};

struct LargeCache {
  std::mutex mutex;
  FreeBlock* heads[kLargeClasses] = {};
  int64_t bytes = 0;
};

// Never destroyed: blocks are freed until the last thread has ended.
LargeCache& large_cache() {
  alignas(LargeCache) static unsigned char place[sizeof(LargeCache)];
  static LargeCache* const cache = ::new (place) LargeCache;
  return *cache;
}

std::atomic<int64_t> large_live{0};
std::atomic<int64_t> large_peak{0};
std::atomic<int64_t> system_calls{0};

// The class of a large block and the bytes that blocks of this class have.
int large_class(size_t bytes, size_t* rounded) {
  const int octave = 63 - __builtin_clzll(bytes);
  const size_t step = size_t{1} << (octave - 2);
  *rounded = (bytes + step - 1) & ~(step - 1);
  const int top = 63 - __builtin_clzll(*rounded);
  return std::min(4 * (top - 12) + static_cast<int>((*rounded >> (top - 2)) & 3),
                  kLargeClasses - 1);
}

void* from_system(size_t bytes) {
  system_calls.fetch_add(1, std::memory_order_relaxed);
  return std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) & ~(kAlignment - 1));
}

void* allocate_large(size_t bytes) {
  size_t rounded = 0;
  if (bytes > (size_t{1} << 46)) return nullptr;
  const int index = large_class(bytes, &rounded);
  LargeCache& cache = large_cache();
  void* block = nullptr;
  {
    const std::lock_guard lock(cache.mutex);
    if (FreeBlock* head = cache.heads[index]) {
      cache.heads[index] = head->next;
      cache.bytes -= static_cast<int64_t>(rounded);
      block = head;
    }
  }
  if (!block) block = from_system(rounded);
  if (!block) {
    trim_pools();
    block = from_system(rounded);
  }
  if (!block) return nullptr;
  const int64_t live =
      large_live.fetch_add(static_cast<int64_t>(rounded), std::memory_order_relaxed) +
      static_cast<int64_t>(rounded);
  int64_t peak = large_peak.load(std::memory_order_relaxed);
  while (live > peak && !large_peak.compare_exchange_weak(peak, live, std::memory_order_relaxed)) {
  }
  return block;
}

void free_large(void* block, size_t bytes) {
  size_t rounded = 0;
  const int index = large_class(bytes, &rounded);
  large_live.fetch_sub(static_cast<int64_t>(rounded), std::memory_order_relaxed);
  LargeCache& cache = large_cache();
  {
    const std::lock_guard lock(cache.mutex);
    if (cache.bytes + static_cast<int64_t>(rounded) <= kMostCachedBytes) {
      auto* free_block = static_cast<FreeBlock*>(block);
      free_block->next = cache.heads[index];
      cache.heads[index] = free_block;
      cache.bytes += static_cast<int64_t>(rounded);
      return;
    }
  }
  std::free(block);
}

}  // namespace

void* pool_allocate_slow(size_t bytes) {
  if (bytes > kLargestSmall) return allocate_large(bytes);
  return from_system(size_t{64} << small_class(bytes));
}

void pool_free_large(void* block, size_t bytes) {
  if (bytes > kLargestSmall)
    free_large(block, bytes);
  else
    std::free(block);
}

void free_small_lists(ThreadState& state) {
  for (SmallList& list : state.small) {
    while (list.head) {
      auto* block = static_cast<FreeBlock*>(list.head);
      list.head = block->next;
      std::free(block);
    }
    list.count = 0;
  }
}

void out_of_memory() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc();
#else
  std::fprintf(stderr, "weft: out of memory\n");
  std::abort();
#endif
}

MemoryStats memory_stats() {
  LargeCache& cache = large_cache();
  const std::lock_guard lock(cache.mutex);
  return {large_live.load(std::memory_order_relaxed), large_peak.load(std::memory_order_relaxed),
          cache.bytes, system_calls.load(std::memory_order_relaxed)};
}

void reset_memory_peak() {
  large_peak.store(large_live.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void trim_pools() {
  LargeCache& cache = large_cache();
  const std::lock_guard lock(cache.mutex);
  for (FreeBlock*& head : cache.heads) {
    while (head) {
      FreeBlock* next = head->next;
      std::free(head);
      head = next;
    }
  }
  cache.bytes = 0;
}

}  // namespace weft
