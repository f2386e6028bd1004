// Reductions of blocks of all ranks, block by block in the first cache.
#include "arithmetic.h"

#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

namespace weft_collectives {
namespace {

// Elements that a level of the tree holds at a time.
constexpr int64_t kPiece = 512;

template <class R>
struct Complex {
  R re, im;
};
template <class T>
constexpr bool kIsComplex = false;
template <class R>
constexpr bool kIsComplex<Complex<R>> = true;

// ---- formats: how an element is stored, and what it is computed in -----------------------------

template <class T>
struct Same {
  using Stored = T;
  using Wide = T;
  static Wide widen(Stored x) { return x; }
  static Stored narrow(Wide x) { return x; }
};

// Any byte but 0 is true.
struct Bool {
  using Stored = uint8_t;
  using Wide = bool;
  static Wide widen(Stored x) { return x != 0; }
  static Stored narrow(Wide x) { return x; }
};

struct BFloat16 {
  using Stored = uint16_t;
  using Wide = float;
  static Wide widen(Stored x) { return std::bit_cast<float>(static_cast<uint32_t>(x) << 16); }
  static Stored narrow(Wide x) {
    const auto bits = std::bit_cast<uint32_t>(x);
    const uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    // Rounding could carry a NaN to infinity: its topmost bits are kept, and it is made quiet.
    return static_cast<uint16_t>(x != x ? (bits >> 16 | 0x40) : nearest);
  }
};

// Both ways by whole-number arithmetic and one product or sum of floats that is exact or rounds
// where the format does, so that loops need no branch.
struct Float16 {
  using Stored = uint16_t;
  using Wide = float;
  static Wide widen(Stored x) {
    const uint32_t magnitude = static_cast<uint32_t>(x & 0x7fff) << 13;
    // The exponent is 112 too small: a product with 2^112 mends it, also for subnormal numbers.
    const float number = std::bit_cast<float>(magnitude) * std::bit_cast<float>(0x77800000U);
    uint32_t bits = std::bit_cast<uint32_t>(number);
    bits |= magnitude >= 0x0f800000U ? 0x7f800000U : 0U;  // infinite, or no number
    return std::bit_cast<float>(bits | static_cast<uint32_t>(x & 0x8000) << 16);
  }
  static Stored narrow(Wide x) {
    const auto all = std::bit_cast<uint32_t>(x);
    const uint32_t bits = all & 0x7fffffff;
    // Below 2^-14 all numbers have one distance, 2^-24: it is the last place of 0.5.
    const uint32_t small = std::bit_cast<uint32_t>(std::bit_cast<float>(bits) + 0.5F) - 0x3f000000U;
    const uint32_t normal = (bits - 0x38000000U + 0xfff + (bits >> 13 & 1)) >> 13;
    uint32_t code = bits < 0x38800000U ? small : normal;
    code = bits >= 0x477ff000U ? 0x7c00U : code;  // what rounds beyond 65504
    code = bits > 0x7f800000U ? (0x7e00U | (bits >> 13 & 0x1ff)) : code;
    return static_cast<uint16_t>(code | (all >> 16 & 0x8000));
  }
};

constexpr float power_of_two(int exponent) {
  return std::bit_cast<float>(static_cast<uint32_t>(127 + exponent) << 23);
}

// Formats of eight bits: `largest` is the code of the largest finite number, `beyond` of what is
// larger. Those with a negative zero have codes of both signs for what is no number.
template <int fraction_bits, int bias, uint8_t largest, uint8_t beyond, uint8_t no_number,
          bool has_minus_zero>
struct Float8 {
  using Stored = uint8_t;
  using Wide = float;
  static constexpr float number_of(uint8_t code) {
    const uint32_t sign = static_cast<uint32_t>(code & 0x80) << 24;
    const int magnitude = code & 0x7f;
    const bool is_nan = has_minus_zero
                            ? magnitude > largest && !(magnitude == beyond && beyond != no_number)
                            : code == no_number;
    if (is_nan) return std::bit_cast<float>(sign | 0x7fc00000U);
    if (magnitude > largest) return std::bit_cast<float>(sign | 0x7f800000U);
    const int exponent = magnitude >> fraction_bits;
    const int fraction = magnitude & ((1 << fraction_bits) - 1);
    const int digits = exponent ? fraction + (1 << fraction_bits) : fraction;
    const float value =
        static_cast<float>(digits) * power_of_two((exponent ? exponent : 1) - bias - fraction_bits);
    return sign ? -value : value;
  }
  static constexpr std::array<float, 256> numbers() {
    std::array<float, 256> table{};
    for (size_t code = 0; code < table.size(); ++code)
      table[code] = number_of(static_cast<uint8_t>(code));
    return table;
  }
  static constexpr std::array<float, 256> kNumbers = numbers();
  static Wide widen(Stored x) { return kNumbers[x]; }
  static Stored narrow(Wide x) {
    uint32_t bits = std::bit_cast<uint32_t>(x);
    const uint32_t sign = bits >> 24 & 0x80;
    bits &= 0x7fffffff;
    if (bits > 0x7f800000)
      return static_cast<uint8_t>(has_minus_zero ? sign | no_number : no_number);
    constexpr int dropped = 23 - fraction_bits;
    uint32_t code;
    if (bits < static_cast<uint32_t>(128 - bias) << 23) {
      // Subnormal: the sum has its last place where the format has its smallest number.
      constexpr float unit = power_of_two(1 - bias + dropped);
      code = std::bit_cast<uint32_t>(std::bit_cast<float>(bits) + unit) -
             std::bit_cast<uint32_t>(unit);
    } else {
      bits += (1U << (dropped - 1)) - 1 + (bits >> dropped & 1);
      code = (bits >> dropped) - (static_cast<uint32_t>(127 - bias) << fraction_bits);
    }
    if (code > largest) return static_cast<uint8_t>(has_minus_zero ? sign | beyond : beyond);
    if (code == 0 && !has_minus_zero) return 0;
    return static_cast<uint8_t>(sign | code);
  }
};
using E4M3FN = Float8<3, 7, 0x7e, 0x7f, 0x7f, true>;
using E5M2 = Float8<2, 15, 0x7b, 0x7c, 0x7e, true>;
using E4M3FNUZ = Float8<3, 8, 0x7f, 0x80, 0x80, false>;
using E5M2FNUZ = Float8<2, 16, 0x7f, 0x80, 0x80, false>;

// ---- operations: integers wrap around, NaN wins -------------------------------------------------

struct Sum {
  template <class T>
  static T of(T a, T b) {
    if constexpr (std::is_same_v<T, bool>)
      return a || b;
    else if constexpr (kIsComplex<T>)
      return {a.re + b.re, a.im + b.im};
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    else
      return a + b;
  }
};
struct Product {
  template <class T>
  static T of(T a, T b) {
    if constexpr (std::is_same_v<T, bool>)
      return a && b;
    else if constexpr (kIsComplex<T>)
      return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    else
      return a * b;
  }
};
struct Min {
  template <class T>
  static T of(T a, T b) {
    return a < b || a != a ? a : b;
  }
};
struct Max {
  template <class T>
  static T of(T a, T b) {
    return a > b || a != a ? a : b;
  }
};

// ---- the tree -----------------------------------------------------------------------------------

template <class Format, class Operation>
struct Tree {
  using Stored = typename Format::Stored;
  using Wide = typename Format::Wide;

