// The shared part of the pool: large blocks by classes of size, small blocks that threads exchange,
// the limit and the counters. One mutex guards all of it, and it is not held during a system call
// that takes a block.
//
// A large block that stays idle while many others are asked for goes back to the system; a class
// that is wanted again soon after makes the pool wait longer the next time (`patience`).

#include "runtime/memory/pool.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "runtime/os/memory.h"
#include "runtime/thread_state.h"

// Sanitizers check only blocks of malloc.
#if defined(__linux__) && defined(MADV_HUGEPAGE) && !defined(__SANITIZE_ADDRESS__)
#define WEFT_MAPS_BLOCKS 1
#else
#define WEFT_MAPS_BLOCKS 0
#endif

namespace weft {
namespace {

// Large classes have four sizes for each power of two: rounding up wastes at most a fifth of a
// block.
constexpr int kLargeClasses = 4 * 40;
constexpr int64_t kMaxCachedBytes = int64_t{1} << 30;
constexpr size_t kMaxBytes = size_t{1} << (sizeof(size_t) > 4 ? 46 : 30);

// After this many requests for large blocks, blocks that were idle all the time go back to the
// system: they held what a model was read, cast or packed from. Doubled when a block is wanted
// again.
constexpr int64_t kFirstPatience = 64;
constexpr int64_t kMaxPatience = int64_t{1} << 16;
#if WEFT_HAS_SOME_OPERATORS  // in a build for one model the plan asks for its blocks once
constexpr bool kGivesBackIdle = false;
#else
constexpr bool kGivesBackIdle = true;
#endif

// How many small blocks move at once between a thread's list and the shared one.
constexpr int kBatch = kMaxPerSmallClass / 2;
constexpr int64_t kMaxSharedBytes = int64_t{64} << 20;

// A free block's first word points to the next free block of its class.
struct FreeBlock {
  FreeBlock* next;
};

// The state that all threads share. Sizes are in bytes.
struct Shared {
  std::mutex mutex;
  FreeBlock* heads[kLargeClasses] = {};
  int counts[kLargeClasses] = {};  // number of blocks in `heads`
  int idle[kLargeClasses] = {};    // the smallest value of `counts` since the last give_back_idle
  bool was_given_back[kLargeClasses] = {};  // since `patience` was doubled
  int64_t patience = kFirstPatience;
  int64_t asked = 0;         // requests for large blocks since give_back_idle
  int64_t cached = 0;        // bytes of the blocks in `heads`
  int64_t large = 0;         // bytes of large blocks in use, as asked for
  int64_t large_blocks = 0;  // the same blocks, with their rounded sizes
  int64_t small = 0;         // bytes of small blocks, in use or in a list
  FreeBlock* small_heads[kSmallClasses] = {};
  int64_t small_cached = 0;  // bytes of the blocks in `small_heads`
  int64_t peak = 0;
  int64_t limit = 0;  // 0: no limit
  int64_t system_calls = 0;
  BlockSource source = {};

