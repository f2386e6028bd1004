// Pages from mmap: first writable, then executable.

#include "encoder/executable.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace weft::encoder {

std::shared_ptr<const Executable> Executable::create(std::span<const uint8_t> code) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t bytes = (code.size() + page - 1) / page * page;
  void* const memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<uint8_t*>(memory);
  std::ranges::copy(code, begin);
  // Hardened systems refuse to make a written page executable.
  if (::mprotect(memory, bytes, PROT_READ | PROT_EXEC) != 0) {
    ::munmap(memory, bytes);
    return nullptr;
  }
  return std::shared_ptr<const Executable>(new Executable(begin, bytes));
}

Executable::~Executable() { ::munmap(begin_, bytes_); }

}  // namespace weft::encoder