  const void* const* blocks;
  int64_t first;  // element
  int64_t count;  // at most kPiece

  const Stored* block(int32_t rank) const {
    return static_cast<const Stored*>(blocks[rank]) + first;
  }
  // acc = rank, or two ranks.
  void begin(int32_t rank, Wide* acc) const {
    const Stored* const a = block(rank);
    for (int64_t i = 0; i < count; ++i) acc[i] = Format::widen(a[i]);
  }
  void begin_two(int32_t rank, Wide* acc) const {
    const Stored *const a = block(rank), *const b = block(rank + 1);
    for (int64_t i = 0; i < count; ++i)
      acc[i] = Operation::of(Format::widen(a[i]), Format::widen(b[i]));
  }
  void join(int32_t rank, int32_t ranks, Wide* acc) const {
    if (ranks == 1) return begin(rank, acc);
    if (ranks == 2) return begin_two(rank, acc);
    const auto left = static_cast<int32_t>(std::bit_floor(static_cast<uint32_t>(ranks - 1)));
    join(rank, left, acc);
    Wide right[kPiece];
    join(rank + left, ranks - left, right);
    for (int64_t i = 0; i < count; ++i) acc[i] = Operation::of(acc[i], right[i]);
  }
};

template <class Format, class Operation>
void reduce(const void* const* blocks, int32_t ranks, int64_t count, void* out) {
  using Stored = typename Format::Stored;
  auto* const y = static_cast<Stored*>(out);
  typename Format::Wide acc[kPiece];
  for (int64_t first = 0; first < count; first += kPiece) {
    const int64_t piece = count - first < kPiece ? count - first : kPiece;
    Tree<Format, Operation>{blocks, first, piece}.join(0, ranks, acc);
    for (int64_t i = 0; i < piece; ++i) y[first + i] = Format::narrow(acc[i]);
  }
}

template <class Format>
constexpr std::array<Reduction, 4> all() {
  return {reduce<Format, Sum>, reduce<Format, Product>, reduce<Format, Min>, reduce<Format, Max>};
}
template <class R>
constexpr std::array<Reduction, 4> of_complex() {
  using Format = Same<Complex<R>>;
  return {reduce<Format, Sum>, reduce<Format, Product>, nullptr, nullptr};
}

// By dtype.
constexpr std::array<Reduction, 4> kReductions[] = {all<Bool>(),
                                                    all<Same<uint8_t>>(),
                                                    all<Same<uint16_t>>(),
                                                    all<Same<uint32_t>>(),
                                                    all<Same<uint64_t>>(),
                                                    all<Same<int8_t>>(),
                                                    all<Same<int16_t>>(),
                                                    all<Same<int32_t>>(),
                                                    all<Same<int64_t>>(),
                                                    all<Float16>(),
                                                    all<BFloat16>(),
                                                    all<Same<float>>(),
                                                    all<Same<double>>(),
                                                    of_complex<float>(),
                                                    of_complex<double>(),
                                                    all<E4M3FN>(),
                                                    all<E5M2>(),
                                                    {},
                                                    {},
                                                    all<E4M3FNUZ>(),
                                                    all<E5M2FNUZ>()};

}  // namespace

Reduction reduction_of(weft_dtype dtype, weft_reduction reduction) {
  if (dtype < 0 || static_cast<size_t>(dtype) >= std::size(kReductions)) return nullptr;
  if (reduction < 0 || reduction > WEFT_REDUCE_MAX) return nullptr;
  return kReductions[dtype][static_cast<size_t>(reduction)];
}

}  // namespace weft_collectives
