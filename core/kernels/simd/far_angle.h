// An angle less the nearest multiple of pi / 2, however large the angle is: Payne and Hanek,
// "Radian reduction for trigonometric functions" (1983).
//
// The product of x and 2 / pi needs only some of the constant's digits. Those that only add
// multiples of 4 quarter turns are left out. The 192 bits that follow, times the 53 bits of x, give
// the fraction with 128 bits. That is enough: the closest that a double comes to a multiple of pi /
// 2 is about 2^-62, which cancels at most half of them.
//
// The function is portable C inside a macro argument, because the same text is compiled here and
// printed into generated files (record.cpp). Comments inside do not reach the generated files.

WEFT_PORTABLE_C(static inline int weft_far_angle(double x, uint64_t pattern, double* rest) {
  static const uint32_t two_over_pi[] = {
      0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
      0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
      0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b,
      0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7,
      0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1,
      0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20};
  uint64_t mantissa, high, low, carry;
  uint32_t window[6], product[8];
  int exponent, skip, point, quadrant, i, k;
  double fraction;
  exponent = (int)(pattern >> 52 & 0x7ff) - 1075;
  if (exponent == 0x7ff - 1075) {
    *rest = x - x;
    return 0;
  }
  mantissa = (pattern & 0xfffffffffffff) | 0x10000000000000;
  skip = exponent > 2 ? exponent - 2 : 0;
  /* The digits that matter, the lowest word first, and their product with the mantissa. */
  for (i = 0; i < 6; i++) {
    const uint64_t pair =
        (uint64_t)two_over_pi[skip / 32 + i] << 32 | two_over_pi[skip / 32 + i + 1];
    window[5 - i] = (uint32_t)(pair >> (32 - skip % 32));
  }
  for (i = 0; i < 8; i++) product[i] = 0;
  for (k = 0; k < 2; k++) {
    const uint64_t factor = k == 0 ? mantissa & 0xffffffff : mantissa >> 32;
    carry = 0;
    for (i = 0; i < 6; i++) {
      carry += product[i + k] + factor * window[i];
      product[i + k] = (uint32_t)carry;
      carry >>= 32;
    }
    product[6 + k] = (uint32_t)carry;
  }
  /* Two bits before the binary point are the quadrant, 128 behind it the fraction. */
  point = 192 - exponent + skip;
  high = 0;
  low = 0;
  for (i = 0; i < 130; i++) {
    const int bit = point + 1 - i;
    const uint64_t value = bit < 256 ? product[bit / 32] >> bit % 32 & 1 : 0;
    if (i < 2) {
      pattern = i == 0 ? value : pattern << 1 | value;
    } else if (i < 66) {
      high = high << 1 | value;
    } else {
      low = low << 1 | value;
    }
  }
  quadrant = (int)pattern;
  /* From one half on the next multiple is nearer. */
  fraction = 1;
  if (high >> 63) {
    quadrant++;
    fraction = -1;
    low = 0 - low;
    high = 0 - high - (low != 0);
  }
  fraction *= (double)high * 0x1p-64 + (double)low * 0x1p-128;
  if (x < 0) {
    quadrant = 4 - quadrant;
    fraction = -fraction;
  }
  *rest = fraction * 1.57079632679489661923;
  return quadrant & 3;
})
