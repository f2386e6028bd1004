// Memory that holds machine code. It is writable while the code is copied, and executable
// afterwards; never both, so that nobody can change running code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace weft::encoder {

class Executable {
 public:
  // Null if the system gives no such memory.
  static std::shared_ptr<const Executable> create(std::span<const uint8_t> code);
  ~Executable();
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  const uint8_t* begin() const { return begin_; }

 private:
  Executable(uint8_t* begin, size_t bytes) : begin_(begin), bytes_(bytes) {}

  uint8_t* begin_;
  size_t bytes_;  // a multiple of the page size
};

}  // namespace weft::encoder
