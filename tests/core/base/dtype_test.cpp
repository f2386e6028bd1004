// Promotion against its table in words.
#include "base/dtype.h"

#include "doctest.h"

using namespace weft;

namespace {

DType dtype(int number) { return static_cast<DType>(number); }

// The rule of dtype.h, said by ranges instead of by cases.
DType expected(DType a, DType b) {
  if (a == b) return a;
  if (is_floating(a) || is_floating(b)) {
    if (!is_floating(a)) return b;
    if (!is_floating(b)) return a;
    return a == DType::kFloat64 || b == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  }
  const auto bits = [](DType d) { return d == DType::kBool ? 0 : 8 * size_of(d); };
  const bool any_signed = kind_of(a) == DTypeKind::kSigned || kind_of(b) == DTypeKind::kSigned;
  for (DType candidate : {DType::kUInt8, DType::kUInt16, DType::kUInt32, DType::kUInt64,
                          DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64}) {
    const bool is_signed = kind_of(candidate) == DTypeKind::kSigned;
    if (is_signed != any_signed) continue;
    const auto holds = [&](DType d) {
      const bool same_kind = (kind_of(d) == DTypeKind::kSigned) == is_signed || bits(d) == 0;
      return same_kind ? bits(candidate) >= bits(d) : bits(candidate) > bits(d);
    };
    if (holds(a) && holds(b)) return candidate;
  }
  return DType::kFloat64;
}

}  // namespace

TEST_CASE("the promoted dtype is the smallest that holds both") {
  for (int a = 0; a < kNumDTypes; ++a)
    for (int b = 0; b < kNumDTypes; ++b) {
      CAPTURE(name_of(dtype(a)));
      CAPTURE(name_of(dtype(b)));
      CHECK(promote(dtype(a), dtype(b)) == expected(dtype(a), dtype(b)));
      CHECK(promote(dtype(a), dtype(b)) == promote(dtype(b), dtype(a)));
    }
  CHECK(promote(DType::kFloat16, DType::kBFloat16) == DType::kFloat32);
  CHECK(promote(DType::kUInt64, DType::kInt8) == DType::kFloat64);
  CHECK(promote(DType::kInt64, DType::kFloat16) == DType::kFloat16);
}

TEST_CASE("a complex dtype has parts that hold both") {
  for (const DType z : {DType::kComplex64, DType::kComplex128})
    for (int a = 0; a < kNumDTypes; ++a) {
      CHECK(promote(z, dtype(a)) == complex_of(promote(part_of(z), dtype(a))));
      CHECK(promote(dtype(a), z) == promote(z, dtype(a)));
      CHECK(promote_weak(z, kind_of(dtype(a))) == z);
      CHECK(promote_weak(dtype(a), DTypeKind::kComplex) == complex_of(dtype(a)));
    }
  CHECK(promote(DType::kComplex64, DType::kComplex128) == DType::kComplex128);
  CHECK(complex_of(part_of(DType::kComplex64)) == DType::kComplex64);
}

TEST_CASE("a weak scalar changes only the kind") {
  for (int a = 0; a < kNumDTypes; ++a) {
    const DType array = dtype(a);
    CHECK(promote_weak(array, DTypeKind::kBool) == array);
    CHECK(promote_weak(array, DTypeKind::kSigned) ==
          (array == DType::kBool ? DType::kInt64 : array));
    CHECK(promote_weak(array, DTypeKind::kFloat) == (is_floating(array) ? array : DType::kFloat32));
  }
}

TEST_CASE("names lead back to their dtypes") {
  for (int a = 0; a < 21; ++a) {
    CHECK(dtype_named(name_of(dtype(a))) == dtype(a));
    CHECK(is_known(dtype(a)));
  }
  CHECK_FALSE(dtype_named("float").has_value());
  CHECK_FALSE(is_known(dtype(21)));
  CHECK_FALSE(is_known(dtype(200)));
}

TEST_CASE("storage dtypes are bytes whose numbers a wide dtype holds") {
  for (int a = 0; a < 21; ++a) {
    const bool is_stored = a > static_cast<int>(DType::kComplex128);
    CHECK(is_storage(dtype(a)) == is_stored);
    CHECK((kind_of(dtype(a)) == DTypeKind::kStorage) == is_stored);
    CHECK(moved_as(dtype(a)) == (is_stored ? DType::kUInt8 : dtype(a)));
    CHECK(size_of(moved_as(dtype(a))) == size_of(dtype(a)));
    CHECK_FALSE(is_storage(wide_of(dtype(a))));
    if (!is_stored) CHECK(wide_of(dtype(a)) == dtype(a));
  }
  CHECK(wide_of(DType::kInt4) == DType::kInt8);
  CHECK(promote(DType::kFloat8E5M2, DType::kFloat8E5M2) == DType::kFloat8E5M2);
  CHECK(promote_weak(DType::kInt4, DTypeKind::kSigned) == DType::kInt4);
}
