// Storage dtypes by tables and by bits. These loops are bound by memory or by the table, so one
// form serves all instruction sets.

#include "kernels/elementwise/narrow.h"

#include <array>
#include <bit>

namespace weft::kernels {
namespace {

constexpr Float8 kE4M3FN{3, 7, 0x7e, 0x7f, 0x7f, true};
constexpr Float8 kE5M2{2, 15, 0x7b, 0x7c, 0x7e, true};
constexpr Float8 kE4M3FNUZ{3, 8, 0x7f, 0x80, 0x80, false};
constexpr Float8 kE5M2FNUZ{2, 16, 0x7f, 0x80, 0x80, false};

// 2 to the power of a float32's exponent.
constexpr float power_of_two(int exponent) {
  return std::bit_cast<float>(static_cast<uint32_t>(127 + exponent) << 23);
}

constexpr float number_of(uint8_t code, const Float8& f) {
  constexpr uint32_t kInfinite = 0x7f800000, kNan = 0x7fc00000;
  const uint32_t sign = static_cast<uint32_t>(code & 0x80) << 24;
  const int magnitude = code & 0x7f;
  if (code == 0x80 && !f.has_minus_zero) return std::bit_cast<float>(sign | kNan);
  if (magnitude > f.largest) {
    const bool is_infinite = magnitude == f.beyond && f.beyond != f.nan;
    return std::bit_cast<float>(sign | (is_infinite ? kInfinite : kNan));
  }
  const int exponent = magnitude >> f.fraction_bits;
  const int fraction = magnitude & ((1 << f.fraction_bits) - 1);
  const int digits = exponent ? fraction + (1 << f.fraction_bits) : fraction;
  const float value = static_cast<float>(digits) *
                      power_of_two((exponent ? exponent : 1) - f.bias - f.fraction_bits);
  return sign ? -value : value;
}

using Table = std::array<float, 256>;
constexpr Table table_of(const Float8& f) {
  Table table{};
  for (size_t code = 0; code < table.size(); ++code)
    table[code] = number_of(static_cast<uint8_t>(code), f);
  return table;
}
constexpr Table kTableE4M3FN = table_of(kE4M3FN), kTableE5M2 = table_of(kE5M2),
                kTableE4M3FNUZ = table_of(kE4M3FNUZ), kTableE5M2FNUZ = table_of(kE5M2FNUZ);

const Table& numbers_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat8E5M2: return kTableE5M2;
    case DType::kFloat8E4M3FNUZ: return kTableE4M3FNUZ;
    case DType::kFloat8E5M2FNUZ: return kTableE5M2FNUZ;
    default: return kTableE4M3FN;
  }
}

// float64 goes by way of float32 rounded to odd: where that is inexact its last bit is set, so the
// second rounding sees on which side of a tie the number was.
float rounded_to_odd(double value) {
  const auto nearest = static_cast<float>(value);
  auto bits = std::bit_cast<uint32_t>(nearest);
  if (static_cast<double>(nearest) != value && value == value && (bits & 1) == 0) {
    const bool grew = (static_cast<double>(nearest) > value) == (value > 0);
    bits += grew ? -1U : 1U;
  }
  return std::bit_cast<float>(bits);
}

// Sign-extends the lower four bits.
int8_t signed_half(uint8_t byte) { return static_cast<int8_t>(((byte & 15) ^ 8) - 8); }

}  // namespace

Float8 float8_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat8E5M2: return kE5M2;
    case DType::kFloat8E4M3FNUZ: return kE4M3FNUZ;
    case DType::kFloat8E5M2FNUZ: return kE5M2FNUZ;
    default: return kE4M3FN;
  }
}

float widen_float8(uint8_t code, const Float8& format) { return number_of(code, format); }

uint8_t narrow_float8(float value, const Float8& f) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 24 & 0x80;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return static_cast<uint8_t>(sign | f.nan);
  const int dropped = 23 - f.fraction_bits;
  uint32_t code = 0;
  if (bits < static_cast<uint32_t>(128 - f.bias) << 23) {
    // Below the normal numbers all have one distance. It is the last place of this power of two, so
    // an addition rounds to it, and ties to even.
    const float unit = power_of_two(1 - f.bias + dropped);
    code =
        std::bit_cast<uint32_t>(std::bit_cast<float>(bits) + unit) - std::bit_cast<uint32_t>(unit);
  } else {
    bits += (1U << (dropped - 1)) - 1 + (bits >> dropped & 1);
    code = (bits >> dropped) - (static_cast<uint32_t>(127 - f.bias) << f.fraction_bits);
  }
  if (code > f.largest) code = f.beyond;
  if (code == 0 && !f.has_minus_zero) return 0;
  return static_cast<uint8_t>(sign | code);
}

void widen(DType from, const uint8_t* in, int64_t count, void* out) {
  if (from == DType::kInt4) {
    for (int64_t i = 0; i < count; ++i) static_cast<int8_t*>(out)[i] = signed_half(in[i]);
  } else if (from == DType::kUInt4) {
    for (int64_t i = 0; i < count; ++i) static_cast<uint8_t*>(out)[i] = in[i] & 15;
  } else {
    const float* const numbers = numbers_of(from).data();
    for (int64_t i = 0; i < count; ++i) static_cast<float*>(out)[i] = numbers[in[i]];
  }
}

void narrow(DType from, const void* in, int64_t count, DType to, uint8_t* out) {
  if (to == DType::kInt4 || to == DType::kUInt4) {
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<const uint8_t*>(in)[i] & 15;
    return;
  }
  const Float8 format = float8_of(to);
  if (from == DType::kFloat64) {
    for (int64_t i = 0; i < count; ++i)
      out[i] = narrow_float8(rounded_to_odd(static_cast<const double*>(in)[i]), format);
  } else {
    for (int64_t i = 0; i < count; ++i)
      out[i] = narrow_float8(static_cast<const float*>(in)[i], format);
  }
}

}  // namespace weft::kernels
