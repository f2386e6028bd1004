// The table of dtypes and the promotion rules.

#include "base/dtype.h"

#include <array>

namespace weft {
namespace {

// One row for each number of DType, in that order: `kFacts[number]`.
struct DTypeFacts {
  std::string_view name;
  DTypeKind kind;
};

constexpr std::array<DTypeFacts, 21> kFacts = {{
    {"bool", DTypeKind::kBool},
    {"uint8", DTypeKind::kUnsigned},
    {"uint16", DTypeKind::kUnsigned},
    {"uint32", DTypeKind::kUnsigned},
    {"uint64", DTypeKind::kUnsigned},
    {"int8", DTypeKind::kSigned},
    {"int16", DTypeKind::kSigned},
    {"int32", DTypeKind::kSigned},
    {"int64", DTypeKind::kSigned},
    {"float16", DTypeKind::kFloat},
    {"bfloat16", DTypeKind::kFloat},
    {"float32", DTypeKind::kFloat},
    {"float64", DTypeKind::kFloat},
    {"complex64", DTypeKind::kComplex},
    {"complex128", DTypeKind::kComplex},
    {"float8_e4m3fn", DTypeKind::kStorage},
    {"float8_e5m2", DTypeKind::kStorage},
    {"int4", DTypeKind::kStorage},
    {"uint4", DTypeKind::kStorage},
    {"float8_e4m3fnuz", DTypeKind::kStorage},
    {"float8_e5m2fnuz", DTypeKind::kStorage},
}};

const DTypeFacts& facts(DType dtype) { return kFacts[static_cast<size_t>(dtype)]; }

DType signed_of_size(int64_t bytes) {
  switch (bytes) {
    case 1: return DType::kInt8;
    case 2: return DType::kInt16;
    case 4: return DType::kInt32;
    default: return DType::kInt64;
  }
}

// Two unsigned or two signed integers give the wider one. Mixed signs give a signed type that holds
// both, and float64 where no such type exists (uint64 with a signed one).
DType promote_integers(DType a, DType b) {
  if (kind_of(a) == kind_of(b)) return size_of(a) >= size_of(b) ? a : b;
  // The signed type of the same size cannot hold the unsigned one; that of twice the size can.
  const DType u = kind_of(a) == DTypeKind::kUnsigned ? a : b;
  const DType s = u == a ? b : a;
  if (size_of(s) > size_of(u)) return s;
  return u == DType::kUInt64 ? DType::kFloat64 : signed_of_size(2 * size_of(u));
}

}  // namespace

std::string_view name_of(DType dtype) { return facts(dtype).name; }
DTypeKind kind_of(DType dtype) { return facts(dtype).kind; }

bool is_known(DType dtype) { return static_cast<size_t>(dtype) < kFacts.size(); }

std::optional<DType> dtype_named(std::string_view name) {
  for (size_t i = 0; i < kFacts.size(); ++i)
    if (kFacts[i].name == name) return static_cast<DType>(i);
  return std::nullopt;
}

// The order of the cases is the order of the kinds: complex beats float, float beats integer,
// integer beats bool.
DType promote(DType a, DType b) {
  if (a == b) return a;
  a = wide_of(a);
  b = wide_of(b);
  if (is_complex(a) || is_complex(b)) return complex_of(promote(part_of(a), part_of(b)));
  if (is_floating(a) && is_floating(b)) {
    if (size_of(a) == size_of(b)) return DType::kFloat32;  // float16 with bfloat16
    return size_of(a) > size_of(b) ? a : b;
  }
  if (is_floating(a)) return a;
  if (is_floating(b)) return b;
  if (a == DType::kBool) return b;
  if (b == DType::kBool) return a;
  return promote_integers(a, b);
}

DType promote_weak(DType array, DTypeKind scalar) {
  if (is_complex(array) || is_storage(array)) return array;
  if (scalar == DTypeKind::kComplex) return complex_of(array);
  if (scalar == DTypeKind::kFloat) return is_floating(array) ? array : DType::kFloat32;
  if (scalar == DTypeKind::kBool || array != DType::kBool) return array;
  return DType::kInt64;
}

}  // namespace weft
