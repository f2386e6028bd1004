// Conversion between storage dtypes and the dtypes that hold their numbers (`wide_of`).
//
// A float8 has one sign bit, then its exponent, then its fraction. The formats differ in how many
// bits these have, and in what the largest codes mean: `fn` formats have no infinities, `uz`
// formats have no negative zero, whose code is their only NaN (Micikevicius et al. 2022, "FP8
// formats for deep learning"; Noune et al. 2022, "8-bit numerical formats for deep neural
// networks").
#pragma once

#include <cstdint>

#include "base/dtype.h"

namespace weft::kernels {

struct Float8 {
  int fraction_bits;
  int bias;         // of the exponent
  uint8_t largest;  // code of the largest finite number
  uint8_t beyond;   // code of what is larger
  uint8_t nan;
  bool has_minus_zero;
};
Float8 float8_of(DType dtype);

// The number of a code, and the code of a number. Ties go to even; what rounds beyond the largest
// finite number becomes infinite or, where there are no infinities, NaN.
float widen_float8(uint8_t code, const Float8& format);
uint8_t narrow_float8(float value, const Float8& format);

// Elements in dense memory. `out` has elements of wide_of(from); only the lower half of a byte that
// has a 4-bit integer counts.
void widen(DType from, const uint8_t* in, int64_t count, void* out);
// To float8 from float32 or float64, which is rounded once. To 4 bits from int8 or uint8: the lower
// half of each byte.
void narrow(DType from, const void* in, int64_t count, DType to, uint8_t* out);

}  // namespace weft::kernels
