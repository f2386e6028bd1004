// What old releases of libc++ (Emscripten's and that of Debian's clang) lack of the C++20 standard
// library: algorithms over whole ranges, bit_cast, and real numbers to and from text. The build
// includes this file before all others where its check finds them missing
// (cmake/WeftCompiler.cmake); no source includes it.
//
// Only what the core calls is here, with the standard's meaning. The names are in namespace std,
// which the standard forbids; it is safe because a library that lacks them uses them for nothing
// else. A test includes the file with another namespace and compares it with the library.
#pragma once

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iterator>
#include <string>
#include <system_error>
#include <type_traits>

#ifndef WEFT_OLDER_LIBRARY
#define WEFT_OLDER_LIBRARY std
#define WEFT_LACKED_BEFORE(release) (_LIBCPP_VERSION < (release)*1000)
#else
#define WEFT_LACKED_BEFORE(release) 1
#endif

namespace WEFT_OLDER_LIBRARY {

#if WEFT_LACKED_BEFORE(15)
namespace ranges {

// A predicate or an order that is applied to the projections of elements.
template <class Function, class Projection>
constexpr auto projected(Function& function, Projection& projection) {
  return [&function, &projection](auto&&... elements) -> decltype(auto) {
    return std::invoke(function, std::invoke(projection, elements)...);
  };
}
// The predicate "its projection equals `value`".
template <class Value, class Projection>
constexpr auto equals(const Value& value, Projection& projection) {
  return
      [&value, &projection](auto&& element) { return std::invoke(projection, element) == value; };
}

// Functions are taken by reference: clang 14 cannot pass a pointer to a member by value where
// structs are passed in registers (toolchains/wasm.cmake).

// Algorithms with a predicate: the range form calls the iterator form.
#define WEFT_OF_RANGE(name)                                                                 \
  template <class Range, class Condition, class Projection = std::identity>                 \
  constexpr auto name(Range&& range, Condition&& condition, Projection&& projection = {}) { \
    return std::name(std::begin(range), std::end(range), projected(condition, projection)); \
  }
WEFT_OF_RANGE(all_of)
WEFT_OF_RANGE(any_of)
WEFT_OF_RANGE(none_of)
WEFT_OF_RANGE(count_if)
WEFT_OF_RANGE(find_if)
#undef WEFT_OF_RANGE

// Algorithms with an order: the range form calls the iterator form.
#define WEFT_OF_ORDER(name)                                                               \
  template <class Range, class Order = std::less<>, class Projection = std::identity>     \
  constexpr auto name(Range&& range, Order&& order = {}, Projection && projection = {}) { \
    return std::name(std::begin(range), std::end(range), projected(order, projection));   \
  }
WEFT_OF_ORDER(sort)
WEFT_OF_ORDER(stable_sort)
WEFT_OF_ORDER(is_sorted)
WEFT_OF_ORDER(make_heap)
WEFT_OF_ORDER(sort_heap)
WEFT_OF_ORDER(push_heap)
WEFT_OF_ORDER(pop_heap)
WEFT_OF_ORDER(min_element)
WEFT_OF_ORDER(max_element)
#undef WEFT_OF_ORDER

template <class Range, class Value, class Projection = std::identity>
constexpr auto find(Range&& range, const Value& value, Projection&& projection = {}) {
  return std::find_if(std::begin(range), std::end(range), equals(value, projection));
}
template <class Range, class Condition = std::equal_to<>, class Projection = std::identity>
constexpr auto adjacent_find(Range&& range, Condition&& condition = {},
                             Projection&& projection = {}) {
  return std::adjacent_find(std::begin(range), std::end(range), projected(condition, projection));
}
template <class Range, class Value, class Projection = std::identity>
constexpr auto count(Range&& range, const Value& value, Projection&& projection = {}) {
  return std::count_if(std::begin(range), std::end(range), equals(value, projection));
}
template <class Range, class Value, class Order = std::less<>, class Projection = std::identity>
constexpr auto lower_bound(Range&& range, const Value& value, Order&& order = {},
                           Projection&& projection = {}) {
  return std::lower_bound(std::begin(range), std::end(range), value,
                          [&](auto&& element, const Value& sought) {
                            return std::invoke(order, std::invoke(projection, element), sought);
                          });
}
template <class Range, class Value>
constexpr bool binary_search(Range&& range, const Value& value) {
  return std::binary_search(std::begin(range), std::end(range), value);
}
template <class A, class B, class Condition = std::equal_to<>>
constexpr bool equal(A&& a, B&& b, Condition condition = {}) {
  return std::equal(std::begin(a), std::end(a), std::begin(b), std::end(b), condition);
}
template <class A, class B>
constexpr bool is_permutation(A&& a, B&& b) {
  return std::is_permutation(std::begin(a), std::end(a), std::begin(b), std::end(b));
}
template <class Range, class Function>
constexpr void for_each(Range&& range, Function function) {
  std::for_each(std::begin(range), std::end(range), std::move(function));
}
template <class Range, class Output>
constexpr void copy(Range&& range, Output output) {
  std::copy(std::begin(range), std::end(range), output);
}
template <class A, class B, class Output>
constexpr void merge(A&& a, B&& b, Output output) {
  std::merge(std::begin(a), std::end(a), std::begin(b), std::end(b), output);
}
template <class Range, class Value>
constexpr void fill(Range&& range, const Value& value) {
  std::fill(std::begin(range), std::end(range), value);
}
template <class Range, class Value>
constexpr void replace(Range&& range, const Value& from, const Value& to) {
  std::replace(std::begin(range), std::end(range), from, to);
}
template <class Range>
constexpr void reverse(Range&& range) {
  std::reverse(std::begin(range), std::end(range));
}

}  // namespace ranges
#endif

#if WEFT_LACKED_BEFORE(14)
// The bits of one type as another; the compiler knows how, also in constant expressions.
template <class To, class From, std::enable_if_t<sizeof(To) == sizeof(From), int> = 0>
constexpr To bit_cast(const From& from) noexcept {
  return __builtin_bit_cast(To, from);
}
#endif

// A number through snprintf, always with a point: C writes the decimal point of the locale.
inline std::string real_digits(const char* format, int precision, double value) {
  char text[400];
  const int length = std::snprintf(text, sizeof text, format, precision, value);
  std::string result(text, static_cast<size_t>(length));
  const std::string point = std::localeconv()->decimal_point;
  if (const size_t at = result.find(point); at != std::string::npos)
    result.replace(at, point.size(), ".");
  return result;
}

// Copies `text` to the caller's buffer, as to_chars reports it: all of it or an error.
inline std::to_chars_result write_characters(char* first, char* last, const std::string& text) {
  if (last - first < static_cast<ptrdiff_t>(text.size())) return {last, std::errc::value_too_large};
  std::memcpy(first, text.data(), text.size());
  return {first + text.size(), std::errc()};
}

#if WEFT_LACKED_BEFORE(14)
// As %g writes it; the core calls no other format.
inline std::to_chars_result to_chars(char* first, char* last, double value, std::chars_format,
                                     int precision) {
  return write_characters(first, last, real_digits("%.*g", precision, value));
}

// The fewest digits that are read back as the same number, in the shorter of the fixed and the
// exponent form.
template <class Real, std::enable_if_t<std::is_floating_point_v<Real>, int> = 0>
std::to_chars_result to_chars(char* first, char* last, Real value) {
  int digits = 0;
  std::string scientific;
  bool is_same = false;
  while (!is_same && digits < 18) {
    scientific = real_digits("%.*e", digits++, static_cast<double>(value));
    std::string local = scientific;
    if (const size_t at = local.find('.'); at != std::string::npos)
      local.replace(at, 1, std::localeconv()->decimal_point);
    is_same = (sizeof(Real) == sizeof(float)
                   ? static_cast<Real>(std::strtof(local.c_str(), nullptr))
                   : static_cast<Real>(std::strtod(local.c_str(), nullptr))) == value;
  }
  const size_t mark = scientific.find('e');
  if (mark == std::string::npos) return write_characters(first, last, scientific);  // inf, nan
  const int exponent = std::atoi(scientific.c_str() + mark + 1);
  const std::string fixed =
      real_digits("%.*f", std::max(0, digits - 1 - exponent), static_cast<double>(value));
  return write_characters(first, last, fixed.size() <= scientific.size() ? fixed : scientific);
}

#endif

#if WEFT_LACKED_BEFORE(20)
// Reads what the standard's from_chars reads: no spaces, no plus sign, no hexadecimal digits.
inline std::from_chars_result from_chars(const char* first, const char* last, double& value) {
  std::string text(first, last);
  const size_t sign = !text.empty() && text[0] == '-';
  const auto is_digit = [&](size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  const auto is_word = [&] {
    return sign < text.size() && std::strchr("iInN", text[sign]) != nullptr;
  };
  // strtod skips spaces and takes "+", so the first characters are checked here.
  const bool begins = is_digit(sign) || is_word() ||
                      (sign < text.size() && text[sign] == '.' && is_digit(sign + 1));
  if (!begins) return {first, std::errc::invalid_argument};
  const size_t hexadecimal = text.find_first_of("xX");
  if (hexadecimal != std::string::npos) text.resize(hexadecimal);
  const std::string point = std::localeconv()->decimal_point;
  const size_t at = text.find('.');
  if (at != std::string::npos) text.replace(at, 1, point);
  char* end = nullptr;
  const double read = std::strtod(text.c_str(), &end);
  size_t length = static_cast<size_t>(end - text.c_str());
  if (length == 0) return {first, std::errc::invalid_argument};
  // The locale's point may have several bytes; the length counts the one of the caller's text.
  if (at != std::string::npos && length > at) length -= point.size() - 1;
  const bool is_finite = read - read == 0;
  const bool is_beyond = !is_finite && !is_word();
  // Zero although a digit other than 0 was read: the number is too small for a double.
  const bool is_lost =
      read == 0 && text.find_first_of("123456789") < std::min(text.find_first_of("eE"), length);
  if (is_beyond || is_lost) return {first + length, std::errc::result_out_of_range};
  value = read;
  return {first + length, std::errc()};
}
#endif

}  // namespace WEFT_OLDER_LIBRARY

#undef WEFT_LACKED_BEFORE
