// Blocks are recycled, aligned and counted.
#include "runtime/pool.h"

#include <cstring>
#include <thread>

#include "doctest.h"

using namespace weft;

TEST_CASE("a small block that was freed is the next one of its class") {
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

TEST_CASE("statistics follow large blocks") {
  trim_pools();
  CHECK(memory_stats().pooled == 0);
  reset_memory_peak();
  const MemoryStats before = memory_stats();
  constexpr size_t kBytes = size_t{1} << 20;
  void* a = pool_allocate(kBytes);
  void* b = pool_allocate(kBytes);
  CHECK(memory_stats().live == before.live + 2 * int64_t{kBytes});
  pool_free(a, kBytes);
  pool_free(b, kBytes);
  const MemoryStats after = memory_stats();
  CHECK(after.live == before.live);
  CHECK(after.peak == before.live + 2 * int64_t{kBytes});
  CHECK(after.pooled == 2 * int64_t{kBytes});
  trim_pools();
  CHECK(memory_stats().pooled == 0);
}

TEST_CASE("sizes that nobody has give null") { CHECK(pool_allocate(size_t{1} << 60) == nullptr); }

TEST_CASE("a block may be freed by another thread than the one that took it") {
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
