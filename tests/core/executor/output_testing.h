// What a program prints, kept instead of written.
#pragma once

#include <string>

#include "runtime/output.h"

namespace weft::testing {

class CapturedOutput {
 public:
  CapturedOutput() {
    captured().clear();
    set_output_hook([](const char* text, size_t size) -> int32_t {
      captured().append(text, size);
      return 0;
    });
  }
  ~CapturedOutput() { set_output_hook(nullptr); }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;
  static const std::string& text() { return captured(); }

 private:
  static std::string& captured() {
    static std::string text;
    return text;
  }
};

}  // namespace weft::testing
