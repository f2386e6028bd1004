// Formulas against long double, and instruction sets against each other.
#include "kernels/elementwise/elementwise.h"

#include <functional>
#include <string>

#include "base/dtype.h"
#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/elementwise_kernels_impl.h"
#include "kernels/elementwise/formula_ids.h"
#include "kernels/recorder/record.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

StepKernel step_in(Isa isa, FormulaId formula, DType dtype) {
  return WEFT_KERNEL_OF(isa, kSteps)[int(dtype)][int(formula)];
}

template <class T>
constexpr DType kDTypeOf = sizeof(T) == 4 ? DType::kFloat32 : DType::kFloat64;

// Runs a kernel on dense rows; `inputs` of one element repeat.
void run_row(StepKernel kernel, void* out, std::vector<const void*> inputs, int64_t cols,
             uint32_t scalar = 0) {
  Tile tile = {};
  tile.out = out;
  for (size_t i = 0; i < inputs.size(); ++i) tile.in[i] = inputs[i];
  tile.rows = 1;
  tile.cols = cols;
  tile.scalar = scalar;
  kernel(tile);
}

template <class T>
std::vector<T> specials() {
  using L = std::numeric_limits<T>;
  return {T(0),
          T(-0.0),
          T(1),
          T(-1),
          T(0.5),
          T(-0.5),
          T(1.5),
          T(2.5),
          T(-2.5),
          L::infinity(),
          -L::infinity(),
          L::quiet_NaN(),
          L::min(),
          -L::min(),
          L::denorm_min(),
          -L::denorm_min(),
          L::max(),
          -L::max(),
          L::epsilon(),
          T(88.5),
          T(89.5),
          T(-87.5),
          T(-103.9),
          T(-105),
          T(709.5),
          T(710.5),
          T(-745),
          T(-746),
          T(-708.5),
          T(0.625),
          T(0.6249),
          T(20),
          T(-20)};
}

// By Newton's method, from a start that grows with the tail.
long double erfinv_of(long double x) {
  if (x != x || fabsl(x) > 1) return NAN;
  if (fabsl(x) == 1) return copysignl(INFINITY, x);
  const long double beyond = fabsl(x) < 0.5L ? 0 : 1 - fabsl(x);  // exact
  long double y = fabsl(x) < 0.5L ? fabsl(x) : sqrtl(-logl(beyond * (1 + fabsl(x))));
  for (int i = 0; i < 100; ++i) {
    const long double error = beyond != 0 ? beyond - erfcl(y) : erfl(y) - fabsl(x);
    const long double step = error * expl(y * y) * sqrtl(acosl(-1)) / 2;
    y -= step / (1 + y * step);  // Halley
  }
  return copysignl(y, x);
}

// The derivative of log(gamma(x)): the recurrence up to 30, and there its series.
long double digamma_of(long double x) {
  if (x < 0) {
    const long double rest = x - rintl(x), pi = acosl(-1);
    return rest == 0 || x != x - 0 * x ? NAN : digamma_of(1 - x) - pi / tanl(pi * rest);
  }
  if (x == 0) return std::signbit(x) ? INFINITY : -INFINITY;
  long double sum = 0;
  for (; x < 30; ++x) sum -= 1 / x;
  const long double z = 1 / (x * x);
  return sum + logl(x) - 1 / (2 * x) -
         z * (1.0L / 12 - z * (1.0L / 120 - z * (1.0L / 252 - z * (1.0L / 240 - z / 132))));
}

// The C library does not know that large numbers are whole.
long double gammaln_of(long double x) { return x < 0 && x == rintl(x) ? INFINITY : lgammal(x); }

struct Unary {
  FormulaId id;
  double low, high;
  long double (*exact)(long double);
  double ulps32, ulps64;
};

