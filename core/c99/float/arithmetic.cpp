// The conversions. A cast from float to integer has no defined result in C when the value does not
// fit, so it is a function that saturates.
#include "c99/float/arithmetic.h"

namespace weft::c99 {
namespace {

// The bounds of an integer type, as C text.
struct Range {
  const char* minimum;
  const char* maximum;
  int bits;  // the first number above all is 2^bits
  const char* suffix;
};

Range range_of(DType dtype) {
  switch (dtype) {
    case DType::kInt8: return {"INT8_MIN", "INT8_MAX", 7, "i8"};
    case DType::kInt16: return {"INT16_MIN", "INT16_MAX", 15, "i16"};
    case DType::kInt32: return {"INT32_MIN", "INT32_MAX", 31, "i32"};
    case DType::kInt64: return {"INT64_MIN", "INT64_MAX", 63, "i64"};
    case DType::kUInt8: return {"0", "UINT8_MAX", 8, "u8"};
    case DType::kUInt16: return {"0", "UINT16_MAX", 16, "u16"};
    case DType::kUInt32: return {"0", "UINT32_MAX", 32, "u32"};
    default: return {"0", "UINT64_MAX", 64, "u64"};
  }
}

// The name of a function that truncates towards zero and saturates; NaN becomes 0. Comparing with
// 2^bits is exact in float; comparing with the largest integer would not be.
std::string truncation(Source& source, DType from, DType to) {
  const bool is_double = from == DType::kFloat64;
  const Range range = range_of(to);
  const std::string type(compute_type(to)), real = is_double ? "double" : "float";
  const std::string f = is_double ? "" : "f";
  const std::string name =
      std::string("weft_truncate_") + (is_double ? "f64_" : "f32_") + range.suffix;
  const bool is_signed = range.minimum[0] != '0';
  source.define(
      name, "static inline " + type + " " + name + "(" + real + " a)\n{\n" + "  if (a >= 0x1p" +
                std::to_string(range.bits) + f + ") return " + range.maximum +
                ";\n  if (a <= " + (is_signed ? "-0x1p" + std::to_string(range.bits) + f : "0") +
                ") return " + range.minimum + ";\n  return a == a ? (" + type + ")a : 0;\n}\n");
  return name;
}

}  // namespace

std::string_view compute_type(DType dtype) {
  switch (dtype) {
    case DType::kFloat32: return "float";
    case DType::kFloat64: return "double";
    case DType::kInt64: return "int64_t";
    case DType::kUInt64: return "uint64_t";
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32: return "int32_t";
    default: return "uint32_t";
  }
}

// Small integers are computed in 32 bits; the cast to the stored type drops what does not fit.
std::string as_stored(DType dtype, const std::string& value) {
  switch (dtype) {
    case DType::kBool: return "(uint32_t)(" + value + " != 0)";
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kInt8:
    case DType::kInt16:
      return "(" + std::string(compute_type(dtype)) + ")(" + std::string(type_name(dtype)) + ")(" +
             value + ")";
    default: return value;
  }
}

std::string stored(DType dtype, const std::string& value) {
  return type_name(dtype) == compute_type(dtype)
             ? value
             : "(" + std::string(type_name(dtype)) + ")" + value;
}

std::string converted(Source& source, DType from, DType to, const std::string& value) {
  if (to == DType::kBool) return "(uint32_t)(" + value + " != 0)";
  if (is_floating(from) && !is_floating(to))
    return truncation(source, from, to) + "(" + value + ")";
  const std::string_view type = compute_type(to);
  return as_stored(to, type == compute_type(from) ? value : "(" + std::string(type) + ")" + value);
}

}  // namespace weft::c99
