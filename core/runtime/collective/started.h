// What callers and the groups tell each other: the line of the program that a step comes from, for
// the texts of operators that reach other processes; whose memory a call writes; and that a plan
// ended before its waits.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "runtime/memory/storage.h"

namespace weft {

#if defined(WEFT_RUNTIME_ONLY)
inline constexpr bool kHasGroups = false;
#else
inline constexpr bool kHasGroups = true;
#endif

// The calling thread's; empty outside of a plan.
inline constinit thread_local std::string_view line_of_step{};

// Sets the line for a scope; the text outlives it.
class LineScope {
 public:
  explicit LineScope(std::string_view line) : before_(std::exchange(line_of_step, line)) {}
  ~LineScope() { line_of_step = before_; }
  LineScope(const LineScope&) = delete;
  LineScope& operator=(const LineScope&) = delete;

 private:
  std::string_view before_;
};

// The memory that the calling thread's eager call writes; empty in a plan, whose memory stays until
// its waits. The group keeps what an operation started here uses (Operation::kept), because the
// program may drop the array, or never wait for it.
inline constinit thread_local std::span<Storage* const> written_by_call{};

class WrittenScope {
 public:
  explicit WrittenScope(std::span<Storage* const> written)
      : before_(std::exchange(written_by_call, written)) {}
  ~WrittenScope() { written_by_call = before_; }
  WrittenScope(const WrittenScope&) = delete;
  WrittenScope& operator=(const WrittenScope&) = delete;

 private:
  std::span<Storage* const> before_;
};

// What a plan of this thread has started and not waited for is ended, because the memory of a plan
// that ends early is given away. The groups are aborted: this rank leaves their order.
void settle_started(const Status& why);

}  // namespace weft
