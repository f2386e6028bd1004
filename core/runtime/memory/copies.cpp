// The counters of copies. Only a copy that is the largest so far takes a lock and asks for the
// line.

#include "runtime/memory/copies.h"

#include <atomic>
#include <mutex>
#include <new>

#include "runtime/engine/engine.h"

namespace weft {
namespace {

struct Copies {
  std::atomic<int64_t> count{0};
  std::atomic<int64_t> bytes{0};
  std::atomic<int64_t> largest{0};
  std::mutex mutex;
  std::string line;
};

// Never destroyed: threads may copy until the process has ended.
Copies& copies() {
  alignas(Copies) static unsigned char place[sizeof(Copies)];
  static Copies* const stats = ::new (place) Copies;
  return *stats;
}

}  // namespace

void count_copy(int64_t bytes) {
  Copies& all = copies();
  all.count.fetch_add(1, std::memory_order_relaxed);
  all.bytes.fetch_add(bytes, std::memory_order_relaxed);
  if (bytes <= all.largest.load(std::memory_order_relaxed)) return;
  // Asked before the lock is taken, because the hook may take the interpreter's.
  std::string line = current_origin();
  const std::lock_guard lock(all.mutex);
  if (bytes <= all.largest.load(std::memory_order_relaxed)) return;
  all.largest.store(bytes, std::memory_order_relaxed);
  all.line = std::move(line);
}

CopyStats copy_stats() {
  Copies& all = copies();
  const std::lock_guard lock(all.mutex);
  return {all.count.load(), all.bytes.load(), all.largest.load(), all.line};
}

void reset_copy_stats() {
  Copies& all = copies();
  const std::lock_guard lock(all.mutex);
  all.count = all.bytes = all.largest = 0;
  all.line.clear();
}

}  // namespace weft
