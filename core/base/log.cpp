// The sink, its level, and the environment variable WEFT_LOG, which is read at the first message.

#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "base/printable.h"

namespace weft {
namespace {

constexpr const char* kNames[] = {"debug", "info", "warning", "error", "off"};
constexpr int32_t kUnread = -1;  // the environment was not looked at

void write_to_stderr(void*, int32_t level, const char* text) {
  std::fprintf(stderr, "weft: %s: %s\n", kNames[level], text);
}

// Where messages go. `minimum` is atomic so that a message below it costs one load and no lock; the
// mutex keeps one message at a time in the sink.
struct Target {
  std::mutex mutex;
  std::atomic<int32_t> minimum{kUnread};
  LogSink sink = write_to_stderr;
  void* context = nullptr;
};
constinit Target target;

void say(int32_t level, const char* text) {
  const std::lock_guard lock(target.mutex);
  target.sink(target.context, level, text);
}

// Gives the level of WEFT_LOG, or warning. If set_log came first, on any thread, its level stays.
int32_t read_environment() {
  int32_t minimum = static_cast<int32_t>(LogLevel::kWarning), before = kUnread;
  const char* given = std::getenv("WEFT_LOG");
  bool is_known = !given || !*given;
  for (int32_t level = 0; given && level <= static_cast<int32_t>(LogLevel::kOff); ++level) {
    if (std::string_view(given) != kNames[level]) continue;
    minimum = level;
    is_known = true;
  }
  if (!target.minimum.compare_exchange_strong(before, minimum)) return before;
  if (!is_known)
    say(static_cast<int32_t>(LogLevel::kWarning),
        errors::join("WEFT_LOG must be debug, info, warning, error or off; got ", given,
                     " (ignored)")
            .c_str());
  return minimum;
}

}  // namespace

void set_log(LogLevel minimum, LogSink sink, void* context) {
  const std::lock_guard lock(target.mutex);
  target.sink = sink ? sink : write_to_stderr;
  target.context = context;
  target.minimum = static_cast<int32_t>(minimum);
}

bool logs(LogLevel level) {
#if WEFT_HAS_SOME_OPERATORS  // small: no texts but of what is wrong
  if (level < LogLevel::kWarning) return false;
#endif
  int32_t minimum = target.minimum.load(std::memory_order_relaxed);
  if (minimum == kUnread) minimum = read_environment();
  return static_cast<int32_t>(level) >= minimum;
}

void log_text(LogLevel level, const std::string& text) {
  say(static_cast<int32_t>(level), printable_lines(text).c_str());
}

}  // namespace weft