  int64_t used() const { return large + small; }
  int64_t held() const { return large_blocks + cached + small; }
  bool within_limit(int64_t bytes) const { return limit == 0 || bytes <= limit; }
};

// Never destroyed: blocks are freed until the last thread has ended.
Shared& shared() {
  alignas(Shared) static unsigned char place[sizeof(Shared)];
  static Shared* const pool = ::new (place) Shared;
  return *pool;
}

// The class of a large block, and in `rounded` the size of this class's blocks.
int large_class(size_t bytes, int64_t* rounded) {
  const int octave = 63 - __builtin_clzll(bytes);
  const size_t step = size_t{1} << (octave - 2);
  const size_t size = (bytes + step - 1) & ~(step - 1);
  const int top = 63 - __builtin_clzll(size);
  *rounded = static_cast<int64_t>(size);
  return std::min(4 * (top - 12) + static_cast<int>((size >> (top - 2)) & 3), kLargeClasses - 1);
}

#if WEFT_MAPS_BLOCKS
// Blocks of at least two huge pages ask for huge pages: fewer page faults and fewer TLB misses.
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kSmallestHuge = 2 * kHugePage;

// From this size on a block is a mapping of its own, so freed memory leaves the process. malloc
// might keep it between blocks that are in use.
constexpr size_t kSmallestMapped = size_t{1} << 20;

// A mapping of `bytes`, of which `asked` will be used. A huge page must begin at a multiple of its
// size, so one more is mapped and the ends are cut off.
void* map(size_t bytes, size_t asked) {
  const bool is_huge = bytes >= kSmallestHuge;
  const size_t spare = is_huge ? kHugePage : 0;
  void* const found =
      ::mmap(nullptr, bytes + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) return nullptr;
  auto* block = static_cast<char*>(found);
  if (!is_huge) return block;
  const size_t before = -reinterpret_cast<uintptr_t>(block) & (kHugePage - 1);
  if (before > 0) ::munmap(block, before);
  block += before;
  if (before < spare) ::munmap(block + bytes, spare - before);
  // Only pages that are used whole become huge: the bytes that rounding added should stay
  // untouched. A system without huge pages refuses the call, and that is fine.
  ::madvise(block, asked & ~(kHugePage - 1), MADV_HUGEPAGE);
  return block;
}
#endif

// `bytes` is the size of the class; `asked` bytes are wanted now.
void* take_from_system(size_t bytes, [[maybe_unused]] size_t asked) {
#if WEFT_MAPS_BLOCKS
  if (bytes >= kSmallestMapped) return map(bytes, asked);
#endif
  return os::allocate_aligned(
      kAlignment, kRecyclesBlocks ? (bytes + kAlignment - 1) & ~(kAlignment - 1) : asked);
}

void give_to_system(void* block, [[maybe_unused]] size_t bytes) {
#if WEFT_MAPS_BLOCKS
  if (bytes >= kSmallestMapped) {
    ::munmap(block, bytes);
    return;
  }
#endif
  os::free_aligned(block);
}

void* from_source(size_t bytes, size_t asked) {
  const BlockSource& source = shared().source;
  if (source.allocate) return source.allocate(source.context, bytes, kAlignment);
  return take_from_system(bytes, asked);
}

void to_source(void* block, size_t bytes) {
  const BlockSource& source = shared().source;
  if (source.free)
    source.free(source.context, block, bytes, kAlignment);
  else
    give_to_system(block, bytes);
}

int64_t bytes_of_class(int index) {
  // The inverse of large_class: four sizes for each power of two, from 4 KiB on.
  return (int64_t{4} + index % 4) << (index / 4 + 10);
}

FreeBlock* take_cached(Shared& pool, int index) {
  FreeBlock* const head = pool.heads[index];
  if (!head) return nullptr;
  pool.heads[index] = head->next;
  pool.cached -= bytes_of_class(index);
  pool.idle[index] = std::min(pool.idle[index], --pool.counts[index]);
  return head;
}

void give_back_cached(Shared& pool, int index, int count) {
  for (int i = 0; i < count; ++i)
    to_source(take_cached(pool, index), static_cast<size_t>(bytes_of_class(index)));
}

// Gives back what stayed idle since the last call.
[[maybe_unused]] void give_back_untouched(Shared& pool) {
  pool.asked = 0;
  for (int k = 0; k < kLargeClasses; ++k) {
    if (pool.idle[k] > 0) pool.was_given_back[k] = true;
    give_back_cached(pool, k, pool.idle[k]);
    pool.idle[k] = pool.counts[k];
  }
}

// Gives idle blocks back to the system, once in `patience` requests. A program that repeats the
// same work stops doing so: patience grows until it covers one round of the program.
[[maybe_unused]] void give_back_idle(Shared& pool) {
  if (++pool.asked >= pool.patience) give_back_untouched(pool);
}

// Is there room in the cache for a block? If it is full, older blocks that nobody needs make way:
// otherwise what a program uses now would go to the system and come back each time.
bool has_room(Shared& pool, int64_t bytes) {
  if constexpr (kGivesBackIdle)
    if (pool.cached + bytes > kMaxCachedBytes) give_back_untouched(pool);
  return pool.cached + bytes <= kMaxCachedBytes && pool.within_limit(pool.held() + bytes);
}

// Gives all cached blocks back to the system; call it with the mutex held.
void release_cached(Shared& pool) {
  for (int index = 0; index < kLargeClasses; ++index)
    give_back_cached(pool, index, pool.counts[index]);
  for (int k = 0; k < kSmallClasses; ++k) {
    while (FreeBlock* head = pool.small_heads[k]) {
      pool.small_heads[k] = head->next;
      to_source(head, size_t{64} << k);
    }
  }
  pool.small -= pool.small_cached;
  pool.small_cached = 0;
}

void* pop(void*& head) {
  void* const block = head;
  head = *static_cast<void**>(block);
  return block;
}

// Fills the thread's list from the shared one, and takes a block: for a thread that allocates what
// other threads free.
void* take_shared(Shared& pool, int k) {
  SmallList& list = thread_state().small[k];
  int taken = 0;
  for (; taken < kBatch && pool.small_heads[k]; ++taken) {
    FreeBlock* const block = pool.small_heads[k];
    pool.small_heads[k] = block->next;
    *reinterpret_cast<void**>(block) = list.head;
    list.head = block;
  }
  if (taken == 0) return nullptr;
  pool.small_cached -= taken * (int64_t{64} << k);
  list.set_count(list.count() + taken - 1);
  return pop(list.head);
}

// Moves half of the thread's full list to the shared one: for a thread that frees what other
// threads allocate. False if the shared list has enough.
bool give_shared(Shared& pool, int k) {
  const int64_t bytes = kBatch * (int64_t{64} << k);
  const std::lock_guard lock(pool.mutex);
  if (pool.small_cached + bytes > kMaxSharedBytes || !pool.within_limit(pool.held())) return false;
  SmallList& list = thread_state().small[k];
  for (int i = 0; i < kBatch; ++i) {
    auto* const block = static_cast<FreeBlock*>(pop(list.head));
    block->next = pool.small_heads[k];
    pool.small_heads[k] = block;
  }
  list.set_count(list.count() - kBatch);
  pool.small_cached += bytes;
  return true;
}

void* allocate_small(size_t asked) {
  Shared& pool = shared();
  const size_t bytes = size_t{64} << small_class(asked);
  {
    const std::lock_guard lock(pool.mutex);
    if (void* block = take_shared(pool, small_class(bytes))) return block;
    ++pool.system_calls;
  }
  void* block = from_source(bytes, asked);
  if (!block) return nullptr;
  const std::lock_guard lock(pool.mutex);
  pool.small += static_cast<int64_t>(bytes);
  pool.peak = std::max(pool.peak, pool.used());
  return block;
}

void free_small(void* block, size_t bytes) {
  Shared& pool = shared();
  to_source(block, bytes);
  const std::lock_guard lock(pool.mutex);
  pool.small -= static_cast<int64_t>(bytes);
}

// Counts a large block as used, and takes it from the cache if there is one. False if the limit
// forbids it. The block is counted before the system is asked, so that no other thread passes the
// limit.
bool book_large(Shared& pool, int64_t bytes, int64_t rounded, int index, void** block) {
  const std::lock_guard lock(pool.mutex);
  if constexpr (kGivesBackIdle) give_back_idle(pool);
  *block = take_cached(pool, index);
  if (!*block) {
    if (kGivesBackIdle && pool.was_given_back[index]) {
      pool.patience = std::min(2 * pool.patience, kMaxPatience);
      std::ranges::fill(pool.was_given_back, false);
    }
    if (!pool.within_limit(pool.large_blocks + pool.small + rounded)) return false;
    if (!pool.within_limit(pool.held() + rounded)) release_cached(pool);
    ++pool.system_calls;
  }
  pool.large += bytes;
  pool.large_blocks += rounded;
  if (*block) pool.peak = std::max(pool.peak, pool.used());
  return true;
}

void* allocate_large(size_t bytes) {
  if (bytes > kMaxBytes) return nullptr;
  int64_t rounded = 0;
  const int index = large_class(bytes, &rounded);
  Shared& pool = shared();
  void* block = nullptr;
  if (!book_large(pool, static_cast<int64_t>(bytes), rounded, index, &block)) return nullptr;
  if (block) return block;
  block = from_source(static_cast<size_t>(rounded), bytes);
  if (!block) {
    trim_pools();
    block = from_source(static_cast<size_t>(rounded), bytes);
  }
  const std::lock_guard lock(pool.mutex);
  if (block) {
    pool.peak = std::max(pool.peak, pool.used());
  } else {
    pool.large -= static_cast<int64_t>(bytes);
    pool.large_blocks -= rounded;
  }
  return block;
}

void free_large(void* block, size_t bytes) {
  int64_t rounded = 0;
  const int index = large_class(bytes, &rounded);
  Shared& pool = shared();
  {
    const std::lock_guard lock(pool.mutex);
    pool.large -= static_cast<int64_t>(bytes);
    pool.large_blocks -= rounded;
    if (kRecyclesBlocks && has_room(pool, rounded)) {
      auto* free_block = static_cast<FreeBlock*>(block);
      free_block->next = pool.heads[index];
      pool.heads[index] = free_block;
      pool.cached += rounded;
      ++pool.counts[index];
      return;
    }
  }
  to_source(block, static_cast<size_t>(rounded));
}

}  // namespace

void* pool_allocate_slow(size_t bytes) {
  return bytes > kLargestSmall ? allocate_large(bytes) : allocate_small(bytes);
}

void pool_free_large(void* block, size_t bytes) {
  if (bytes > kLargestSmall)
    free_large(block, bytes);
  else if (kRecyclesBlocks && give_shared(shared(), small_class(bytes)))
    pool_free(block, bytes);  // the list has room now
  else
    free_small(block, size_t{64} << small_class(bytes));
}

void free_small_lists(ThreadState& state) {
  for (int k = 0; k < kSmallClasses; ++k) {
    SmallList& list = state.small[k];
    while (list.head) {
      auto* block = static_cast<FreeBlock*>(list.head);
      list.head = block->next;
      free_small(block, size_t{64} << k);
    }
    list.set_count(0);
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
  const int64_t listed = small_bytes_listed();
  Shared& pool = shared();
  const std::lock_guard lock(pool.mutex);
  const int64_t idle = listed + pool.small_cached;
  return {pool.used() - idle, pool.peak, pool.cached + idle, pool.limit, pool.system_calls};
}

void reset_memory_peak() {
  Shared& pool = shared();
  const std::lock_guard lock(pool.mutex);
  pool.peak = pool.used();
}

void trim_pools() {
  Shared& pool = shared();
  const std::lock_guard lock(pool.mutex);
  release_cached(pool);
  pool.patience = kFirstPatience;
  std::ranges::fill(pool.was_given_back, false);
}

void set_memory_limit(int64_t bytes) {
  Shared& pool = shared();
  const std::lock_guard lock(pool.mutex);
  pool.limit = bytes;
  if (!pool.within_limit(pool.held())) release_cached(pool);
}

bool set_block_source(const BlockSource& source) {
  Shared& pool = shared();
  const std::lock_guard lock(pool.mutex);
  if (pool.system_calls > 0) return false;
  pool.source = source;
  return true;
}

}  // namespace weft
