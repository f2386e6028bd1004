// The failure that a Status points to, and its reference count.

#include "base/status.h"

#include <atomic>

#include "base/printable.h"

namespace weft {

// Never changed after it is made, so copies on several threads share it.
struct Status::Failure {
  std::atomic<int32_t> references{1};
  StatusCode code;
  std::string message;
  Failure(StatusCode failure_code, std::string text)
      : code(failure_code), message(std::move(text)) {}
};

// The text may contain file names and texts of callers, and it is shown on terminals: it is
// escaped.
Status::Status(StatusCode code, std::string message)
    : failure_(new Failure(code, printable_lines(std::move(message)))) {}

StatusCode Status::code() const { return failure_ ? failure_->code : StatusCode::kOk; }

const std::string& Status::message() const {
  static const std::string none;
  return failure_ ? failure_->message : none;
}

void Status::retain() { failure_->references.fetch_add(1, std::memory_order_relaxed); }

void Status::release() {
  if (failure_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete failure_;
}

}  // namespace weft
