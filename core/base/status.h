// Errors as values. Nothing of ours throws: a function that can fail returns Status or Result<T>.
//
// A success costs one null pointer. A failure owns its code and its text, which has the form
//   <operator or function>: <argument in backquotes> <rule that failed>; got <what> [; hint]
#pragma once

#include <stdint.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace weft {

// The numbers are those of weft.h and are never reused.
enum class StatusCode : int32_t {
  kOk = 0,
  kInvalidValue = 1,
  kOutOfMemory = 2,
  kUnsupported = 3,
  kNotFound = 4,
  kInternal = 5,
  kInvalidType = 6,
  kIndexOutOfRange = 7,
  kOverflow = 8,
  kIo = 9,
  kInvalidState = 10,
  kInterrupted = 11,
  kCheckFailed = 12,
  kNoFactorization = 13,
  kDisconnected = 14,
};

// The code for a number that a callback returned. A number that is no code becomes kInternal.
inline StatusCode status_code_of(int32_t number) {
  const bool known = number > 0 && number <= static_cast<int32_t>(StatusCode::kDisconnected);
  return known ? static_cast<StatusCode>(number) : StatusCode::kInternal;
}

// Success or a shared failure; copies are cheap and may lie on other threads.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message);
  Status(const Status& other) : failure_(other.failure_) {
    if (failure_) retain();
  }
  Status(Status&& other) noexcept : failure_(std::exchange(other.failure_, nullptr)) {}
  Status& operator=(Status other) noexcept {
    std::swap(failure_, other.failure_);
    return *this;
  }
  ~Status() {
    if (failure_) release();
  }

  bool ok() const { return !failure_; }
  StatusCode code() const;
  const std::string& message() const;  // empty for a success
  // Are both the same event?
  bool same_failure(const Status& other) const { return failure_ == other.failure_; }

 private:
  struct Failure;  // counted: one error may be the content of several arrays
  void retain();
  void release();
  Failure* failure_ = nullptr;
};

// A value or the failure that stands in its place. Call value() and take() only if ok().
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}            // NOLINT: implicit on purpose
  Result(Status failure) : status_(std::move(failure)) {}  // NOLINT: implicit on purpose

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() { return *value_; }
  const T& value() const { return *value_; }
  T take() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace weft

#define WEFT_CONCAT_INNER(a, b) a##b
#define WEFT_CONCAT(a, b) WEFT_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expression` (a Status) is a failure.
#define WEFT_TRY(expression)                   \
  do {                                         \
    ::weft::Status weft_status = (expression); \
    if (!weft_status.ok()) return weft_status; \
  } while (false)

// Declares `declaration` from a Result, or returns its failure:
// WEFT_ASSIGN(Shape s, broadcast(a, b));
#define WEFT_ASSIGN(declaration, expression) \
  WEFT_ASSIGN_NAMED(WEFT_CONCAT(weft_result_, __LINE__), declaration, expression)
#define WEFT_ASSIGN_NAMED(name, declaration, expression) \
  auto name = (expression);                              \
  if (!name.ok()) return name.status();                  \
  declaration = name.take()

// Ends the process at a defect of Weft itself; never for a caller's mistake.
#define WEFT_ASSERT(condition)                                                              \
  do {                                                                                      \
    if (!(condition)) {                                                                     \
      std::fprintf(stderr, "weft: internal error, please report: %s (%s:%d)\n", #condition, \
                   __FILE__, __LINE__);                                                     \
      std::abort();                                                                         \
    }                                                                                       \
  } while (false)
