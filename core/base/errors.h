// Constructors of error texts, so that wording and fields agree everywhere.
// Form: <operator>: <argument in backquotes> <rule that failed>; got <what was given> [; hint]
#pragma once

#include <string>
#include <string_view>

#include "base/dtype.h"
#include "base/shape.h"
#include "base/status.h"

namespace weft::errors {

// Joins pieces of text and numbers.
inline std::string piece(std::string_view text) { return std::string(text); }
inline std::string piece(int64_t number) { return std::to_string(number); }
inline std::string piece(int number) { return std::to_string(number); }
inline std::string piece(size_t number) { return std::to_string(number); }
inline std::string piece(const Shape& shape) { return to_string(shape); }
inline std::string piece(DType dtype) { return std::string(name_of(dtype)); }
template <class... Parts>
std::string join(const Parts&... parts) {
  return (std::string() + ... + piece(parts));
}

template <class... Parts>
Status invalid_value(std::string_view where, const Parts&... parts) {
  return {StatusCode::kInvalidValue, join(where, ": ", parts...)};
}
template <class... Parts>
Status invalid_type(std::string_view where, const Parts&... parts) {
  return {StatusCode::kInvalidType, join(where, ": ", parts...)};
}
template <class... Parts>
Status unsupported(std::string_view where, const Parts&... parts) {
  return {StatusCode::kUnsupported, join(where, ": ", parts...)};
}
template <class... Parts>
Status not_found(std::string_view where, const Parts&... parts) {
  return {StatusCode::kNotFound, join(where, ": ", parts...)};
}
template <class... Parts>
Status index_out_of_range(std::string_view where, const Parts&... parts) {
  return {StatusCode::kIndexOutOfRange, join(where, ": ", parts...)};
}
template <class... Parts>
Status overflow(std::string_view where, const Parts&... parts) {
  return {StatusCode::kOverflow, join(where, ": ", parts...)};
}
template <class... Parts>
Status io(std::string_view where, const Parts&... parts) {
  return {StatusCode::kIo, join(where, ": ", parts...)};
}
template <class... Parts>
Status invalid_state(std::string_view where, const Parts&... parts) {
  return {StatusCode::kInvalidState, join(where, ": ", parts...)};
}
template <class... Parts>
Status internal(std::string_view where, const Parts&... parts) {
  return {StatusCode::kInternal, join(where, ": internal error, please report: ", parts...)};
}

Status do_not_broadcast(std::string_view op, std::string_view a_name, const Shape& a,
                        std::string_view b_name, const Shape& b, int axis, int64_t of_a, int64_t of_b);
Status axis_out_of_range(std::string_view op, std::string_view argument, int64_t axis, int rank);
Status rank_too_large(std::string_view op, std::string_view argument, int64_t rank);
Status negative_extent(std::string_view op, std::string_view argument, const Shape& shape);
Status too_many_elements(std::string_view op, std::string_view argument, const Shape& shape);
Status out_of_memory(std::string_view where, int64_t bytes);

}  // namespace weft::errors
