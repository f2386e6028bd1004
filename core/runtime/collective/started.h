// What a plan and the groups tell each other: the line of the program that a step comes from, for
// the texts of operators that reach other processes, and that a plan ended before its waits.
#pragma once

#include <string_view>
#include <utility>

#include "base/status.h"

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

// What this thread has started and not waited for is ended, because the memory of a plan that ends
// early is given away. The groups are aborted: this rank leaves their order.
void settle_started(const Status& why);

}  // namespace weft
