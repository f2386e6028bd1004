#include "kernels/record.h"

#include <cinttypes>
#include <cstdio>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kernels/formula_ids.h"

#define WEFT_INLINE inline
#define WEFT_FORMULA(name, formula, dtypes)

namespace weft::kernels {
namespace recorder {

// A formula's own name, printed functions and calls between them.
template <class Formula>
std::string formula_name();
template <class Formula, class T>
std::string function_name();
template <class Formula, class T>
void require();  // prints the function before the one at hand

#include "kernels/recorder_impl.h"
#include "weft_formula_headers.inc"

#define WEFT_FORMULA_ENTRY(name, formula, dtypes, header) \
  template <>                                             \
  std::string formula_name<formula>() {                   \
    return #name;                                         \
  }
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY

template <class Formula, class T>
std::string function_name() {
  return "weft_" + formula_name<Formula>() + "_" + kSuffix<T>;
}

// Only statements that the result needs: compilers warn about the others.
std::vector<bool> live_statements(const Body& body, const Value& result) {
  std::vector<bool> live(body.statements.size());
  if (result.statement >= 0) live[result.statement] = true;
  for (size_t i = live.size(); i-- > 0;)
    if (live[i])
      for (int read : body.statements[i].reads) live[read] = true;
  return live;
}

std::string print(const Body& body, const char* type, const std::string& name,
                  const std::string& parameters, const Value& result) {
  std::string text =
      std::string("static inline ") + type + " " + name + "(" + parameters + ")\n{\n";
  const std::vector<bool> live = live_statements(body, result);
  for (size_t i = 0; i < live.size(); ++i)
    if (live[i])
      text += std::string("  const ") + body.statements[i].type + " t" + std::to_string(i) + " = " +
              body.statements[i].text + ";\n";
  return text + "  return " + result.text + ";\n}\n";
}

template <class T>
Recorded<T> argument(const char* name) {
  return Recorded<T>::of({name, -1});
}
const Value& value_of(const Truth& truth) { return truth.value; }
template <class T>
const Value& value_of(const Recorded<T>& recorded) {
  return recorded.value;
}

// Runs the formula on named arguments and prints what it wrote.
template <class Formula, class T>
std::string function_text() {
  using R = Recorded<T>;
  Body mine;
  Body* const outer = body;
  body = &mine;
  const std::string type = kTypeName<T>;
  const Formula f = {};
  std::string text;
  const auto finish = [&](const auto& result, const std::string& parameters) {
    const bool is_mask = std::is_same_v<std::decay_t<decltype(result)>, Truth>;
    text = print(mine, is_mask ? "int" : kTypeName<T>, function_name<Formula, T>(), parameters,
                 value_of(result));
  };
  if constexpr (requires(R v) { f(v); }) {
    finish(f(argument<T>("a")), type + " a");
  } else if constexpr (requires(R v) { f(v, v); }) {
    finish(f(argument<T>("a"), argument<T>("b")), type + " a, " + type + " b");
  } else if constexpr (requires(R v, Truth m) { f(m, v, v); }) {
    finish(f(Truth{{"a", -1}}, argument<T>("b"), argument<T>("c")),
           "int a, " + type + " b, " + type + " c");
  } else {
    finish(f(argument<T>("a"), argument<T>("b"), argument<T>("c")),
           type + " a, " + type + " b, " + type + " c");
  }
  body = outer;
  return mine.called + text;
}

thread_local std::string* printed_names = nullptr;

bool is_printed(const std::string& name) {
  return printed_names->find(" " + name + " ") != std::string::npos;
}

template <class Formula, class T>
std::string text_unless_printed() {
  const std::string name = function_name<Formula, T>();
  if (is_printed(name)) return {};
  const std::string text = function_text<Formula, T>();
  *printed_names += " " + name + " ";
  return text;
}

template <class Formula, class T>
void require() {
  body->called += text_unless_printed<Formula, T>();
}

// Which dtypes a class of formulas has, as in cpu/step_impl.h.
enum class DTypes { ring, ordered, floating, selection };

template <class Formula, DTypes dtypes, class T>
std::string text_of() {
  if constexpr (dtypes == DTypes::floating && !kIsFloating<T>) {
    return {};
  } else {
    return text_unless_printed<Formula, T>();
  }
}

template <class T>
std::string text_by_id(FormulaId formula) {
  switch (formula) {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, header) \
  case FormulaId::k##formula:                             \
    return text_of<formula, DTypes::dtypes, T>();
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
    default: return {};
  }
}

// Calls f with a value of the type that `dtype` computes in.
template <class F>
std::string with_compute_type(DType dtype, F f) {
  switch (dtype) {
    case DType::kFloat16:
    case DType::kBFloat16:
    case DType::kFloat32: return f(float());
    case DType::kFloat64: return f(double());
    case DType::kBool:
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kUInt32: return f(uint32_t());
    case DType::kUInt64: return f(uint64_t());
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32: return f(int32_t());
    case DType::kInt64: return f(int64_t());
    default: return {};
  }
}

}  // namespace recorder

