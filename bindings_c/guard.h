// The border between C and the core: results become statuses, and what the standard library may
// throw is caught here, once.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "base/errors.h"
#include "ops/op.h"
#include "runtime/tensor.h"
#include "runtime/thread_state.h"
#include "weft/weft.h"

// The handles of weft.h are the core's objects under another name.
namespace weft::c {

static_assert(sizeof(weft_value) == sizeof(ops::Argument));

inline Tensor* tensor(weft_tensor handle) { return reinterpret_cast<Tensor*>(handle); }
inline weft_tensor handle(Tensor* tensor) { return reinterpret_cast<weft_tensor>(tensor); }
inline const ops::OpDef* op(weft_op handle) { return reinterpret_cast<const ops::OpDef*>(handle); }
inline weft_op handle(const ops::OpDef* op) { return reinterpret_cast<weft_op>(op); }
inline std::span<const ops::Argument> arguments(const weft_value* values, size_t count) {
  return {reinterpret_cast<const ops::Argument*>(values), count};
}
inline std::span<Tensor* const> tensors(const weft_tensor* handles, size_t count) {
  return {reinterpret_cast<Tensor* const*>(handles), handles ? count : 0};
}
inline std::span<Tensor*> tensors(weft_tensor* handles, size_t count) {
  return {reinterpret_cast<Tensor**>(handles), handles ? count : 0};
}

// Fills a caller's struct as far as the caller knows it: one that was compiled with an earlier
// header is shorter, but never than the first version that was released.
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

// Keeps the failure as this thread's last error.
weft_status report(Status status);

// A callback's status, in words that begin with `what`. What failed in the library while it ran, or
// what it told weft_fail, is the reason: what the thread failed with `before` is none.
Status of_callback(weft_status status, const Status& before, const std::string& what);

// "`name` must not be NULL" for the first null pointer of a list.
struct Given {
  const char* name;
  const void* pointer;
};
Status require(const char* function, std::initializer_list<Given> pointers);
Status require_all(const char* function, const char* name, const void* const* pointers,
                   size_t count);
inline Status require_all(const char* function, const char* name, const weft_tensor* handles,
                          size_t count) {
  return require_all(function, name, reinterpret_cast<const void* const*>(handles), count);
}

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
