// Products against triple loops, and their bits between instruction sets and splits.
#include "kernels/matmul/matmul.h"

#include "base/dtype.h"
#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/elementwise/copy.h"

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
  void run(int parts = 1) {
    std::vector<char> scratch(matmul_scratch(problem));
    run_with(scratch.data(), parts);
  }
  void run_with(void* scratch, int parts) {
    const int64_t units = matmul_units(problem);
    for (int part = parts - 1; part >= 0; --part)
      run_matmul(problem, {units * part / parts, units * (part + 1) / parts}, scratch);
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

const int64_t kExtents[][3] = {{1, 1, 1},
                               {1, 5, 3},
                               {2, 3, 0},
                               {5, 1, 7},
                               {6, 16, 4},
                               {7, 17, 33},
                               {14, 32, 64},
                               {15, 33, 65},
                               {13, 70, 9},
                               {64, 64, 64},
                               {1, 300, 300},
                               {100, 10, 257},
                               {170, 33, 300},
                               {33, 290, 520},
                               {200, 100, 20},
                               // around blocks of C and of k, and tiles
                               {257, 33, 20},
                               {20, 513, 9},
                               {15, 545, 17},
                               {255, 65, 31},
                               {28, 31, 256},
                               {15, 40, 511},
                               {29, 47, 1037},
                               {45, 70, 1100},
                               // few rows, and a column
                               {1, 1025, 17},
                               {2, 31, 8},
                               {3, 520, 15},
                               {4, 16, 40},
                               {5, 4097, 9},
                               {6, 15, 100},
                               {7, 90, 33},
                               {8, 600, 24},
                               {9, 47, 16},
                               {300, 1, 70},
                               {7, 1, 9}};

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
      full.run(3);
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
      product.run(2);
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

template <class T>
void check_stays_inside(DType dtype) {
  for (const auto& e : kExtents) {
    for (int layout = 0; layout < 4; ++layout) {
      Case<T> whole(dtype, e[0], e[1], e[2], layout);
      whole.problem.accumulate = true;
      whole.problem.row_bias = whole.row_bias.data();
      whole.problem.col_bias = whole.col_bias.data();
      const std::vector<T> before = whole.c;
      whole.run();
      for (const bool at_end : {false, true}) {
        const Guarded<T> a(whole.a.data(), e[0] * e[2], at_end);
        const Guarded<T> b(whole.b.data(), e[2] * e[1], at_end);
        const Guarded<T> c(before.data(), e[0] * e[1], at_end);
        const Guarded<T> row_bias(whole.row_bias.data(), e[0], at_end);
        const Guarded<T> col_bias(whole.col_bias.data(), e[1], at_end);
        Case<T> guarded = whole;
        guarded.problem.a.data = a.data;
        guarded.problem.b.data = b.data;
        guarded.problem.c = c.data;
        guarded.problem.row_bias = row_bias.data;
        guarded.problem.col_bias = col_bias.data;
        const Guarded<char> scratch(nullptr, matmul_scratch(guarded.problem), at_end);
        guarded.run_with(scratch.data, 2);
        CAPTURE(e[0]);
        CAPTURE(e[1]);
        CAPTURE(e[2]);
        CAPTURE(layout);
        CHECK(std::memcmp(c.data, whole.c.data(), whole.c.size() * sizeof(T)) == 0);
      }
    }
  }
}

TEST_CASE("products touch nothing beside their operands and scratch") {
  check_stays_inside<float>(DType::kFloat32);
  check_stays_inside<double>(DType::kFloat64);
  check_stays_inside<uint16_t>(DType::kBFloat16);
  check_stays_inside<int8_t>(DType::kInt8);
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
  product.run(4);
  bool all = true;
  for (int64_t batch = 0; batch < 5; ++batch)
    for (int64_t i = 0; i < 9; ++i)
      for (int64_t j = 0; j < 20; ++j)
        all &= std::fabs(product.c[batch * 180 + i * 20 + j] - product.reference(batch, i, j, 0)) <=
               1e-3f;
  CHECK(all);
}

TEST_CASE("strides of zero repeat a row or a column") {
  for (const auto& e : kExtents) {
    for (int layout = 0; layout < 4; ++layout) {
      Case<float> product(DType::kFloat32, e[0], e[1], e[2], layout);
      (layout & 1 ? product.problem.a.col : product.problem.a.row) = 0;
      (layout & 2 ? product.problem.b.row : product.problem.b.col) = 0;
      product.run(2);
      // Equal terms add up, so that each of k roundings is of as much as all of them.
      const double sum = 16.0 * double(e[2]);
      const double tolerance = fuses() ? 0 : double(e[2]) * 0x1p-23 * sum;
      bool all = true;
      for (int64_t i = 0; i < e[0]; ++i)
        for (int64_t j = 0; j < e[1]; ++j)
          all &= std::fabs(product.c[i * e[1] + j] - product.reference(0, i, j, 0)) <= tolerance;
      CAPTURE(e[0]);
      CAPTURE(e[1]);
      CAPTURE(e[2]);
      CAPTURE(layout);
      CHECK(all);
    }
  }
}

namespace {

double value_of(DType dtype, uint16_t bits) {
  if (dtype == DType::kBFloat16) {
    const uint32_t wide = uint32_t(bits) << 16;
    float value;
    std::memcpy(&value, &wide, 4);
    return value;
  }
  return std::ldexp(bits & 0x8000 ? -1.0 - (bits & 0x3ff) / 1024.0 : 1 + (bits & 0x3ff) / 1024.0,
                    (bits >> 10 & 31) - 15);
}

// Sums of float32, rounded once: whether products are added singly or in pairs, each addition may
// round, by at most 2^-24 of the sum of magnitudes.
void check_halves(DType dtype) {
  const double last_place = dtype == DType::kBFloat16 ? 0x1p-8 : 0x1p-11;
  const uint16_t one = dtype == DType::kBFloat16 ? 0x3f80 : 0x3c00;
  for (const auto& e : kExtents) {
    for (int layout = 0; layout < 8; ++layout) {
      Case<uint16_t> product(dtype, e[0], e[1], e[2], layout);
      Samples samples(7);
      for (auto* values : {&product.a, &product.b, &product.c, &product.col_bias})
        for (uint16_t& value : *values)
          value = uint16_t(one | (samples.bits() & (dtype == DType::kBFloat16 ? 0x807f : 0x83ff)));
      std::vector<double> a, b;
      for (const uint16_t bits : product.a) a.push_back(value_of(dtype, bits));
      for (const uint16_t bits : product.b) b.push_back(value_of(dtype, bits));
      const std::vector<uint16_t> before = product.c;
      product.problem.accumulate = layout & 1;
      product.problem.col_bias = product.col_bias.data();
      product.run(2);
      bool all = true;
      for (int64_t i = 0; i < e[0]; ++i) {
        for (int64_t j = 0; j < e[1]; ++j) {
          const int64_t at = i * e[1] + j;
          const double start = layout & 1 ? value_of(dtype, before[at]) : 0;
          double exact = start + value_of(dtype, product.col_bias[j]), magnitude = 2;
          for (int64_t k = 0; k < e[2]; ++k) {
            const double term = a[i * product.problem.a.row + k * product.problem.a.col] *
                                b[j * product.problem.b.col + k * product.problem.b.row];
            exact += term;
            magnitude += std::fabs(term);
          }
          const double bound =
              last_place * std::fabs(exact) + double(e[2] + 2) * 0x1p-24 * magnitude;
          // Cancellation may leave fewer digits than a normal float16 has.
          all &= std::fabs(value_of(dtype, product.c[at]) - exact) <= bound + 0x1p-14;
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

}  // namespace

namespace {

// Blocks of rows, columns and k in every part, and operands that are packed on the way or before.
template <class T>
void check_splits(DType dtype) {
  for (int layout = 0; layout < 8; ++layout) {
    Case<T> whole(dtype, 310, 605, 1101, layout), parts(dtype, 310, 605, 1101, layout);
    if constexpr (std::is_same_v<T, uint16_t>) {
      Samples samples(7);
      for (auto* values : {&whole.a, &whole.b})
        for (uint16_t& value : *values) value = uint16_t(0x3f80 | (samples.bits() & 0x807f));
    }
    parts.a = whole.a, parts.b = whole.b;
    parts.problem.a.data = parts.a.data(), parts.problem.b.data = parts.b.data();
    whole.run(1);
    parts.run(int(matmul_units(parts.problem)));
    CAPTURE(layout);
    CHECK(std::memcmp(whole.c.data(), parts.c.data(), whole.c.size() * sizeof(T)) == 0);
    if constexpr (std::is_same_v<T, float>) {
      bool all = true;
      for (int64_t i = 0; i < 310; i += 31)
        for (int64_t j = 0; j < 605; j += 11)
          all &= std::fabs(whole.c[i * 605 + j] - whole.reference(0, i, j, 0)) <=
                 (fuses() ? 0.0f : 0.1f);
      CHECK(all);
    }
  }
}

}  // namespace

TEST_CASE("large products have the same bits however they are split") {
  check_splits<float>(DType::kFloat32);
  check_splits<uint16_t>(DType::kBFloat16);
  check_splits<int32_t>(DType::kInt32);
}

TEST_CASE("half types accumulate in float32 and round once") {
  check_halves(DType::kFloat16);
  check_halves(DType::kBFloat16);
}
