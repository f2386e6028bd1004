// Memory that holds instructions: writable while they are copied there, executable after, never
// both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace weft::encoder {

class Executable {
 public:
  // Null where the system gives no such memory.
  static std::shared_ptr<const Executable> create(std::span<const uint8_t> code);
  ~Executable();
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  const uint8_t* begin() const { return begin_; }

 private:
  Executable(uint8_t* begin, size_t bytes) : begin_(begin), bytes_(bytes) {}

  uint8_t* begin_;
  size_t bytes_;  // of whole pages
};

}  // namespace weft::encoder
