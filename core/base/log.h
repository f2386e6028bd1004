// What the library says beside its results: one sink for the whole process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/errors.h"

namespace weft {

// The numbers are those of weft.h.
enum class LogLevel : int32_t { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3, kOff = 4 };

using LogSink = void (*)(void* context, int32_t level, const char* text);

// From now on the sink gets what is at least as grave as `least`, one message at a time; null:
// stderr gets it. Before the first call that is stderr, for warnings and what WEFT_LOG asks for.
void set_log(LogLevel minimum, LogSink sink, void* context);

bool logs(LogLevel level);
void log_text(LogLevel level, const std::string& text);

// Parts as `errors::join` takes them; nothing is put together that nobody asked for.
template <class... Parts>
void log(LogLevel level, const Parts&... parts) {
  if (logs(level)) log_text(level, errors::join(parts...));
}

}  // namespace weft
