// What was freed goes back to the system, and what is in use stays as it is.
#include "runtime/memory/heap.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "doctest.h"

#if defined(__linux__)
#include <unistd.h>
#endif

using namespace weft;

namespace {

using Block = std::unique_ptr<char[]>;
constexpr size_t kBlockBytes = 1000;  // far below what the C library maps by itself

std::vector<Block> filled_blocks(size_t count) {
  std::vector<Block> blocks;
  for (size_t i = 0; i < count; ++i) {
    blocks.emplace_back(new char[kBlockBytes]);
    std::memset(blocks.back().get(), static_cast<int>(i % 251), kBlockBytes);
  }
  return blocks;
}

// Frees all but each 1000th and the last, which holds the end of the heap.
void free_max(std::vector<Block>& blocks) {
  for (size_t i = 0; i + 1 < blocks.size(); ++i)
    if (i % 1000 != 0) blocks[i].reset();
}

// Sanitizers have heaps of their own.
#if defined(__GLIBC__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
int64_t resident_bytes() {
  long pages = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  REQUIRE(file);
  const int read = std::fscanf(file, "%ld %ld", &pages, &resident);
  std::fclose(file);
  REQUIRE(read == 2);
  return int64_t{resident} * ::sysconf(_SC_PAGESIZE);
}

TEST_CASE("a trimmed heap gives what was freed in its middle back to the system") {
  std::vector<Block> blocks = filled_blocks(32'000);
  free_max(blocks);
  const int64_t before = resident_bytes();
  trim_heap();
  CHECK(before - resident_bytes() > 16 << 20);  // of 32 MB
}
#endif

TEST_CASE("a trimmed heap keeps what is in use") {
  std::vector<Block> blocks = filled_blocks(5000);
  free_max(blocks);
  trim_heap();
  for (size_t i = 0; i < blocks.size(); ++i)
    for (size_t k = 0; blocks[i] && k < kBlockBytes; ++k)
      if (blocks[i][k] != static_cast<char>(i % 251)) FAIL("block " << i << " has changed");
  const std::vector<Block> more = filled_blocks(5000);  // and goes on giving
  CHECK(more.back()[0] == static_cast<char>(4999 % 251));
}

}  // namespace
