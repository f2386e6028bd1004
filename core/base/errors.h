// Constructors of error texts, so that wording and fields agree everywhere. Form: <operator>:
// <argument in backquotes> <rule that failed>; got <what was given> [; hint]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/dtype.h"
#include "base/shape.h"
#include "base/status.h"

namespace weft::errors {

// The parts of a text go to one function as C's variable arguments, with one letter for the type of
// each. This keeps the many places that can fail small: about half the code of building strings
// there. letter_of chooses the letter.
template <class T>
constexpr char letter_of() {
  if constexpr (std::is_same_v<T, DType>)
    return 'd';
  else if constexpr (std::is_floating_point_v<T>)
    return 'r';
  else if constexpr (std::is_convertible_v<T, int64_t>)
    return 'n';
  else if constexpr (std::is_base_of_v<Shape, T>)
    return 'h';
  else if constexpr (std::is_same_v<T, std::string>)
    return 's';
  else if constexpr (std::is_convertible_v<const T&, const char*>)
    return 'c';
  else
    return 'v';
}

// A string view in the form that C's variable arguments can carry: a plain struct.
struct Characters {
  const char* data;
  size_t size;
};

// How a part is passed: a large one by its address, which is read before the caller's statement
// ends.
template <class T>
[[gnu::always_inline]] inline auto passed(const T& part) {
  constexpr char letter = letter_of<T>();
  if constexpr (letter == 'd')
    return static_cast<int>(part);
  else if constexpr (letter == 'r')
    return static_cast<double>(part);
  else if constexpr (letter == 'n')
    return static_cast<int64_t>(part);
  else if constexpr (letter == 'h')
    return static_cast<const Shape*>(&part);
  else if constexpr (letter == 's')
    return &part;
  else if constexpr (letter == 'c')
    return static_cast<const char*>(part);
  else
    return Characters{std::string_view(part).data(), std::string_view(part).size()};
}

// The letters of a text's parts as a string constant, made by the compiler.
template <char... letters>
inline constexpr char kLetters[] = {letters..., '\0'};

// Joins the parts that follow; one letter for each.
std::string put_together(const char* letters, ...);
// Makes a failure: the first character is the status code, the first part says where it happened.
[[gnu::cold]] Status fail(const char* code_and_letters, ...);

// Joins texts, dtypes, shapes, integers and real numbers to one text.
template <class... Parts>
[[gnu::always_inline]] inline std::string join(const Parts&... parts) {
  return put_together(kLetters<letter_of<Parts>()...>, passed(parts)...);
}

template <StatusCode code, class... Parts>
[[gnu::always_inline]] inline Status make(const Parts&... where_and_parts) {
  return fail(kLetters<static_cast<char>(code), letter_of<Parts>()...>, passed(where_and_parts)...);
}

// What a failure of queued work adds to its text. The failure becomes the content of arrays, and
// its text is repeated unchanged wherever they are read.
inline constexpr std::string_view kPushedAt = "; pushed at ";

// The same failure with another name in front: a composite's user never called the operator inside
// that refused.
Status renamed(const Status& failure, std::string_view where);

// One constructor for each status code: where it happened, then the parts of the text.
template <class... Parts>
[[gnu::always_inline]] inline Status invalid_value(const Parts&... where_and_parts) {
  return make<StatusCode::kInvalidValue>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status invalid_type(const Parts&... where_and_parts) {
  return make<StatusCode::kInvalidType>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status unsupported(const Parts&... where_and_parts) {
  return make<StatusCode::kUnsupported>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status not_found(const Parts&... where_and_parts) {
  return make<StatusCode::kNotFound>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status index_out_of_range(const Parts&... where_and_parts) {
  return make<StatusCode::kIndexOutOfRange>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status overflow(const Parts&... where_and_parts) {
  return make<StatusCode::kOverflow>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status io(const Parts&... where_and_parts) {
  return make<StatusCode::kIo>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status invalid_state(const Parts&... where_and_parts) {
  return make<StatusCode::kInvalidState>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status no_factorization(const Parts&... where_and_parts) {
  return make<StatusCode::kNoFactorization>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status disconnected(const Parts&... where_and_parts) {
  return make<StatusCode::kDisconnected>(where_and_parts...);
}
template <class... Parts>
[[gnu::always_inline]] inline Status interrupted(const Parts&... where_and_parts) {
  return make<StatusCode::kInterrupted>(where_and_parts...);
}
template <class Where, class... Parts>
[[gnu::always_inline]] inline Status internal(const Where& where, const Parts&... parts) {
  return make<StatusCode::kInternal>(where, "internal error, please report: ", parts...);
}

// Texts that several operators share. `axis` counts from the end (-1 is the last), `of_a` and
// `of_b` are the extents there.
Status do_not_broadcast(std::string_view op, std::string_view a_name, const Shape& a,
                        std::string_view b_name, const Shape& b, int axis, int64_t of_a,
                        int64_t of_b);
Status axis_out_of_range(std::string_view op, std::string_view argument, int64_t axis, int rank);
Status rank_too_large(std::string_view op, std::string_view argument, int64_t rank);
Status negative_extent(std::string_view op, std::string_view argument, const Shape& shape);
Status too_many_elements(std::string_view op, std::string_view argument, const Shape& shape);
Status out_of_memory(std::string_view where, int64_t bytes);

}  // namespace weft::errors