const Unary kUnary[] = {
    {FormulaId::kExp, -104, 89, [](long double x) { return expl(x); }, 2, 2},
    {FormulaId::kExp, -745, 709.5, [](long double x) { return expl(x); }, 2, 2},
    {FormulaId::kExp, -1, 1, [](long double x) { return expl(x); }, 2, 2},
    {FormulaId::kLog, 0, 10, [](long double x) { return logl(x); }, 2, 2},
    {FormulaId::kLog, 0, 1e-37, [](long double x) { return logl(x); }, 2, 2},
    {FormulaId::kLog, 0.9, 1.1, [](long double x) { return logl(x); }, 2, 2},
    {FormulaId::kLog, 0, 3e38, [](long double x) { return logl(x); }, 2, 2},
    {FormulaId::kSqrt, 0, 100, [](long double x) { return sqrtl(x); }, 0.5001, 0.5001},
    {FormulaId::kExp2, -160, 130, [](long double x) { return exp2l(x); }, 2, 2},
    {FormulaId::kExp2, -1080, 1030, [](long double x) { return exp2l(x); }, 2, 2},
    {FormulaId::kExpm1, -50, 90, [](long double x) { return expm1l(x); }, 2, 2},
    {FormulaId::kExpm1, -2, 2, [](long double x) { return expm1l(x); }, 2, 2},
    {FormulaId::kExpm1, -1e-4, 1e-4, [](long double x) { return expm1l(x); }, 2, 2},
    {FormulaId::kExpm1, -745, 709.5, [](long double x) { return expm1l(x); }, 2, 2},
    {FormulaId::kLog2, 0, 10, [](long double x) { return log2l(x); }, 1, 1},
    {FormulaId::kLog2, 0.5, 2, [](long double x) { return log2l(x); }, 1, 1},
    {FormulaId::kLog2, 0, 1e-37, [](long double x) { return log2l(x); }, 1, 1},
    {FormulaId::kLog10, 0, 10, [](long double x) { return log10l(x); }, 1, 1},
    {FormulaId::kLog10, 0.5, 2, [](long double x) { return log10l(x); }, 1, 1},
    {FormulaId::kLog10, 0, 3e38, [](long double x) { return log10l(x); }, 1, 1},
    {FormulaId::kLog1p, -1, 1, [](long double x) { return log1pl(x); }, 2, 2},
    {FormulaId::kLog1p, -1e-3, 1e-3, [](long double x) { return log1pl(x); }, 2, 2},
    {FormulaId::kLog1p, -1, 1e6, [](long double x) { return log1pl(x); }, 2, 2},
    {FormulaId::kSin, -10, 10, [](long double x) { return sinl(x); }, 1, 1},
    {FormulaId::kSin, -1e4, 1e4, [](long double x) { return sinl(x); }, 1.5, 1},
    {FormulaId::kSin, -1e7, 1e7, [](long double x) { return sinl(x); }, 2.5, 2.5},
    {FormulaId::kCos, -10, 10, [](long double x) { return cosl(x); }, 1, 1},
    {FormulaId::kCos, -1e4, 1e4, [](long double x) { return cosl(x); }, 1.5, 1},
    {FormulaId::kCos, -1e7, 1e7, [](long double x) { return cosl(x); }, 2.5, 2.5},
    {FormulaId::kTan, -10, 10, [](long double x) { return tanl(x); }, 3, 3},
    {FormulaId::kTan, -1e4, 1e4, [](long double x) { return tanl(x); }, 3, 3},
    {FormulaId::kTan, -1e7, 1e7, [](long double x) { return tanl(x); }, 4, 4},
    {FormulaId::kArcTan, -10, 10, [](long double x) { return atanl(x); }, 2.5, 2.5},
    {FormulaId::kArcTan, -1, 1, [](long double x) { return atanl(x); }, 2.5, 2.5},
    {FormulaId::kArcTan, -1e6, 1e6, [](long double x) { return atanl(x); }, 2.5, 2.5},
    {FormulaId::kArcSin, -1, 1, [](long double x) { return asinl(x); }, 2, 2},
    {FormulaId::kArcSin, 0.99, 1, [](long double x) { return asinl(x); }, 2, 2},
    {FormulaId::kArcCos, -1, 1, [](long double x) { return acosl(x); }, 2, 2},
    {FormulaId::kArcCos, 0.99, 1, [](long double x) { return acosl(x); }, 2, 2},
    {FormulaId::kSinh, -100, 100, [](long double x) { return sinhl(x); }, 4, 4},
    {FormulaId::kSinh, -1, 1, [](long double x) { return sinhl(x); }, 4, 4},
    {FormulaId::kSinh, -711, 711, [](long double x) { return sinhl(x); }, 4, 4},
    {FormulaId::kCosh, -100, 100, [](long double x) { return coshl(x); }, 4, 4},
    {FormulaId::kCosh, -1, 1, [](long double x) { return coshl(x); }, 4, 4},
    {FormulaId::kCosh, -711, 711, [](long double x) { return coshl(x); }, 4, 4},
    {FormulaId::kArcSinh, -10, 10, [](long double x) { return asinhl(x); }, 4, 4},
    {FormulaId::kArcSinh, -1e20, 1e20, [](long double x) { return asinhl(x); }, 4, 4},
    {FormulaId::kArcCosh, 1, 10, [](long double x) { return acoshl(x); }, 4, 4},
    {FormulaId::kArcCosh, 1, 1e20, [](long double x) { return acoshl(x); }, 4, 4},
    {FormulaId::kArcTanh, -1, 1, [](long double x) { return atanhl(x); }, 4, 4},
    {FormulaId::kErf, -1, 1, [](long double x) { return erfl(x); }, 1.5, 1.5},
    {FormulaId::kErf, 1, 1.5, [](long double x) { return erfl(x); }, 2, 1.5},
    {FormulaId::kErf, -7, 7, [](long double x) { return erfl(x); }, 2, 1.5},
    {FormulaId::kErfInv, -1, 1, erfinv_of, 3, 3},
    {FormulaId::kErfInv, 0.99, 1, erfinv_of, 3, 3},
    // -2.5, one of the special values, lies beside a zero.
    {FormulaId::kLogGamma, 0, 4, gammaln_of, 40, 40},
    {FormulaId::kLogGamma, 0.9, 2.1, gammaln_of, 40, 40},
    {FormulaId::kLogGamma, -2, 0, gammaln_of, 40, 40},
    {FormulaId::kLogGamma, 0, 1e6, gammaln_of, 40, 40},
    {FormulaId::kGamma, 0, 4, [](long double x) { return tgammal(x); }, 5, 5},
    {FormulaId::kGamma, -20, 35, [](long double x) { return tgammal(x); }, 6, 6},
    {FormulaId::kDigamma, 0, 1.2, digamma_of, 4, 4},  // at the zero the exact form is not exact
    {FormulaId::kDigamma, 1.7, 4, digamma_of, 4, 4},
    {FormulaId::kDigamma, 0, 1e6, digamma_of, 4, 4},
    {FormulaId::kDigamma, -0.4, 0, digamma_of, 6, 6},
    {FormulaId::kReciprocal, -10, 10, [](long double x) { return 1 / x; }, 0.5001, 0.5001},
    {FormulaId::kRsqrt, 0, 100, [](long double x) { return 1 / sqrtl(x); }, 1.5, 1.5},
    {FormulaId::kCeil, -10, 10, [](long double x) { return ceill(x); }, 0, 0},
    {FormulaId::kTrunc, -10, 10, [](long double x) { return truncl(x); }, 0, 0},
    {FormulaId::kRint, -10, 10, [](long double x) { return rintl(x); }, 0, 0},
    {FormulaId::kTanh, -10, 10, [](long double x) { return tanhl(x); }, 4, 4},
    {FormulaId::kTanh, -1, 1, [](long double x) { return tanhl(x); }, 4, 4},
    {FormulaId::kSigmoid, -80, 80, [](long double x) { return 1 / (1 + expl(-x)); }, 4, 4},
    {FormulaId::kFloor, -10, 10, [](long double x) { return floorl(x); }, 0, 0},
    {FormulaId::kFloor, -1e18, 1e18, [](long double x) { return floorl(x); }, 0, 0},
    {FormulaId::kAbsolute, -10, 10, [](long double x) { return fabsl(x); }, 0, 0},
    {FormulaId::kNegative, -10, 10, [](long double x) { return -x; }, 0, 0},
    {FormulaId::kRelu, -10, 10, [](long double x) { return x < 0 ? 0.0L : x; }, 0, 0},
    {FormulaId::kSign, -10, 10,
     [](long double x) { return x != x ? x : (long double)((x > 0) - (x < 0)); }, 0, 0},
};

