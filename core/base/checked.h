// Arithmetic of sizes: bytes, elements and rows that a file, a dimension, a caller or a run
// decides. A result that is negative or does not fit in 63 bits becomes kTooMany, and so does every
// sum or product with it (except a product with 0). No memory has so many bytes, so an allocation
// of this size is refused, and no product wraps around to a small number.
#pragma once

#include <stdint.h>

namespace weft {

inline constexpr int64_t kTooMany = INT64_MAX;

// The largest number of elements of an array, counted over its extents other than 0: strides,
// tables and scratch sizes of an empty array are products of its extents, too. It is more than any
// memory has, and small enough that the bytes, and small multiples of them, fit in 63 bits; on
// machines with 32-bit pointers they fit in 32 bits.
inline constexpr int64_t kMaxElements = int64_t{1} << (sizeof(void*) > 4 ? 56 : 27);

// A size in the arithmetic above: 0 or more, or kTooMany. Converts from an integer by itself, so
// that one operand of a sum or product is enough to make it checked.
class Checked {
 public:
  constexpr Checked(int64_t value) : value_(value < 0 ? kTooMany : value) {}  // NOLINT: as a number

  constexpr int64_t value() const { return value_; }
  constexpr bool fits() const { return value_ != kTooMany; }

  friend constexpr Checked operator*(Checked a, Checked b) {
    int64_t product = 0;
    return __builtin_mul_overflow(a.value_, b.value_, &product) ? kTooMany : product;
  }
  friend constexpr Checked operator+(Checked a, Checked b) {
    int64_t sum = 0;
    return __builtin_add_overflow(a.value_, b.value_, &sum) ? kTooMany : sum;
  }

 private:
  int64_t value_;
};

}  // namespace weft
