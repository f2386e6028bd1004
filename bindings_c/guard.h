// The border between C and the core. `guard` runs the body of an exported function: it turns the
// body's result into a status, keeps the text of a failure for weft_last_error, and catches
// exceptions, which must not pass through C. The rest are the conversions and checks that most
// functions need.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "base/errors.h"
#include "ops/op.h"
#include "runtime/tensor.h"
#include "runtime/thread_state.h"
#include "weft/weft.h"

// A handle of weft.h is a pointer to the core's object under another name, and a weft_value has the
// bytes of an ops::Argument, so these conversions cost nothing.
namespace weft::c {

static_assert(sizeof(weft_value) == sizeof(ops::Argument));

inline Tensor* tensor(weft_tensor handle) { return reinterpret_cast<Tensor*>(handle); }
inline weft_tensor handle(Tensor* tensor) { return reinterpret_cast<weft_tensor>(tensor); }
inline const ops::OpDef* op(weft_op handle) { return reinterpret_cast<const ops::OpDef*>(handle); }
inline weft_op handle(const ops::OpDef* op) { return reinterpret_cast<weft_op>(op); }
inline std::span<const ops::Argument> arguments(const weft_value* values, size_t count) {
  return {reinterpret_cast<const ops::Argument*>(values), count};
}
// The library reads these handles only if they are there: NULL with a count is an empty list.
inline std::span<Tensor* const> tensors(const weft_tensor* handles, size_t count) {
  return {reinterpret_cast<Tensor* const*>(handles), handles ? count : 0};
}
inline std::span<Tensor*> tensors(weft_tensor* handles, size_t count) {
  return {reinterpret_cast<Tensor**>(handles), handles ? count : 0};
}

// Fills in a caller's struct, which starts with its size. A program that was compiled with an
// earlier header has a shorter struct and gets the part that it knows; no struct is shorter than
// the first released version.
template <class Struct>
Status fill(const char* function, const char* argument, size_t first_version, Struct full,
            Struct* out) {
  const size_t size = out->struct_size;
  if (size < first_version)
    return errors::invalid_value(function, "`", argument, "->struct_size` must be at least ",
                                 first_version, "; got ", size);
  full.struct_size = size;
  std::memcpy(out, &full, std::min(size, sizeof full));
  return {};
}

// Keeps the failure as this thread's last error and gives its code.
weft_status report(Status status);

// The failure of a callback, with a text that begins with `what`. The reason is what failed in the
// library while the callback ran, or what the callback told weft_fail. `before` is the thread's
// last error when the callback began: if it is still there, there is no reason.
Status of_callback(weft_status status, const Status& before, const std::string& what);

// An argument of a function with its name, for the check of NULL.
struct Given {
  const char* name;
  const void* pointer;
};
// Fails with "`name` must not be NULL" for the first null pointer of a list.
Status require(const char* function, std::initializer_list<Given> pointers);
// The same for an array of `count` pointers and for each pointer in it.
Status require_all(const char* function, const char* name, const void* const* pointers,
                   size_t count);
inline Status require_all(const char* function, const char* name, const weft_tensor* handles,
                          size_t count) {
  return require_all(function, name, reinterpret_cast<const void* const*>(handles), count);
}

// The body of an exported function. Small libraries are built without exceptions; there a failing
// allocation ends the process.
template <class Body>
weft_status guard(const Body& body) {
#if defined(__cpp_exceptions)
  try {
    Status status = body();
    return status.ok() ? WEFT_OK : report(std::move(status));
  } catch (const std::bad_alloc&) {
    return report(Status(StatusCode::kOutOfMemory, "out of memory"));
  } catch (...) {
    return report(Status(StatusCode::kInternal, "internal error, please report: an exception"));
  }
#else
  Status status = body();
  return status.ok() ? WEFT_OK : report(std::move(status));
#endif
}

}  // namespace weft::c