template <class T>
void check_unary(const Unary& f) {
  std::vector<T> x = uniform<T>(20000, f.low, f.high);
  for (T special : specials<T>()) x.push_back(special);
  for (Isa isa : available_isas()) {
    std::vector<T> y(x.size());
    run_row(step_in(isa, f.id, kDTypeOf<T>), y.data(), {x.data()}, x.size());
    double worst = 0;
    T at = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const long double exact = f.exact(x[i]);
      double error = ulps(y[i], exact);
      if (exact == 0 && std::signbit(y[i]) != std::signbit(exact)) error = INFINITY;
      if (!(error <= worst)) worst = error, at = x[i];
    }
    CAPTURE(std::string(name_of(f.id)));
    CAPTURE(std::string(name_of(isa)));
    CAPTURE(at);
    CAPTURE(sizeof(T));
    CHECK(worst <= (sizeof(T) == 4 ? f.ulps32 : f.ulps64));
  }
}

}  // namespace

TEST_CASE("unary formulas are within their ulps of long double") {
  for (const Unary& f : kUnary) {
    check_unary<float>(f);
    check_unary<double>(f);
  }
}

namespace {

struct Binary {
  FormulaId id;
  double low_a, high_a, low_b, high_b;
  long double (*exact)(long double, long double);
  double ulps;
};

long double remainder_of(long double a, long double b) {
  const long double rest = fmodl(a, b);
  if (rest == 0) return copysignl(0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}
long double logaddexp_of(long double a, long double b) {
  if (a == b) return a + logl(2);
  return std::isnan(a) || std::isnan(b) ? NAN : fmaxl(a, b) + log1pl(expl(-fabsl(a - b)));
}
long double logaddexp2_of(long double a, long double b) {
  if (a == b) return a + 1;
  return std::isnan(a) || std::isnan(b) ? NAN
                                        : fmaxl(a, b) + log1pl(exp2l(-fabsl(a - b))) / logl(2);
}

const Binary kBinary[] = {
    {FormulaId::kPower, 0, 10, -20, 20, [](long double a, long double b) { return powl(a, b); }, 2},
    {FormulaId::kPower, 0.9, 1.1, -3000, 3000,
     [](long double a, long double b) { return powl(a, b); }, 2},
    {FormulaId::kPower, 0, 1e-30, -9, 9, [](long double a, long double b) { return powl(a, b); },
     2},
    {FormulaId::kArcTan2, -3, 3, -3, 3, [](long double a, long double b) { return atan2l(a, b); },
     3},
    {FormulaId::kArcTan2, -3, 3, -1e9, 1e9,
     [](long double a, long double b) { return atan2l(a, b); }, 3},
    {FormulaId::kHypot, -3, 3, -3, 3, [](long double a, long double b) { return hypotl(a, b); }, 2},
    {FormulaId::kHypot, 0, 1e38, 0, 1e38, [](long double a, long double b) { return hypotl(a, b); },
     2},
    {FormulaId::kLogAddExp, 0, 30, 0, 30, logaddexp_of, 2},
    {FormulaId::kLogAddExp2, 0, 40, 0, 40, logaddexp2_of, 2},
    {FormulaId::kCopySign, -3, 3, -3, 3,
     [](long double a, long double b) { return copysignl(a, b); }, 0},
    {FormulaId::kFmod, -30, 30, -7, 7, [](long double a, long double b) { return fmodl(a, b); }, 0},
    {FormulaId::kFmod, -1e30, 1e30, -7, 7, [](long double a, long double b) { return fmodl(a, b); },
     0},
    {FormulaId::kRemainder, -30, 30, -7, 7, remainder_of, 0.5001},
};

// Random pairs, and every pair of special values.
template <class T>
void check_binary(const Binary& f) {
  std::vector<T> a = uniform<T>(20000, f.low_a, f.high_a),
                 b = uniform<T>(20000, f.low_b, f.high_b, 7);
  for (T x : specials<T>())
    for (T y : specials<T>()) a.push_back(x), b.push_back(y);
  for (T x : {T(-3), T(-2), T(-0.5)})
    for (int y = -40; y <= 40; ++y) a.push_back(x), b.push_back(T(y) / 2);
  for (Isa isa : available_isas()) {
    std::vector<T> y(a.size());
    run_row(step_in(isa, f.id, kDTypeOf<T>), y.data(), {a.data(), b.data()}, a.size());
    double worst = 0;
    T at_a = 0, at_b = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      double error = ulps(y[i], f.exact(a[i], b[i]));
      if (f.exact(a[i], b[i]) == 0 && std::signbit(y[i]) != std::signbit(f.exact(a[i], b[i])))
        error = INFINITY;
      if (!(error <= worst)) worst = error, at_a = a[i], at_b = b[i];
    }
    CAPTURE(std::string(name_of(f.id)));
    CAPTURE(std::string(name_of(isa)));
    CAPTURE(at_a);
    CAPTURE(at_b);
    CAPTURE(sizeof(T));
    CHECK(worst <= f.ulps);
  }
}

}  // namespace

