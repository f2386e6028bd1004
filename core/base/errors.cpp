// Joins the parts of error texts (C's variable arguments, one letter for each type), and the texts
// that several files share.

#include "base/errors.h"

#include <cstdarg>

#include "base/real_text.h"

namespace weft::errors {
namespace {

// Appends the parts one after the other, and `after_first` behind the first. The letters are those
// of `letter_of`; they must match what `passed` pushed, since va_arg does not check types.
std::string collect(const char* letters, va_list parts, std::string_view after_first) {
  std::string text;
  for (; *letters; ++letters, after_first = {}) {
    switch (*letters) {
      case 'c': text += va_arg(parts, const char*); break;
      case 'v': {
#if defined(__wasm__)  // structs are passed by their fields (toolchains/wasm.cmake)
        Characters characters = {va_arg(parts, const char*), 0};
        characters.size = va_arg(parts, size_t);
#else
        const auto characters = va_arg(parts, Characters);
#endif
        text.append(characters.data, characters.size);
        break;
      }
      case 's': text += *va_arg(parts, const std::string*); break;
      case 'd': text += name_of(static_cast<DType>(va_arg(parts, int))); break;
      case 'h': text += to_string(*va_arg(parts, const Shape*)); break;
      case 'r': text += text_of_real(va_arg(parts, double)); break;
      default: text += std::to_string(va_arg(parts, int64_t));
    }
    text += after_first;
  }
  return text;
}

}  // namespace

std::string put_together(const char* letters, ...) {
  va_list parts;
  va_start(parts, letters);
  std::string text = collect(letters, parts, {});
  va_end(parts);
  return text;
}

Status fail(const char* code_and_letters, ...) {
  va_list parts;
  va_start(parts, code_and_letters);
  // The first letter is the status code; the first part names the operator or function, and ": "
  // follows.
  std::string text = collect(code_and_letters + 1, parts, ": ");
  va_end(parts);
  return {static_cast<StatusCode>(*code_and_letters), std::move(text)};
}

Status do_not_broadcast(std::string_view op, std::string_view a_name, const Shape& a,
                        std::string_view b_name, const Shape& b, int axis, int64_t of_a,
                        int64_t of_b) {
  return invalid_value(op, "shapes of `", a_name, "` ", a, " and `", b_name, "` ", b,
                       " do not broadcast: axis ", axis, " has extents ", of_a, " and ", of_b,
                       ", and neither is 1");
}

Status axis_out_of_range(std::string_view op, std::string_view argument, int64_t axis, int rank) {
  return index_out_of_range(op, "`", argument, "` must be in [", -rank, ", ", rank,
                            ") for an array of rank ", rank, "; got ", axis);
}

Status rank_too_large(std::string_view op, std::string_view argument, int64_t rank) {
  return invalid_value(op, "`", argument, "` may have at most ", kMaxRank, " axes; got ", rank);
}

Status negative_extent(std::string_view op, std::string_view argument, const Shape& shape) {
  return invalid_value(op, "`", argument, "` must have extents of at least 0; got ", shape);
}

Status too_many_elements(std::string_view op, std::string_view argument, const Shape& shape) {
  return invalid_value(op, "`", argument, "` has more elements than 63 bits can count; got ",
                       shape);
}

Status renamed(const Status& failure, std::string_view where) {
  // Only text up to the first ": " names the operator. The failure of queued work keeps its name.
  const std::string& text = failure.message();
  const size_t end = text.find(": ");
  if (end == std::string::npos || text.find(kPushedAt) != std::string::npos) return failure;
  return {failure.code(), join(where, std::string_view(text).substr(end))};
}

Status out_of_memory(std::string_view where, int64_t bytes) {
  return {StatusCode::kOutOfMemory, join(where, ": out of memory; requested ", bytes, " bytes")};
}

}  // namespace weft::errors
