// Weft for C++17, what all of it uses: errors, dtypes, spans, and owners of handles.
#ifndef WEFT_WEFT_BASE_HPP_
#define WEFT_WEFT_BASE_HPP_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "weft.h"

// The inner namespace gives these classes linker names of their own: a static libweft brings the
// core along, which has a weft::Tensor too.
namespace weft {
inline namespace cpp {

// The failure of a call of weft.h: its status and text.
class Error : public std::runtime_error {
 public:
  Error(weft_status status, const std::string& text) : std::runtime_error(text), status_(status) {}
  weft_status status() const noexcept { return status_; }

 private:
  weft_status status_;
};

// Throws the failure of a call. Every call that returns a status goes through it.
inline void check(weft_status status) {
  if (status != WEFT_OK) throw Error(status, weft_last_error());
}

// How grave a message of the log is.
enum class LogLevel : weft_log_level {
  kDebug = WEFT_LOG_DEBUG,
  kInfo = WEFT_LOG_INFO,
  kWarning = WEFT_LOG_WARNING,
  kError = WEFT_LOG_ERROR,
  kOff = WEFT_LOG_OFF
};
// Sets who receives the log: a function object that must live as long as it is set, and neither
// throw nor call the library. It is called as log(LogLevel, const char* text), from any thread, one
// message at a time.
template <class Log>
void set_log(LogLevel minimum, Log& log) {
  const auto tell = [](void* context, weft_log_level level, const char* text) {
    (*static_cast<Log*>(context))(static_cast<LogLevel>(level), text);
  };
  check(weft_set_log(static_cast<weft_log_level>(minimum), tell,
                     const_cast<std::remove_const_t<Log>*>(&log)));
}
// Sends the log back to standard error.
inline void set_log(LogLevel minimum) {
  check(weft_set_log(static_cast<weft_log_level>(minimum), nullptr, nullptr));
}

// The type of the elements of an array.
enum class Dtype : weft_dtype {
  kBool = WEFT_BOOL,
  kUInt8 = WEFT_UINT8,
  kUInt16 = WEFT_UINT16,
  kUInt32 = WEFT_UINT32,
  kUInt64 = WEFT_UINT64,
  kInt8 = WEFT_INT8,
  kInt16 = WEFT_INT16,
  kInt32 = WEFT_INT32,
  kInt64 = WEFT_INT64,
  kFloat16 = WEFT_FLOAT16,
  kBFloat16 = WEFT_BFLOAT16,
  kFloat32 = WEFT_FLOAT32,
  kFloat64 = WEFT_FLOAT64,
  kComplex64 = WEFT_COMPLEX64,
  kComplex128 = WEFT_COMPLEX128,
  kFloat8E4M3FN = WEFT_FLOAT8_E4M3FN,
  kFloat8E5M2 = WEFT_FLOAT8_E5M2,
  kInt4 = WEFT_INT4,
  kUInt4 = WEFT_UINT4,
  kFloat8E4M3FNUZ = WEFT_FLOAT8_E4M3FNUZ,
  kFloat8E5M2FNUZ = WEFT_FLOAT8_E5M2FNUZ
};

// The dtype whose elements have an arithmetic type of C++; other types do not compile.
template <class T>
constexpr Dtype dtype_of() {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "no dtype has elements of this type");
  constexpr Dtype kSigned[] = {Dtype::kInt8, Dtype::kInt16, Dtype::kInt32, Dtype::kInt64};
  constexpr Dtype kUnsigned[] = {Dtype::kUInt8, Dtype::kUInt16, Dtype::kUInt32, Dtype::kUInt64};
  constexpr int kPlace = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  if constexpr (std::is_same_v<T, bool>) return Dtype::kBool;
  if constexpr (std::is_floating_point_v<T>)
    return sizeof(T) == 4 ? Dtype::kFloat32 : Dtype::kFloat64;
  return std::is_signed_v<T> ? kSigned[kPlace] : kUnsigned[kPlace];
}

// A lent row of elements, as std::span in C++20. It does not own them: a list in braces lives only
// as long as the call that it is an argument of.
template <class T>
class Span {
 public:
  using value_type = std::remove_cv_t<T>;
  constexpr Span() = default;
  constexpr Span(T* data, size_t size) : data_(data), size_(size) {}
  template <size_t kSize>
  constexpr Span(T (&array)[kSize]) : Span(array, kSize) {}
  template <class Container,
            class = std::enable_if_t<std::is_convertible_v<
                std::remove_pointer_t<decltype(std::declval<Container&>().data())> (*)[], T (*)[]>>>
  constexpr Span(Container&& container) : Span(container.data(), container.size()) {}
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>>
  constexpr Span(std::initializer_list<std::remove_const_t<U>> list)
      : Span(list.begin(), list.size()) {}

  constexpr T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size_; }
  constexpr T& operator[](size_t index) const { return data_[index]; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

// The extents of an array, or one integer for each of its axes.
using Extents = Span<const int64_t>;

// Owns one reference to a handle and releases it at the end. It can be moved and not copied.
template <class Handle, void (*kRelease)(Handle)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}  // takes the caller's reference over
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_) kRelease(handle_);
  }

  Handle handle() const { return handle_; }  // lent
  explicit operator bool() const { return handle_ != nullptr; }

 protected:
  Handle handle_ = nullptr;
};

// Owns a handle whose references are counted: a copy is one more reference.
template <class Handle, Handle (*kRetain)(Handle), void (*kRelease)(Handle)>
class Shared : public Owned<Handle, kRelease> {
 public:
  using Owned<Handle, kRelease>::Owned;
  Shared() = default;
  Shared(Shared&&) noexcept = default;
  Shared& operator=(Shared&&) noexcept = default;
  Shared(const Shared& other)
      : Owned<Handle, kRelease>(other.handle_ ? kRetain(other.handle_) : nullptr) {}
  Shared& operator=(const Shared& other) { return *this = Shared(other); }
};

// Turns the exception that was just caught into a failed status for the library. Callbacks call it
// from their catch blocks: no exception may pass through C.
inline weft_status report_exception() {
  try {
    throw;
  } catch (const Error& error) {
    return weft_fail(error.status(), error.what());
  } catch (const std::exception& error) {
    return weft_fail(WEFT_INVALID_STATE, error.what());
  } catch (...) {
    return weft_fail(WEFT_INVALID_STATE, "an exception that is no std::exception");
  }
}

}  // namespace cpp
}  // namespace weft

#endif  // WEFT_WEFT_BASE_HPP_
