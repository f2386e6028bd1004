// What every generated C file starts with: a head, and functions that C lacks. They are a table, so
// that a text only contains the functions that it calls. Their arithmetic must stay equal to the
// primitives of kernels/simd/simd.h, bit for bit.
#include "kernels/recorder/record.h"

namespace weft::kernels {
namespace {

// The text of kernels/simd/far_angle.h on one line, made by the preprocessor: one source for both.
constexpr const char* kFarAngleText =
#define WEFT_PORTABLE_C(...) #__VA_ARGS__
#include "kernels/simd/far_angle.h"
#undef WEFT_PORTABLE_C
    ;

// Headers, and a check of how the compiler evaluates floating-point expressions.
constexpr const char* kHead = R"(#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error "needs arithmetic in the declared types: on x86 compile with -msse2 -mfpmath=sse"
#endif
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif
/* Also compile with -ffp-contract=off: GCC has no pragma for it. */

/* Is a fused product one instruction? Not every compiler says so by __FP_FAST_FMA. */
#if defined(__FP_FAST_FMAF) || defined(FP_FAST_FMAF) || defined(__FMA__) || \
    defined(__ARM_FEATURE_FMA) || (defined(__riscv_flen) && __riscv_flen >= 32)
#define WEFT_FMA_F32 1
#else
#define WEFT_FMA_F32 0
#endif
#if defined(__FP_FAST_FMA) || defined(FP_FAST_FMA) || defined(__FMA__) || \
    (defined(__ARM_FEATURE_FMA) && (__ARM_FP & 8)) || \
    (defined(__riscv_flen) && __riscv_flen >= 64)
#define WEFT_FMA_F64 1
#else
#define WEFT_FMA_F64 0
#endif

)";

// In an order in which each function comes behind those that it calls.
constexpr CFunction kFunctions[] = {
    // Some texts start with a C comment of their own, which the generated file keeps.
    {"weft_fma_f32",
     R"(/* Where a fused product is no instruction, two roundings are a tolerated difference. */
static inline float weft_fma_f32(float a, float b, float c)
{
#if WEFT_FMA_F32
  return fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
)"},
    {"weft_fma_f64", R"(static inline double weft_fma_f64(double a, double b, double c)
{
#if WEFT_FMA_F64
  return fma(a, b, c);
#else
  return a * b + c;
#endif
}
)"},
    // The bits of a float as a number, and back. C++ has std::bit_cast for it; in C, memcpy is the
    // way that the standard allows, and compilers make no call of it.
    {"weft_bits_f32", R"(static inline int32_t weft_bits_f32(float a)
{
  int32_t bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}
)"},
    {"weft_bits_f64", R"(static inline int64_t weft_bits_f64(double a)
{
  int64_t bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}
)"},
    {"weft_value_f32", R"(static inline float weft_value_f32(int32_t bits)
{
  float a;
  memcpy(&a, &bits, sizeof a);
  return a;
}
)"},
    {"weft_value_f64", R"(static inline double weft_value_f64(int64_t bits)
{
  double a;
  memcpy(&a, &bits, sizeof a);
  return a;
}
)"},
    // Adding 2^23 (for double 2^52) leaves no bits for a fraction, so the sum is rounded to an
    // integer, and subtracting it again is exact. Larger numbers are integers already.
    {"weft_round_even_f32",
     R"(/* To the nearest integer, ties to even; the sign survives for zeros. */
static inline float weft_round_even_f32(float a)
{
  const float magnitude = fabsf(a);
  return magnitude < 0x1p23f ? copysignf((magnitude + 0x1p23f) - 0x1p23f, a) : a;
}
)"},
    {"weft_round_even_f64", R"(static inline double weft_round_even_f64(double a)
{
  const double magnitude = fabs(a);
  return magnitude < 0x1p52 ? copysign((magnitude + 0x1p52) - 0x1p52, a) : a;
}
)"},
    // NaN counts as exponent 0, because converting it to an integer is undefined in C. The formulas
    // that call this have NaN in another factor then.
    {"weft_scale_by_power_f32",
     R"(/* 2^n p in two factors, so that results below the normal range round once. */
static inline float weft_scale_by_power_f32(float p, float n)
{
  const int32_t exponent = n == n ? (int32_t)n : 0;
  const int32_t half = exponent >> 1;
  return p * weft_value_f32((half + 127) * 0x800000) *
         weft_value_f32((exponent - half + 127) * 0x800000);
}
)"},
    {"weft_scale_by_power_f64", R"(static inline double weft_scale_by_power_f64(double p, double n)
{
  const int64_t exponent = n == n ? (int64_t)n : 0;
  const int64_t half = exponent >> 1;
  return p * weft_value_f64((half + 1023) * INT64_C(0x10000000000000)) *
         weft_value_f64((exponent - half + 1023) * INT64_C(0x10000000000000));
}
)"},
    {"weft_divide_i32",
     R"(/* Division by zero is zero, and the one quotient that overflows wraps. */
static inline int32_t weft_divide_i32(int32_t a, int32_t b)
{
  return b == 0 ? 0 : b == -1 ? (int32_t)(0u - (uint32_t)a) : a / b;
}
)"},
    // The same for the other types; unsigned quotients cannot overflow.
    {"weft_divide_i64", R"(static inline int64_t weft_divide_i64(int64_t a, int64_t b)
{
  return b == 0 ? 0 : b == -1 ? (int64_t)(0u - (uint64_t)a) : a / b;
}
)"},
    {"weft_divide_u32", R"(static inline uint32_t weft_divide_u32(uint32_t a, uint32_t b)
{
  return b == 0 ? 0 : a / b;
}
)"},
    {"weft_divide_u64", R"(static inline uint64_t weft_divide_u64(uint64_t a, uint64_t b)
{
  return b == 0 ? 0 : a / b;
}
)"},
    {"weft_integer_power_u64",
     R"(/* By repeated squaring, wrapping; 1 / a^-b truncated for negative exponents. */
static inline uint64_t weft_integer_power_u64(uint64_t a, uint64_t b)
{
  uint64_t power = 1;
  for (; b != 0; b >>= 1, a *= a)
    if (b & 1) power *= a;
  return power;
}
)"},
    {"weft_integer_power_i64", R"(static inline int64_t weft_integer_power_i64(int64_t a, int64_t b)
{
  if (b < 0) return a != 1 && a != -1 ? 0 : b & 1 ? a : 1;
  return (int64_t)weft_integer_power_u64((uint64_t)a, (uint64_t)b);
}
)"},
    // The lower 32 bits of the power in 64 bits are the power in 32 bits.
    {"weft_integer_power_u32",
     R"(static inline uint32_t weft_integer_power_u32(uint32_t a, uint32_t b)
{
  return (uint32_t)weft_integer_power_u64(a, b);
}
)"},
    {"weft_integer_power_i32", R"(static inline int32_t weft_integer_power_i32(int32_t a, int32_t b)
{
  return (int32_t)weft_integer_power_i64(a, b);
}
)"},
    {"weft_product_error_f32",
     R"(/* What rounding took from p = a b: Dekker's split where a fused product is no instruction. */
static inline float weft_product_error_f32(float a, float b, float p)
{
#if WEFT_FMA_F32
  return fmaf(a, b, -p);
#else
  const float wide_a = 4097 * a, wide_b = 4097 * b;
  const float high_a = wide_a - (wide_a - a), high_b = wide_b - (wide_b - b);
  const float low_a = a - high_a, low_b = b - high_b;
  return low_a * low_b - (((p - high_a * high_b) - low_a * high_b) - high_a * low_b);
#endif
}
)"},
    // 134217729 is 2^27 + 1: the split makes two halves of 26 bits. For float it is 2^12 + 1.
    {"weft_product_error_f64",
     R"(static inline double weft_product_error_f64(double a, double b, double p)
{
#if WEFT_FMA_F64
  return fma(a, b, -p);
#else
  const double wide_a = 134217729 * a, wide_b = 134217729 * b;
  const double high_a = wide_a - (wide_a - a), high_b = wide_b - (wide_b - b);
  const double low_a = a - high_a, low_b = b - high_b;
  return low_a * low_b - (((p - high_a * high_b) - low_a * high_b) - high_a * low_b);
#endif
}
)"},
    // Angles up to the bound are left to the formula; the digits of 2 / pi are only needed beyond
    // it. The bounds are kFarAngle of recorder_impl.h.
    {"weft_far_angle", R"(/* An angle less the nearest multiple of pi / 2: Payne and Hanek. */
)",
     kFarAngleText},
    {"weft_far_rest_f64", R"(static inline double weft_far_rest_f64(double x)
{
  double rest = 0;
  if (!(fabs(x) < 1048576)) weft_far_angle(x, (uint64_t)weft_bits_f64(x), &rest);
  return rest;
}
)"},
    {"weft_far_quadrant_f64", R"(static inline double weft_far_quadrant_f64(double x)
{
  double rest;
  return fabs(x) < 1048576 ? 0 : weft_far_angle(x, (uint64_t)weft_bits_f64(x), &rest);
}
)"},
    {"weft_far_rest_f32", R"(static inline float weft_far_rest_f32(float x)
{
  double rest = 0;
  if (!(fabsf(x) < 8192)) weft_far_angle(x, (uint64_t)weft_bits_f64(x), &rest);
  return (float)rest;
}
)"},
    {"weft_far_quadrant_f32", R"(static inline float weft_far_quadrant_f32(float x)
{
  double rest;
  return fabsf(x) < 8192 ? 0 : (float)weft_far_angle(x, (uint64_t)weft_bits_f64(x), &rest);
}
)"},
};

}  // namespace

// Parts of the prelude, for files that leave out what they do not call.
std::string_view c99_head() { return kHead; }
std::span<const CFunction> c99_functions() { return kFunctions; }

// All of it, for files that may call anything.
std::string c99_prelude() {
  std::string text = kHead;
  for (const CFunction& function : kFunctions) text += function.text();
  return text;
}

}  // namespace weft::kernels
