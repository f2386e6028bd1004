#include "failing_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

static std::atomic<uint32_t> left{0};  // until one fails; 0: none does

void fail_at_allocation(uint32_t number) { left = number; }

static bool fails_now() {
  if (left.load(std::memory_order_relaxed) == 0) return false;
  return left.fetch_sub(1, std::memory_order_relaxed) == 1;
}

static void* allocated(size_t size) { return fails_now() ? nullptr : std::malloc(size ? size : 1); }

// The library has to find these, whatever the build hides.
#pragma GCC visibility push(default)
void* operator new(size_t size) {
  void* const block = allocated(size);
  if (!block) throw std::bad_alloc();
  return block;
}
void* operator new[](size_t size) { return operator new(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return allocated(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return allocated(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }
void operator delete[](void* block, size_t) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { std::free(block); }
#pragma GCC visibility pop
