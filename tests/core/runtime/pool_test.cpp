// Blocks are recycled, aligned and counted; under the address sanitizer each is the system's own.
#include "runtime/memory/pool.h"

#include <cstring>
#include <thread>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#include "doctest.h"

using namespace weft;

TEST_CASE("a small block that was freed is the next one of its class") {
  if constexpr (!kRecyclesBlocks) return;
  for (size_t bytes : {1u, 64u, 65u, 1000u, 16384u}) {
    void* first = pool_allocate(bytes);
    REQUIRE(reinterpret_cast<uintptr_t>(first) % kAlignment == 0);
    std::memset(first, 1, bytes);
    pool_free(first, bytes);
    void* second = pool_allocate(bytes);
    CHECK(second == first);
    pool_free(second, bytes);
  }
  pool_free(nullptr, 10);
}

TEST_CASE("small classes double and end at the largest small block") {
  CHECK(small_class(1) == 0);
  CHECK(small_class(64) == 0);
  CHECK(small_class(65) == 1);
  CHECK(small_class(128) == 1);
  CHECK(small_class(129) == 2);
  CHECK(small_class(kLargestSmall) == kSmallClasses - 1);
}

TEST_CASE("a large block is recycled for any size of its class, without the system") {
  if constexpr (!kRecyclesBlocks) return;
  for (size_t bytes = kLargestSmall + 1; bytes < (size_t{1} << 24); bytes = bytes * 5 / 3) {
    void* first = pool_allocate(bytes);
    REQUIRE(reinterpret_cast<uintptr_t>(first) % kAlignment == 0);
    std::memset(first, 1, bytes);
    pool_free(first, bytes);
    const int64_t calls = memory_stats().system_calls;
    void* second = pool_allocate(bytes);
    CHECK(second == first);
    CHECK(memory_stats().system_calls == calls);
    pool_free(second, bytes);
  }
}

TEST_CASE("statistics follow large blocks by the byte") {
  if constexpr (!kRecyclesBlocks) return;
  trim_pools();
  reset_memory_peak();
  const MemoryStats before = memory_stats();  // what is pooled now is in lists of small blocks
  constexpr size_t kBytes = (size_t{1} << 20) - 1000;
  constexpr int64_t kBlock = int64_t{1} << 20;
  void* a = pool_allocate(kBytes);
  void* b = pool_allocate(kBytes);
  CHECK(memory_stats().live == before.live + 2 * int64_t{kBytes});
  pool_free(a, kBytes);
  pool_free(b, kBytes);
  const MemoryStats after = memory_stats();
  CHECK(after.live == before.live);
  CHECK(after.peak == before.peak + 2 * int64_t{kBytes});
  CHECK(after.pooled == before.pooled + 2 * kBlock);
  trim_pools();
  CHECK(memory_stats().pooled == before.pooled);
}

TEST_CASE("under the address sanitizer a block ends where its bytes do") {
#if defined(__SANITIZE_ADDRESS__)
  for (size_t bytes : {1u, 63u, 64u, 100u, 5000u, 16384u, 16385u, 100000u}) {
    auto* const block = static_cast<char*>(pool_allocate(bytes));
    REQUIRE(reinterpret_cast<uintptr_t>(block) % kAlignment == 0);
    CHECK(__asan_region_is_poisoned(block, bytes) == nullptr);
    CHECK(__asan_address_is_poisoned(block + bytes));
    pool_free(block, bytes);
    CHECK(__asan_address_is_poisoned(block));
  }
#endif
}

TEST_CASE("statistics follow small blocks of every thread") {
  const auto live_now = [] { return memory_stats().live; };
  const int64_t before = live_now();
  void* a = pool_allocate(100);
  CHECK(live_now() == before + 128);
  std::thread([&] {
    void* b = pool_allocate(5000);
    CHECK(live_now() == before + 128 + 8192);
    pool_free(b, 5000);
    pool_free(a, 100);
    CHECK(live_now() == before);
  }).join();
  CHECK(live_now() == before);
}

TEST_CASE("a limit counts what is pooled, gives it back first, and then refuses") {
  if constexpr (!kRecyclesBlocks) return;
  trim_pools();
  constexpr size_t kBytes = size_t{1} << 22;
  const MemoryStats before = memory_stats();
  // Half a block for what the pool rounds up in live blocks of others.
  set_memory_limit(before.live + before.pooled + 3 * int64_t{kBytes} + int64_t{kBytes} / 2);
  void* a = pool_allocate(kBytes);
  pool_free(pool_allocate(kBytes * 3 / 2), kBytes * 3 / 2);
  CHECK(memory_stats().pooled > before.pooled);
  void* b = pool_allocate(2 * kBytes);  // takes the place of the pooled block
  CHECK(memory_stats().pooled == before.pooled);
  CHECK(b != nullptr);
  CHECK(pool_allocate(kBytes) == nullptr);
  pool_free(b, 2 * kBytes);
  pool_free(a, kBytes);
  CHECK(memory_stats().live == before.live);
  set_memory_limit(1);
  CHECK(memory_stats().pooled == before.pooled);
  CHECK(pool_allocate(kBytes) == nullptr);
  void* small = pool_allocate(64);  // always given
  CHECK(small != nullptr);
  pool_free(small, 64);
  set_memory_limit(0);
}

