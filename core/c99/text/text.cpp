// Literals and identifiers. A number must be read back by C as the same value of the same type, so
// integers get suffixes and floats their shortest exact text.
#include "c99/text/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace weft::c99 {
namespace {

// Elements may be unaligned in a file, so they are copied.
template <class T>
T value_at(const void* element) {
  T value;
  std::memcpy(&value, element, sizeof value);
  return value;
}

// Adds the shortest text that is read back as the same number; std::to_chars guarantees that.
template <class T>
void append_float(std::string& text, T value, const char* suffix) {
  if (!std::isfinite(value)) {
    text += std::isnan(value) ? "NAN" : value < 0 ? "(-INFINITY)" : "INFINITY";
    return;
  }
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  const std::string_view digits(buffer, static_cast<size_t>(end - buffer));
  text += digits;
  if (digits.find_first_of(".e") == std::string_view::npos) text += ".0";
  text += suffix;
}

// The smallest int32 and int64 have no literal in C (it would be minus a too large number), so they
// are named by their macros.
template <class T>
void append_integer(std::string& text, T value) {
  char buffer[32];
  if constexpr (sizeof(T) == 8) {
    if (std::is_signed_v<T> && value == std::numeric_limits<T>::min()) {
      text += "INT64_MIN";
      return;
    }
    text += std::is_signed_v<T> ? "INT64_C(" : "UINT64_C(";
  } else if (sizeof(T) == 4 && std::is_signed_v<T> && value == std::numeric_limits<T>::min()) {
    text += "INT32_MIN";
    return;
  }
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  if constexpr (sizeof(T) == 8) text += ")";
  if constexpr (sizeof(T) == 4 && !std::is_signed_v<T>) text += "u";
}

// The one switch over the dtypes that C has. Halves have no literal: they are refused earlier. That
// of a complex number is an initializer.
void append_literal(std::string& text, DType dtype, const void* element) {
  if (is_complex(dtype)) {
    const DType part = part_of(dtype);
    text += "{";
    append_literal(text, part, element);
    text += ", ";
    append_literal(text, part, static_cast<const char*>(element) + size_of(part));
    text += "}";
    return;
  }
  switch (moved_as(dtype)) {
    case DType::kFloat32: append_float(text, value_at<float>(element), "f"); break;
    case DType::kFloat64: append_float(text, value_at<double>(element), ""); break;
    case DType::kBool: text += value_at<uint8_t>(element) ? "1" : "0"; break;
    case DType::kInt8: append_integer<int32_t>(text, value_at<int8_t>(element)); break;
    case DType::kUInt8: append_integer<int32_t>(text, value_at<uint8_t>(element)); break;
    case DType::kInt16: append_integer<int32_t>(text, value_at<int16_t>(element)); break;
    case DType::kUInt16: append_integer<int32_t>(text, value_at<uint16_t>(element)); break;
    case DType::kInt32: append_integer(text, value_at<int32_t>(element)); break;
    case DType::kUInt32: append_integer(text, value_at<uint32_t>(element)); break;
    case DType::kInt64: append_integer(text, value_at<int64_t>(element)); break;
    case DType::kUInt64: append_integer(text, value_at<uint64_t>(element)); break;
    default: text += "0"; break;
  }
}

}  // namespace

std::string_view type_name(DType dtype) {
  switch (moved_as(dtype)) {
    case DType::kFloat32: return "float";
    case DType::kFloat64: return "double";
    case DType::kBool:
    case DType::kUInt8: return "uint8_t";
    case DType::kInt8: return "int8_t";
    case DType::kInt16: return "int16_t";
    case DType::kUInt16: return "uint16_t";
    case DType::kInt32: return "int32_t";
    case DType::kUInt32: return "uint32_t";
    case DType::kInt64: return "int64_t";
    case DType::kUInt64: return "uint64_t";
    case DType::kComplex64: return "weft_complex64";
    case DType::kComplex128: return "weft_complex128";
    default: return {};
  }
}

// Several programs may be in one file, so each type has a guard. The layout is that of C's own
// complex numbers, which C++ does not have.
std::string complex_types(std::string_view text) {
  std::string types;
  for (const DType dtype : {DType::kComplex64, DType::kComplex128}) {
    const std::string name(type_name(dtype)), guard = upper(name);
    if (text.find(name) == std::string_view::npos) continue;
    types += "#ifndef " + guard + "\n#define " + guard + "\ntypedef struct {\n  " +
             std::string(type_name(part_of(dtype))) + " re, im;\n} " + name + ";\n#endif\n\n";
  }
  return types;
}

std::string literal(DType dtype, const void* element) {
  std::string text;
  append_literal(text, dtype, element);
  return text.starts_with('-') ? "(" + text + ")" : text;
}

void append_elements(std::string& text, DType dtype, const void* elements, int64_t count) {
  if (count == 0) {
    text += "  0\n";  // C has no empty arrays
    return;
  }
  size_t line = text.size();
  text += "  ";
  for (int64_t i = 0; i < count; ++i) {
    const size_t before = text.size();
    append_literal(text, dtype, static_cast<const char*>(elements) + i * size_of(dtype));
    text += ",";
    if (text.size() - line > 98) {
      text.insert(before, "\n  ");
      line = before + 1;
    }
    if (i + 1 < count) text += " ";
  }
  text += "\n";
}

std::string upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return upper;
}

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (int axis = 0; axis < shape.rank(); ++axis)
    text += (axis ? ", " : "") + std::to_string(shape[axis]);
  return text + (shape.rank() == 1 ? ",)" : ")");
}

std::string identifier(std::string_view text) {
  // Longer names make lines that nobody can read.
  constexpr size_t kLongest = 100;
  std::string name;
  for (const char c : text.substr(0, kLongest)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    name += is_letter || (c >= '0' && c <= '9') ? c : '_';
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name.insert(0, "_");
  return name;
}

std::string comment_text(std::string_view text) {
  constexpr size_t kLongest = 200;
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : text.substr(0, kLongest)) {
    const char last = out.empty() ? ' ' : out.back();
    const bool joins = (last == '*' && c == '/') || (last == '/' && c == '*') ||
                       (last == '?' && c == '?');  // a trigraph begins with two
    if (joins) out += ' ';
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return text.size() > kLongest ? out + " ..." : out;
}

}  // namespace weft::c99
