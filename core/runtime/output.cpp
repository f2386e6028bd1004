// Writes the text of `print` through the hook or to stdout; a short write is an error, not silence.

#include "runtime/output.h"

#include <atomic>
#include <cstdio>

#include "base/errors.h"

namespace weft {
namespace {

constinit std::atomic<OutputHook> output_hook{nullptr};

}  // namespace

void set_output_hook(OutputHook hook) { output_hook = hook; }

Status write_output(std::string_view text) {
  if (const OutputHook hook = output_hook.load()) {
    const int32_t code = hook(text.data(), text.size());
    return code == 0 ? Status()
                     : Status(status_code_of(code), "print: the text could not be written");
  }
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? Status() : errors::io("print", "standard output cannot be written");
}

}  // namespace weft