TEST_CASE("binary formulas are within their ulps of long double") {
  for (const Binary& f : kBinary) {
    check_binary<float>(f);
    check_binary<double>(f);
  }
}

TEST_CASE("logarithms and powers are exact where they can be") {
  for (Isa isa : available_isas()) {
    for (int k = -300; k <= 300; ++k) {
      const double ten = std::pow(10.0L, (long double)k), two = std::ldexp(1.0, k), exponent = k;
      double of_ten, of_two, power;
      run_row(step_in(isa, FormulaId::kLog10, DType::kFloat64), &of_ten, {&ten}, 1);
      run_row(step_in(isa, FormulaId::kLog2, DType::kFloat64), &of_two, {&two}, 1);
      run_row(step_in(isa, FormulaId::kExp2, DType::kFloat64), &power, {&exponent}, 1);
      CHECK(of_ten == k);
      CHECK(of_two == k);
      CHECK(power == two);
    }
  }
}

TEST_CASE("angles of any size are reduced rightly") {
  for (Isa isa : available_isas()) {
    // 2^0.5 … 2^1023 and the double closest to a multiple of pi / 2 (Muller, table 11.1).
    std::vector<double> x = {6381956970095103 * std::ldexp(1.0, 797), 1048575.9, 1048576, 8192};
    for (double e = 0.5; e < 1023; e += 0.77) x.push_back(std::exp2(e));
    std::vector<double> sine(x.size()), cosine(x.size());
    run_row(step_in(isa, FormulaId::kSin, DType::kFloat64), sine.data(), {x.data()}, x.size());
    run_row(step_in(isa, FormulaId::kCos, DType::kFloat64), cosine.data(), {x.data()}, x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      CAPTURE(x[i]);
      CHECK(ulps(sine[i], sinl(x[i])) <= 3);
      CHECK(ulps(cosine[i], cosl(x[i])) <= 3);
    }
  }
}

