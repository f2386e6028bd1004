// Products against triple loops, and their bits between instruction sets and splits.
#include "kernels/matmul.h"

#include "base/dtype.h"
#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/copy.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

template <class T>
struct Case {
  Matmul problem = {};
  std::vector<T> a, b, c, row_bias, col_bias;

  // Layouts: bit 0 transposes A, bit 1 transposes B, bit 2 spreads both by two.
  Case(DType dtype, int64_t m, int64_t n, int64_t k, int layout, int64_t batches = 1) {
    const int64_t spread = layout & 4 ? 2 : 1;
    a = uniform<T>(batches * m * k * spread + 1, -4, 4, 1);
    b = uniform<T>(batches * k * n * spread + 1, -4, 4, 2);
    c = uniform<T>(batches * m * n, -4, 4, 3);
    row_bias = uniform<T>(m, -4, 4, 4);
    col_bias = uniform<T>(n, -4, 4, 5);
    problem.dtype = dtype;
    problem.m = m;
    problem.n = n;
    problem.k = k;
    problem.batches = batches;
    problem.a = {a.data(), layout & 1 ? spread : k * spread, layout & 1 ? m * spread : spread,
                 m * k * spread};
    problem.b = {b.data(), layout & 2 ? spread : n * spread, layout & 2 ? k * spread : spread,
                 k * n * spread};
    problem.c = c.data();
    problem.c_row = n;
    problem.c_batch = m * n;
  }
  void run(Isa isa = active_isa(), int parts = 1) {
    (void)isa;
    const int64_t units = matmul_units(problem);
    std::vector<char> scratch(matmul_scratch(problem));
    for (int part = parts - 1; part >= 0; --part)
      run_matmul(problem, {units * part / parts, units * (part + 1) / parts}, scratch.data());
  }
  // The defining chain: fused, in ascending k.
  T reference(int64_t batch, int64_t i, int64_t j, T start) const {
    const T* pa = a.data() + batch * problem.a.batch + i * problem.a.row;
    const T* pb = b.data() + batch * problem.b.batch + j * problem.b.col;
    T sum = start;
    for (int64_t k = 0; k < problem.k; ++k) {
      if constexpr (std::is_floating_point_v<T>) {
        sum = std::fma(pa[k * problem.a.col], pb[k * problem.b.row], sum);
      } else {
        sum = T(uint64_t(sum) + uint64_t(pa[k * problem.a.col]) * uint64_t(pb[k * problem.b.row]));
      }
    }
    return sum;
  }
};

const int64_t kExtents[][3] = {{1, 1, 1},      {1, 5, 3},      {2, 3, 0},     {5, 1, 7},
                               {6, 16, 4},     {7, 17, 33},    {14, 32, 64},  {15, 33, 65},
                               {13, 70, 9},    {64, 64, 64},   {1, 300, 300}, {100, 10, 257},
                               {170, 33, 300}, {33, 290, 520}, {200, 100, 20}};

bool fuses() { return active_isa() != Isa::kGeneric; }

template <class T>
void check_floating(DType dtype) {
  for (const auto& e : kExtents) {
    for (int layout = 0; layout < 8; ++layout) {
      Case<T> plain(dtype, e[0], e[1], e[2], layout);
      plain.run();
      Case<T> full(dtype, e[0], e[1], e[2], layout);
      full.problem.accumulate = true;
      full.problem.row_bias = full.row_bias.data();
      full.problem.col_bias = full.col_bias.data();
      full.problem.relu = true;
      const std::vector<T> before = full.c;
      full.run(active_isa(), 3);
      bool all = true;
      for (int64_t i = 0; i < e[0]; ++i) {
        for (int64_t j = 0; j < e[1]; ++j) {
          const int64_t at = i * e[1] + j;
          const T expected = plain.reference(0, i, j, 0);
          const T tolerance = fuses() ? T(0) : std::numeric_limits<T>::epsilon() * T(16 * e[2]);
          all &= std::fabs(plain.c[at] - expected) <= tolerance;
          T accumulated = full.reference(0, i, j, before[at]);
          accumulated = accumulated + full.row_bias[i];
          accumulated = accumulated + full.col_bias[j];
          accumulated = accumulated < 0 ? 0 : accumulated;
          all &= std::fabs(full.c[at] - accumulated) <= tolerance * 2;
        }
      }
      CAPTURE(e[0]);
      CAPTURE(e[1]);
      CAPTURE(e[2]);
      CAPTURE(layout);
      CHECK(all);
    }
  }
}

