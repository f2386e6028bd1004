// Constructors of error texts, so that wording and fields agree everywhere.
// Form: <operator>: <argument in backquotes> <rule that failed>; got <what was given> [; hint]
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/dtype.h"
#include "base/shape.h"
#include "base/status.h"

namespace weft::errors {

// One piece of a text, kept by reference until the text is put together in one function: the many
// places that can fail stay small.
class Piece {
 public:
  Piece(std::string_view text) : kind_(Kind::kText), text_(text) {}   // NOLINT: implicit
  Piece(const char* text) : Piece(std::string_view(text)) {}          // NOLINT: implicit
  Piece(const std::string& text) : Piece(std::string_view(text)) {}   // NOLINT: implicit
  Piece(int number) : kind_(Kind::kNumber), number_(number) {}        // NOLINT: implicit
  Piece(int64_t number) : kind_(Kind::kNumber), number_(number) {}    // NOLINT: implicit
  Piece(size_t number) : Piece(static_cast<int64_t>(number)) {}       // NOLINT: implicit
  Piece(const Shape& shape) : kind_(Kind::kShape), shape_(&shape) {}  // NOLINT: implicit
  Piece(DType dtype) : Piece(name_of(dtype)) {}                       // NOLINT: implicit
  void append_to(std::string& text) const;

 private:
  enum class Kind : uint8_t { kText, kNumber, kShape };
  Kind kind_;
  union {
    std::string_view text_;
    int64_t number_;
    const Shape* shape_;
  };
};

// What a failure of queued work adds to its text. It is the content of arrays from then on, and
// told as it is wherever that is read.
inline constexpr std::string_view kPushedAt = "; pushed at ";

// The same failure, told in another's name: what a composite's parts refuse was given to it.
Status renamed(const Status& failure, std::string_view where);

std::string join(std::initializer_list<Piece> pieces);
Status make(StatusCode code, std::string_view where, std::initializer_list<Piece> pieces);

template <class... Parts>
Status invalid_value(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kInvalidValue, where, {Piece(parts)...});
}
template <class... Parts>
Status invalid_type(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kInvalidType, where, {Piece(parts)...});
}
template <class... Parts>
Status unsupported(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kUnsupported, where, {Piece(parts)...});
}
template <class... Parts>
Status not_found(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kNotFound, where, {Piece(parts)...});
}
template <class... Parts>
Status index_out_of_range(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kIndexOutOfRange, where, {Piece(parts)...});
}
template <class... Parts>
Status overflow(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kOverflow, where, {Piece(parts)...});
}
template <class... Parts>
Status io(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kIo, where, {Piece(parts)...});
}
template <class... Parts>
Status invalid_state(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kInvalidState, where, {Piece(parts)...});
}
template <class... Parts>
Status interrupted(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kInterrupted, where, {Piece(parts)...});
}
template <class... Parts>
Status internal(std::string_view where, const Parts&... parts) {
  return make(StatusCode::kInternal, where,
              {Piece("internal error, please report: "), Piece(parts)...});
}

Status do_not_broadcast(std::string_view op, std::string_view a_name, const Shape& a,
                        std::string_view b_name, const Shape& b, int axis, int64_t of_a,
                        int64_t of_b);
Status axis_out_of_range(std::string_view op, std::string_view argument, int64_t axis, int rank);
Status rank_too_large(std::string_view op, std::string_view argument, int64_t rank);
Status negative_extent(std::string_view op, std::string_view argument, const Shape& shape);
Status too_many_elements(std::string_view op, std::string_view argument, const Shape& shape);
Status out_of_memory(std::string_view where, int64_t bytes);

}  // namespace weft::errors
