// Facts about element types: size, name, kind, and the promotion table.
//
// Promotion follows the table of the Python array API standard. Where that leaves a pair undefined:
// an integer with a float gives the float's dtype, uint64 with a signed integer gives float64 (as
// in NumPy), float16 with bfloat16 gives float32. A complex dtype with a real one gives the complex
// dtype whose parts hold both. A storage dtype promotes with no other: operators refuse the pair.
#pragma once

#include <optional>
#include <string_view>

#include "base/view.h"

namespace weft {

enum class DTypeKind : uint8_t { kBool, kUnsigned, kSigned, kFloat, kComplex, kStorage };

// Bytes of one element.
inline int64_t size_of(DType dtype) {
  constexpr uint8_t kSizes[] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16, 1, 1, 1, 1, 1, 1};
  return kSizes[static_cast<uint8_t>(dtype)];
}
// The name that Python, files and error texts use: "float32".
std::string_view name_of(DType dtype);
DTypeKind kind_of(DType dtype);
// The dtype of this name; none if there is no such name.
std::optional<DType> dtype_named(std::string_view name);
bool is_known(DType dtype);  // false for numbers outside the enum

inline bool is_floating(DType dtype) { return kind_of(dtype) == DTypeKind::kFloat; }
inline bool is_integer(DType dtype) {
  const DTypeKind kind = kind_of(dtype);
  return kind == DTypeKind::kUnsigned || kind == DTypeKind::kSigned;
}

inline bool is_complex(DType dtype) { return kind_of(dtype) == DTypeKind::kComplex; }
// Has an array of this dtype a gradient?
inline bool is_inexact(DType dtype) { return is_floating(dtype) || is_complex(dtype); }
// The dtype of a complex number's parts; another dtype is its own.
inline DType part_of(DType dtype) {
  if (!is_complex(dtype)) return dtype;
  return dtype == DType::kComplex128 ? DType::kFloat64 : DType::kFloat32;
}
// The complex dtype whose parts hold this dtype.
inline DType complex_of(DType dtype) {
  const bool wide = dtype == DType::kFloat64 || dtype == DType::kComplex128;
  return wide ? DType::kComplex128 : DType::kComplex64;
}

// Storage dtypes come last; every run of a kernel asks.
inline bool is_storage(DType dtype) { return dtype >= DType::kFloat8E4M3FN; }
// The dtype with kernels whose elements have the same bytes: what a storage dtype is moved as.
inline DType moved_as(DType dtype) { return is_storage(dtype) ? DType::kUInt8 : dtype; }
// The narrowest dtype with kernels that holds all numbers of a storage dtype; another is its own.
inline DType wide_of(DType dtype) {
  if (!is_storage(dtype)) return dtype;
  if (dtype == DType::kInt4) return DType::kInt8;
  return dtype == DType::kUInt4 ? DType::kUInt8 : DType::kFloat32;
}

inline bool is_half(DType dtype) { return dtype == DType::kFloat16 || dtype == DType::kBFloat16; }

// The dtype of an operation on two arrays; symmetric in its arguments.
DType promote(DType a, DType b);

// The dtype of an operation on an array and a Python number (a weak scalar) of the given kind: the
// array's own, unless the scalar's kind is higher (bool < integer < float < complex).
DType promote_weak(DType array, DTypeKind scalar);

}  // namespace weft