std::string c99_name(FormulaId formula, DType dtype) {
  return recorder::with_compute_type(dtype, [&](auto value) {
    return std::string("weft_") + name_of(formula) + "_" + recorder::kSuffix<decltype(value)>;
  });
}

std::string c99_function(FormulaId formula, DType dtype, std::string& printed) {
  recorder::printed_names = &printed;
  return recorder::with_compute_type(
      dtype, [&](auto value) { return recorder::text_by_id<decltype(value)>(formula); });
}

std::string c99_function(FormulaId formula, DType dtype) {
  std::string printed;
  return c99_function(formula, dtype, printed);
}

std::string c99_prelude() {
  return R"(#include <float.h>
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

/* Where a fused product is no instruction, two roundings are a tolerated difference. */
static inline float weft_fma_f32(float a, float b, float c)
{
#if defined(__FP_FAST_FMAF) || defined(FP_FAST_FMAF)
  return fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
static inline double weft_fma_f64(double a, double b, double c)
{
#if defined(__FP_FAST_FMA) || defined(FP_FAST_FMA)
  return fma(a, b, c);
#else
  return a * b + c;
#endif
}
static inline int32_t weft_bits_f32(float a)
{
  int32_t bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}
static inline int64_t weft_bits_f64(double a)
{
  int64_t bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}
static inline float weft_value_f32(int32_t bits)
{
  float a;
  memcpy(&a, &bits, sizeof a);
  return a;
}
static inline double weft_value_f64(int64_t bits)
{
  double a;
  memcpy(&a, &bits, sizeof a);
  return a;
}
/* To the nearest integer, ties to even; the sign survives for zeros. */
static inline float weft_round_even_f32(float a)
{
  const float magnitude = fabsf(a);
  return magnitude < 0x1p23f ? copysignf((magnitude + 0x1p23f) - 0x1p23f, a) : a;
}
static inline double weft_round_even_f64(double a)
{
  const double magnitude = fabs(a);
  return magnitude < 0x1p52 ? copysign((magnitude + 0x1p52) - 0x1p52, a) : a;
}
/* Division by zero is zero, and the one quotient that overflows wraps. */
static inline int32_t weft_divide_i32(int32_t a, int32_t b)
{
  return b == 0 ? 0 : b == -1 ? (int32_t)(0u - (uint32_t)a) : a / b;
}
static inline int64_t weft_divide_i64(int64_t a, int64_t b)
{
  return b == 0 ? 0 : b == -1 ? (int64_t)(0u - (uint64_t)a) : a / b;
}
static inline uint32_t weft_divide_u32(uint32_t a, uint32_t b)
{
  return b == 0 ? 0 : a / b;
}
static inline uint64_t weft_divide_u64(uint64_t a, uint64_t b)
{
  return b == 0 ? 0 : a / b;
}
)";
}

}  // namespace weft::kernels