TEST_CASE("extrema let NaN win on either side") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float a[] = {1, nan, 3, nan, -5}, b[] = {2, 1, nan, nan, -7};
  for (Isa isa : available_isas()) {
    float high[5], low[5];
    run_row(step_in(isa, FormulaId::kMaximum, DType::kFloat32), high, {a, b}, 5);
    run_row(step_in(isa, FormulaId::kMinimum, DType::kFloat32), low, {a, b}, 5);
    CHECK(high[0] == 2);
    CHECK(low[0] == 1);
    for (int i = 1; i < 4; ++i) CHECK((std::isnan(high[i]) && std::isnan(low[i])));
    CHECK(high[4] == -5);
    CHECK(low[4] == -7);
  }
}

// Every formula, dtype, length and pattern of repeated inputs: vector widths must not show.
TEST_CASE("instruction sets agree on every formula and dtype") {
  constexpr int64_t kCount = 131;
  const std::vector<Isa> isas = available_isas();
  for (int f = 0; f < kFormulaCount; ++f) {
    for (int d = 0; d < kNumDTypes; ++d) {
      const FormulaId id = FormulaId(f);
      const DType dtype = DType(d);
      if (!step_in(Isa::kGeneric, id, dtype)) continue;
      // Arbitrary bits are arbitrary values, NaN and subnormals included.
      std::vector<uint64_t> inputs[3];
      Samples samples(f * 100 + d);
      for (auto& input : inputs) {
        input.resize(kCount);
        for (uint64_t& word : input) word = samples.bits();
        if (dtype == DType::kBool)
          for (size_t i = 0; i < kCount * 8; ++i) reinterpret_cast<uint8_t*>(input.data())[i] &= 1;
      }
      if (takes_mask(id))
        for (size_t i = 0; i < kCount * 8; ++i)
          reinterpret_cast<uint8_t*>(inputs[0].data())[i] &= 1;
      const int64_t out_size = element_size(result_dtype(id, dtype));
      // Products and sums that an instruction set fuses are the only difference.
      const bool is_exact = c99_function(id, dtype).find("weft_fma") == std::string::npos;
      for (uint32_t scalar = 0; scalar < (1u << arity_of(id)); ++scalar) {
        for (int64_t n : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130}) {
          std::vector<std::vector<uint8_t>> results;
          for (Isa isa : isas) {
            if (isa == Isa::kGeneric && !is_exact) continue;
            std::vector<uint8_t> out(n * out_size + 64, 0xab);
            run_row(step_in(isa, id, dtype), out.data(),
                    {inputs[0].data(), inputs[1].data(), inputs[2].data()}, n, scalar);
            for (size_t i = n * out_size; i < out.size(); ++i) CHECK(out[i] == 0xab);
            if (is_floating(dtype) && out_size > 1) {  // any NaN equals any other
              for (int64_t i = 0; i < n; ++i) {
                uint8_t* p = out.data() + i * out_size;
                uint64_t bits = 0;
                std::memcpy(&bits, p, out_size);
                const uint64_t infinity = dtype == DType::kFloat16    ? 0x7c00
                                          : dtype == DType::kBFloat16 ? 0x7f80
                                          : dtype == DType::kFloat32  ? 0x7f800000
                                                                      : 0x7ff0000000000000;
                const uint64_t magnitude = bits & ~(uint64_t(1) << (8 * out_size - 1));
                if (magnitude > infinity) std::memset(p, 0xff, out_size);
              }
            }
            results.push_back(out);
          }
          for (size_t i = 1; i < results.size(); ++i) {
            CAPTURE(std::string(name_of(id)));
            CAPTURE(name_of(dtype));
            CAPTURE(n);
            CAPTURE(scalar);
            REQUIRE(results[i] == results[0]);
          }
        }
      }
    }
  }
}