template <class T>
void check_integers(DType dtype) {
  for (const auto& e : kExtents) {
    for (int layout = 0; layout < 8; ++layout) {
      Case<T> product(dtype, e[0], e[1], e[2], layout);
      product.run(active_isa(), 2);
      bool all = true;
      for (int64_t i = 0; i < e[0]; ++i)
        for (int64_t j = 0; j < e[1]; ++j)
          all &= product.c[i * e[1] + j] == product.reference(0, i, j, 0);
      CAPTURE(name_of(dtype));
      CAPTURE(layout);
      CHECK(all);
    }
  }
}

}  // namespace

TEST_CASE("floating products are the defined chain of fused multiply-adds, bit for bit") {
  check_floating<float>(DType::kFloat32);
  check_floating<double>(DType::kFloat64);
}

TEST_CASE("integer products wrap") {
  check_integers<int8_t>(DType::kInt8);
  check_integers<int16_t>(DType::kInt16);
  check_integers<int32_t>(DType::kInt32);
  check_integers<uint64_t>(DType::kUInt64);
}

TEST_CASE("batches step through both operands, and a stride of zero repeats one") {
  Case<float> product(DType::kFloat32, 9, 20, 30, 2, 5);
  product.problem.b.batch = 0;
  product.run(active_isa(), 4);
  bool all = true;
  for (int64_t batch = 0; batch < 5; ++batch)
    for (int64_t i = 0; i < 9; ++i)
      for (int64_t j = 0; j < 20; ++j)
        all &= std::fabs(product.c[batch * 180 + i * 20 + j] - product.reference(batch, i, j, 0)) <=
               1e-3f;
  CHECK(all);
}

TEST_CASE("half types accumulate in float32 and round once") {
  const int64_t m = 20, n = 50, k = 300;
  std::vector<uint16_t> a(m * k), b(k * n), c(m * n);
  std::vector<float> wide_a(m * k), wide_b(k * n);
  Samples samples(3);
  for (int64_t i = 0; i < m * k; ++i) {  // bfloat16: the upper half of a float32
    const uint32_t bits = 0x3f000000 + uint32_t(samples.bits() % 128) * 0x10000;
    a[i] = uint16_t(bits >> 16);
    std::memcpy(&wide_a[i], &bits, 4);
  }
  for (int64_t i = 0; i < k * n; ++i) {
    const uint32_t bits = 0xbf000000 + uint32_t(samples.bits() % 128) * 0x10000;
    b[i] = uint16_t(bits >> 16);
    std::memcpy(&wide_b[i], &bits, 4);
  }
  Matmul problem = {};
  problem.dtype = DType::kBFloat16;
  problem.m = m;
  problem.n = n;
  problem.k = k;
  problem.batches = 1;
  problem.a = {a.data(), k, 1, 0};
  problem.b = {b.data(), n, 1, 0};
  problem.c = c.data();
  problem.c_row = n;
  std::vector<char> scratch(matmul_scratch(problem));
  run_matmul(problem, {0, matmul_units(problem)}, scratch.data());
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double exact = 0;
      for (int64_t x = 0; x < k; ++x) exact += double(wide_a[i * k + x]) * wide_b[x * n + j];
      float got;
      const uint32_t bits = uint32_t(c[i * n + j]) << 16;
      std::memcpy(&got, &bits, 4);
      REQUIRE(std::fabs(got - exact) <= 0.004 * std::fabs(exact));
    }
  }
}
