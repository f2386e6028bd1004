// Where a program prints to: standard output, unless the binding sets a hook.
#pragma once

#include <string_view>

#include "base/status.h"

namespace weft {

// Takes all of a text, on the thread that runs the program; returns a status code of weft.h.
using OutputHook = int32_t (*)(const char* text, size_t size);
void set_output_hook(OutputHook hook);  // null: standard output

Status write_output(std::string_view text);

}  // namespace weft