TEST_CASE("integer formulas wrap and bool adds as or") {
  for (Isa isa : available_isas()) {
    const int8_t a[] = {127, -128, 100}, b[] = {1, -1, 3};
    int8_t sum[3], product[3];
    run_row(step_in(isa, FormulaId::kAdd, DType::kInt8), sum, {a, b}, 3);
    run_row(step_in(isa, FormulaId::kMultiply, DType::kInt8), product, {a, b}, 3);
    CHECK(sum[0] == -128);
    CHECK(sum[1] == 127);
    CHECK(product[2] == 44);
    const uint8_t p[] = {0, 1, 0, 1}, q[] = {0, 0, 1, 1};
    uint8_t either[4], both[4];
    run_row(step_in(isa, FormulaId::kAdd, DType::kBool), either, {p, q}, 4);
    run_row(step_in(isa, FormulaId::kMultiply, DType::kBool), both, {p, q}, 4);
    for (int i = 0; i < 4; ++i) {
      CHECK(either[i] == (p[i] | q[i]));
      CHECK(both[i] == (p[i] & q[i]));
    }
    const int64_t wide[] = {-5, 5}, other[] = {-6, 7};
    uint8_t less[2];
    run_row(step_in(isa, FormulaId::kLess, DType::kInt64), less, {wide, other}, 2);
    CHECK(less[0] == 0);
    CHECK(less[1] == 1);
  }
}

TEST_CASE("integers divide, shift and raise to powers as Python does, modulo 2^bits") {
  const int8_t a[] = {7, -7, 7, -7, -128, 5, 0, 3, 127}, b[] = {2, 2, -2, -2, -1, 0, 0, 5, -3};
  const int8_t quotients[] = {3, -4, -4, 3, -128, 0, 0, 0, -43};
  const int8_t remainders[] = {1, 1, -1, -1, 0, 0, 0, 3, -2};
  const int8_t truncated[] = {1, -1, 1, -1, 0, 0, 0, 3, 1};
  const int8_t counts[] = {1, 1, 7, 8, 31, 32, -1, 0, 100};
  const int8_t left[] = {14, -14, -128, 0, 0, 0, 0, 3, 0};
  const int8_t right[] = {3, -4, 0, -1, -1, 0, 0, 3, 0};
  const int64_t base[] = {3, -3, 2, -1, -1, 5, 0, 0, 7},
                exponent[] = {5, 3, 63, 7, -4, -1, 0, -1, 1};
  const int64_t powers[] = {243, -27, INT64_MIN, -1, 1, 0, 1, 0, 7};
  for (Isa isa : available_isas()) {
    int8_t out[9];
    int64_t wide[9];
    const auto check = [&](FormulaId id, const int8_t* second, const int8_t* expected) {
      run_row(step_in(isa, id, DType::kInt8), out, {a, second}, 9);
      CAPTURE(std::string(name_of(id)));
      for (int i = 0; i < 9; ++i) CHECK(int(out[i]) == int(expected[i]));
    };
    check(FormulaId::kFloorDivide, b, quotients);
    check(FormulaId::kRemainder, b, remainders);
    check(FormulaId::kFmod, b, truncated);
    check(FormulaId::kLeftShift, counts, left);
    check(FormulaId::kRightShift, counts, right);
    run_row(step_in(isa, FormulaId::kPower, DType::kInt64), wide, {base, exponent}, 9);
    for (int i = 0; i < 9; ++i) CHECK(wide[i] == powers[i]);
  }
}

// How an input lies under the rows of a tile.
enum class Lies { kDense, kRepeatsRow, kRepeatsElement, kApart };

