// Log messages of the library: one sink and one level for the whole process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/errors.h"

namespace weft {

// The numbers are those of weft.h.
enum class LogLevel : int32_t { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3, kOff = 4 };

using LogSink = void (*)(void* context, int32_t level, const char* text);

// From now on the sink gets each message of level `minimum` or above, one message at a time; a null
// sink means stderr. Before the first call, stderr gets warnings and whatever WEFT_LOG asks for.
void set_log(LogLevel minimum, LogSink sink, void* context);

// Is there a reader for this level? Ask before making a text that costs something.
bool logs(LogLevel level);
void log_text(LogLevel level, const std::string& text);

// Parts as `errors::join` takes them; they are joined only if the level is logged.
template <class... Parts>
void log(LogLevel level, const Parts&... parts) {
  if (logs(level)) log_text(level, errors::join(parts...));
}

}  // namespace weft
