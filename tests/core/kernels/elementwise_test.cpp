// Formulas against long double, and instruction sets against each other.
#include "kernels/elementwise.h"

#include <functional>

#include "base/dtype.h"
#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/copy.h"
#include "kernels/formula_ids.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

StepKernel step_in(Isa isa, FormulaId formula, DType dtype) {
  return table_of(isa)->steps[int(dtype)][int(formula)];
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
      const double error = ulps(y[i], f.exact(x[i]));
      if (!(error <= worst)) worst = error, at = x[i];
    }
    CAPTURE(name_of(f.id));
    CAPTURE(name_of(isa));
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
      const bool is_exact = id != FormulaId::kExp && id != FormulaId::kLog &&
                            id != FormulaId::kTanh && id != FormulaId::kSigmoid;
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
            CAPTURE(name_of(id));
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

TEST_CASE("conversions saturate, and instruction sets agree on every pair of dtypes") {
  const float x[] = {300, -300, NAN, 1e20f, -1e20f, 0.5f, -0.5f, 254.9f};
  for (Isa isa : available_isas()) {
    uint8_t u8[8];
    int32_t i32[8];
    int64_t i64[8];
    uint8_t truth[8];
    const auto* row = table_of(isa)->casts[int(DType::kFloat32)];
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
        run_row(table_of(isa)->casts[from][to], out.data(), {input.data()}, kCount);
        // Back to float64 and compare there, where NaN is one value.
        if (keeps_nan) {
          std::vector<uint8_t> wide(kCount * 8);
          run_row(table_of(isa)->casts[to][int(DType::kFloat64)], wide.data(), {out.data()},
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
    const auto* casts = table_of(isa)->casts;
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