// Every row of a tile against a tile of that row alone.
void check_rows(StepKernel kernel, int arity, const int64_t (&sizes)[3], int64_t out_size,
                const std::vector<uint8_t> (&inputs)[3], bool out_is_dense) {
  constexpr int64_t kRows = 40;
  const int patterns = 1 << (2 * arity);
  for (int64_t cols : {1, 3, 8, 19, 32, 33}) {
    for (int pattern = 0; pattern < patterns; ++pattern) {
      Tile tile = {};
      tile.rows = kRows;
      tile.cols = cols;
      tile.out_row = (cols + (out_is_dense ? 0 : 3)) * out_size;
      for (int i = 0; i < arity; ++i) {
        const auto lies = Lies(pattern >> (2 * i) & 3);
        tile.in[i] = inputs[i].data();
        tile.in_row[i] = lies == Lies::kRepeatsRow       ? 0
                         : lies == Lies::kRepeatsElement ? sizes[i]
                         : lies == Lies::kApart          ? (cols + 2) * sizes[i]
                                                         : cols * sizes[i];
        if (lies == Lies::kRepeatsElement) tile.scalar |= 1u << i;
      }
      std::vector<uint8_t> whole(kRows * tile.out_row + 64, 0xab), alone(cols * out_size);
      tile.out = whole.data();
      kernel(tile);
      for (int64_t row = 0; row < kRows; ++row) {
        std::vector<const void*> of_row;
        for (int i = 0; i < arity; ++i) of_row.push_back(inputs[i].data() + row * tile.in_row[i]);
        run_row(kernel, alone.data(), of_row, cols, tile.scalar);
        CAPTURE(cols);
        CAPTURE(pattern);
        CAPTURE(row);
        REQUIRE(std::memcmp(alone.data(), whole.data() + row * tile.out_row, alone.size()) == 0);
      }
      for (size_t i = kRows * tile.out_row; i < whole.size(); ++i) REQUIRE(whole[i] == 0xab);
    }
  }
}

TEST_CASE("every row of a tile is what it is alone, however inputs repeat") {
  constexpr size_t kBytes = 40 * 40 * 8;
  std::vector<uint8_t> inputs[3];
  Samples samples(11);
  for (auto& input : inputs) {
    input.resize(kBytes);
    for (uint8_t& byte : input) byte = uint8_t(samples.bits()) & 0x3f;  // no NaN
  }
  std::vector<uint8_t> truths[3] = {inputs[0], inputs[1], inputs[2]};
  for (auto& truth : truths)
    for (uint8_t& byte : truth) byte &= 1;
  for (Isa isa : available_isas()) {
    CAPTURE(name_of(isa));
    for (FormulaId id :
         {FormulaId::kNegative, FormulaId::kExp, FormulaId::kAdd, FormulaId::kLess,
          FormulaId::kGreater, FormulaId::kArcTan2, FormulaId::kRemainder, FormulaId::kWhere})
      for (int d = 0; d < kNumDTypes; ++d) {
        const DType dtype = DType(d);
        const StepKernel step = step_in(isa, id, dtype);
        if (!step) continue;
        CAPTURE(std::string(name_of(id)));
        CAPTURE(name_of(dtype));
        const int64_t size = element_size(dtype);
        const int64_t sizes[3] = {takes_mask(id) ? 1 : size, size, size};
        const std::vector<uint8_t>(&from)[3] = dtype == DType::kBool ? truths : inputs;
        const std::vector<uint8_t> given[3] = {takes_mask(id) ? truths[0] : from[0], from[1],
                                               from[2]};
        const int64_t out_size = element_size(result_dtype(id, dtype));
        for (bool is_dense : {true, false})
          check_rows(step, arity_of(id), sizes, out_size, given, is_dense);
      }
    for (int from = 0; from < kNumDTypes; ++from)
      for (int to = 0; to < kNumDTypes; ++to) {
        CAPTURE(name_of(DType(from)));
        CAPTURE(name_of(DType(to)));
        const int64_t sizes[3] = {element_size(DType(from)), 0, 0};
        for (bool is_dense : {true, false})
          check_rows(WEFT_KERNEL_OF(isa, kCasts)[from][to], 1, sizes, element_size(DType(to)),
                     DType(from) == DType::kBool ? truths : inputs, is_dense);
      }
  }
}

TEST_CASE("long rows of narrow dtypes give the bits of one element at a time") {
  constexpr int64_t kCount = 1000;
  const std::pair<FormulaId, DType> cases[] = {{FormulaId::kSin, DType::kFloat16},
                                               {FormulaId::kHypot, DType::kBFloat16},
                                               {FormulaId::kPower, DType::kInt8},
                                               {FormulaId::kRemainder, DType::kUInt16}};
  for (const auto& [id, dtype] : cases) {
    const int64_t size = element_size(dtype);
    std::vector<uint8_t> a(kCount * size), b(kCount * size), whole(kCount * size), single(size);
    Samples samples(5);
    for (auto* bytes : {&a, &b})
      for (uint8_t& byte : *bytes) byte = uint8_t(samples.bits()) & 0x3f;  // no NaN
    for (Isa isa : available_isas()) {
      for (uint32_t scalar = 0; scalar < (1u << arity_of(id)); ++scalar) {
        const StepKernel step = step_in(isa, id, dtype);
        run_row(step, whole.data(), {a.data(), b.data()}, kCount, scalar);
        for (int64_t i = 0; i < kCount; ++i) {
          const void* first = a.data() + (scalar & 1 ? 0 : i * size);
          const void* second = b.data() + (scalar & 2 ? 0 : i * size);
          run_row(step, single.data(), {first, second}, 1);
          REQUIRE(std::memcmp(single.data(), whole.data() + i * size, size) == 0);
        }
      }
    }
  }
}