TEST_CASE("a block of several huge pages starts at one") {
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
  constexpr size_t kHugePage = size_t{2} << 20;
  for (size_t bytes : {2 * kHugePage, 5 * kHugePage / 2, 7 * kHugePage}) {
    trim_pools();
    void* block = pool_allocate(bytes);
    REQUIRE(block);
    CHECK(reinterpret_cast<uintptr_t>(block) % kHugePage == 0);
    std::memset(block, 1, bytes);
    pool_free(block, bytes);
  }
#endif
}

namespace {

constexpr size_t kOther = 20000;
constexpr size_t kIdle = size_t{5} << 20;

// How many blocks of another size have to be asked for until an idle one is given back.
int64_t patience() {
  pool_free(pool_allocate(kIdle), kIdle);
  const int64_t before = memory_stats().pooled;
  for (int64_t asked = 1; asked < 1000; ++asked) {
    pool_free(pool_allocate(kOther), kOther);
    if (memory_stats().pooled < before) return asked;
  }
  return 0;
}

}  // namespace

TEST_CASE("a block that nobody needs while others are asked for is given back") {
  if constexpr (!kRecyclesBlocks) return;
  trim_pools();
  const int64_t first = patience();
  REQUIRE(first > 0);
  CHECK(patience() > first);  // it was wanted again
  trim_pools();
  CHECK(patience() <= 2 * first);
}

TEST_CASE("blocks that are needed again and again stay") {
  if constexpr (!kRecyclesBlocks) return;
  trim_pools();
  const int64_t rounds = 4 * patience();
  int64_t calls = 0;
  for (int64_t i = 0; i < rounds; ++i) {
    if (i == 2) calls = memory_stats().system_calls;
    pool_free(pool_allocate(kIdle), kIdle);
    pool_free(pool_allocate(kOther), kOther);
  }
  CHECK(memory_stats().system_calls == calls);
}

TEST_CASE("blocks in use stay in the pool when older ones have filled it") {
  if constexpr (!kRecyclesBlocks) return;
  trim_pools();
  constexpr size_t kMiB = size_t{1} << 20;
  for (const size_t size : {80, 160, 320, 448}) {  // most of a GiB, one block of each class
    void* const block = pool_allocate(size * kMiB);
    pool_free(block, size * kMiB);
  }
  int64_t calls = 0;
  for (int i = 0; i < 20; ++i) {
    if (i == 4) calls = memory_stats().system_calls;
    void* const block = pool_allocate(100 * kMiB);
    pool_free(block, 100 * kMiB);
  }
  CHECK(memory_stats().system_calls == calls);
  trim_pools();
}

TEST_CASE("blocks come from the system once any have been taken") {
  pool_free(pool_allocate(64), 64);
  CHECK_FALSE(set_block_source({}));
}

TEST_CASE("sizes that nobody has give null") { CHECK(pool_allocate(size_t{1} << 60) == nullptr); }

TEST_CASE("a block may be freed by another thread than the one that took it") {
  if constexpr (!kRecyclesBlocks) return;
  void* small = pool_allocate(100);
  void* large = pool_allocate(100000);
  std::thread([&] {
    pool_free(small, 100);
    pool_free(large, 100000);
    void* again = pool_allocate(100);
    CHECK(again == small);
    pool_free(again, 100);
  }).join();
  void* again = pool_allocate(100000);
  CHECK(again == large);
  pool_free(again, 100000);
}

TEST_CASE("what one thread allocates and another frees goes round without the system") {
  if constexpr (!kRecyclesBlocks) return;
  constexpr size_t kBytes = 4096;
  constexpr size_t kBlocks = 2000;
  std::vector<void*> blocks(kBlocks);
  int64_t warm = 0;
  for (int round = 0; round < 4; ++round) {
    for (void*& block : blocks) {
      block = pool_allocate(kBytes);
      std::memset(block, round, kBytes);
    }
    std::thread([&] {
      for (void* block : blocks) pool_free(block, kBytes);
    }).join();
    // The list of the thread that ended went back to the system.
    if (round == 1) warm = memory_stats().system_calls;
  }
  CHECK(memory_stats().system_calls - warm <= 2 * 2 * kMaxPerSmallClass);
  const MemoryStats before = memory_stats();
  trim_pools();
  const MemoryStats after = memory_stats();
  CHECK(after.live == before.live);
  CHECK(before.pooled - after.pooled >= static_cast<int64_t>((kBlocks / 2) * kBytes));
}
