// Written by bindings/generate; do not edit.
// clang-format off

#ifndef WEFT_JAVASCRIPT_KINDS_H_
#define WEFT_JAVASCRIPT_KINDS_H_

#include <weft/weft.h>

namespace weftjs {

template <class Handle>
struct Kind;
template <>
struct Kind<weft_function> {
  static constexpr auto kRelease = weft_function_release;
  static constexpr unsigned kNumber = 1;
  static constexpr const char* kSaid = "a function of trace";
};
template <>
struct Kind<weft_model> {
  static constexpr auto kRelease = weft_model_release;
  static constexpr unsigned kNumber = 2;
  static constexpr const char* kSaid = "a Model";
};
template <>
struct Kind<weft_writer> {
  static constexpr auto kRelease = weft_writer_release;
  static constexpr unsigned kNumber = 3;
  static constexpr const char* kSaid = "a Writer";
};
template <>
struct Kind<weft_context> {
  static constexpr auto kRelease = weft_context_release;
  static constexpr unsigned kNumber = 4;
  static constexpr const char* kSaid = "a Context";
};
template <>
struct Kind<weft_archive> {
  static constexpr auto kRelease = weft_archive_release;
  static constexpr unsigned kNumber = 5;
  static constexpr const char* kSaid = "an archive";
};

}  // namespace weftjs

#endif
