// Arithmetic of sizes: bytes, elements and rows that a file, a dimension, a caller or a run
// decides. What does not fit in 63 bits, and what is below zero, becomes kTooMany and stays it: no
// memory has so many bytes, so whoever asks for them is refused, and no product wraps to a small
// number.
#pragma once

#include <stdint.h>

namespace weft {

inline constexpr int64_t kTooMany = INT64_MAX;

// The most elements that an array has, counted over its extents other than 0: what is worked out of
// the extents of an array without elements (strides, tables, scratch) multiplies them, too. It is
// more than any memory, and small enough that bytes, and small multiples of them, fit in 63 bits;
// where pointers have 32 bits, in these.
inline constexpr int64_t kMaxElements = int64_t{1} << (sizeof(void*) > 4 ? 56 : 27);

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