TEST_CASE("conversions saturate, and instruction sets agree on every pair of dtypes") {
  const float x[] = {300, -300, NAN, 1e20f, -1e20f, 0.5f, -0.5f, 254.9f};
  for (Isa isa : available_isas()) {
    uint8_t u8[8];
    int32_t i32[8];
    int64_t i64[8];
    uint8_t truth[8];
    const auto* row = WEFT_KERNEL_OF(isa, kCasts)[int(DType::kFloat32)];
    run_row(row[int(DType::kUInt8)], u8, {x}, 8);
    run_row(row[int(DType::kInt32)], i32, {x}, 8);
    run_row(row[int(DType::kInt64)], i64, {x}, 8);
    run_row(row[int(DType::kBool)], truth, {x}, 8);
    const uint8_t expected[] = {255, 0, 0, 255, 0, 0, 0, 254};
    for (int i = 0; i < 8; ++i) CHECK(u8[i] == expected[i]);
    CHECK(i32[3] == INT32_MAX);
    CHECK(i32[4] == INT32_MIN);
    CHECK(i32[2] == 0);
    CHECK(i64[3] == INT64_MAX);
    CHECK(i64[4] == INT64_MIN);
    for (int i = 0; i < 8; ++i) CHECK(truth[i] == 1);
  }
  constexpr int64_t kCount = 77;
  for (int from = 0; from < kNumDTypes; ++from) {
    std::vector<uint64_t> input(kCount);
    Samples samples(from);
    for (uint64_t& word : input) word = samples.bits();
    if (DType(from) == DType::kBool)
      for (size_t i = 0; i < kCount * 8; ++i) reinterpret_cast<uint8_t*>(input.data())[i] &= 1;
    for (int to = 0; to < kNumDTypes; ++to) {
      const bool keeps_nan = is_floating(DType(from)) && is_floating(DType(to));
      std::vector<std::vector<uint8_t>> results;
      for (Isa isa : available_isas()) {
        std::vector<uint8_t> out(kCount * 8);
        run_row(WEFT_KERNEL_OF(isa, kCasts)[from][to], out.data(), {input.data()}, kCount);
        // Back to float64 and compare there, where NaN is one value.
        if (keeps_nan) {
          std::vector<uint8_t> wide(kCount * 8);
          run_row(WEFT_KERNEL_OF(isa, kCasts)[to][int(DType::kFloat64)], wide.data(), {out.data()},
                  kCount);
          double* values = reinterpret_cast<double*>(wide.data());
          for (int64_t i = 0; i < kCount; ++i)
            if (std::isnan(values[i])) values[i] = NAN;
          out = wide;
        }
        results.push_back(out);
      }
      for (size_t i = 1; i < results.size(); ++i) {
        CAPTURE(name_of(DType(from)));
        CAPTURE(name_of(DType(to)));
        REQUIRE(results[i] == results[0]);
      }
    }
  }
}

TEST_CASE("every float16 survives float32, and float64 rounds once") {
  for (Isa isa : available_isas()) {
    std::vector<uint16_t> halves(65536), back(65536);
    std::vector<float> wide(65536);
    for (int i = 0; i < 65536; ++i) halves[i] = uint16_t(i);
    const auto* casts = WEFT_KERNEL_OF(isa, kCasts);
    run_row(casts[int(DType::kFloat16)][int(DType::kFloat32)], wide.data(), {halves.data()}, 65536);
    run_row(casts[int(DType::kFloat32)][int(DType::kFloat16)], back.data(), {wide.data()}, 65536);
    for (int i = 0; i < 65536; ++i)
      if ((i & 0x7fff) <= 0x7c00) REQUIRE(back[i] == halves[i]);
    // Just above the middle of 1 and 1 + 2^-10: float32 would see the exact middle.
    const double x = 1 + 0x1p-11 + 0x1p-40;
    uint16_t half;
    run_row(casts[int(DType::kFloat64)][int(DType::kFloat16)], &half, {&x}, 1);
    CHECK(half == 0x3c01);
  }
}
