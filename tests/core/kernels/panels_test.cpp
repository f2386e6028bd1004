// Products with a packed right side against the plain ones, in every instruction set.
#include "kernels/matmul/panels.h"

#include <limits>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/matmul/matmul.h"
#include "kernels/matmul/panels_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

constexpr float kOpen = std::numeric_limits<float>::infinity();

// Around tiles, units, panels, vectors of each width, blocks of k, and pairs.
const int64_t kExtents[][3] = {{1, 1, 1},     {2, 31, 2},     {3, 32, 3},    {5, 33, 8},
                               {6, 8, 17},    {7, 9, 16},     {13, 64, 40},  {14, 65, 33},
                               {15, 100, 31}, {28, 4, 64},    {57, 16, 65},  {129, 17, 20},
                               {260, 40, 9},  {20, 70, 1024}, {9, 35, 1025}, {31, 30, 2051},
                               {1, 128, 31},  {1, 300, 70},   {1, 257, 1100}};

float wide(float value) { return value; }
float wide(uint16_t bits) {
  const uint32_t shifted = uint32_t(bits) << 16;
  float value;
  std::memcpy(&value, &shifted, 4);
  return value;
}
template <class S>
std::vector<S> samples(int64_t count, uint64_t seed) {
  std::vector<float> values = uniform<float>(count, -2, 2, seed);
  std::vector<S> stored(count);
  for (int64_t i = 0; i < count; ++i) {
    if constexpr (sizeof(S) == 4) {
      stored[i] = values[i];
    } else {
      uint32_t bits;
      std::memcpy(&bits, &values[i], 4);
      stored[i] = uint16_t(bits >> 16);
    }
  }
  return stored;
}

template <class S>
struct Case {
  static constexpr DType kType = sizeof(S) == 4 ? DType::kFloat32 : DType::kBFloat16;

  int64_t m, n, k;
  std::vector<S> a, b, bias, residual, c, panels;
  PanelProduct problem = {};

  Case(int64_t m, int64_t n, int64_t k) : m(m), n(n), k(k) {
    a = samples<S>(m * k, 1);
    b = samples<S>(k * n, 2);
    bias = samples<S>(n, 3);
    residual = samples<S>(m * n, 4);
    c.resize(m * n);
    panels.assign(panels_of(n) * panel_elements(kType, k), S(77));
    problem = {kType,   m,       n,      k,     a.data(), panels.data(),
               nullptr, nullptr, -kOpen, kOpen, c.data(), false};
  }
  // Packs from rows of B, from its columns, or from every second element of them.
  void pack(int layout, int parts = 1) {
    const int64_t spread = layout == 2 ? 2 : 1;
    const bool columns = layout == 1;
    std::vector<S> stored(n * k * spread);
    const int64_t row = columns ? 1 : n * spread, col = columns ? k : spread;
    for (int64_t i = 0; i < k; ++i)
      for (int64_t j = 0; j < n; ++j) stored[i * row + j * col] = b[i * n + j];
    const int64_t count = panels_of(n);
    for (int part = 0; part < parts; ++part)
      run_pack_panels({kType, n, k, stored.data(), row, col, panels.data()},
                      {count * part / parts, count * (part + 1) / parts});
  }
  void with_epilogue() {
    problem.bias = bias.data();
    problem.residual = residual.data();
    problem.low = -1;
    problem.high = 2;
  }
  void run(Isa isa, int parts) {
    std::vector<float> scratch(panel_product_scratch(problem) / sizeof(float));
    const int64_t units = panel_product_units(problem);
    for (int part = parts - 1; part >= 0; --part)
      run_panel_product(isa, problem, {units * part / parts, units * (part + 1) / parts},
                        scratch.data());
  }
  std::vector<S> plain() const {
    std::vector<S> out(m * n);
    Matmul p = {};
    p.dtype = kType;
    p.m = m;
    p.n = n;
    p.k = k;
    p.batches = 1;
    p.a = {a.data(), k, 1, 0};
    p.b = {b.data(), n, 1, 0};
    p.c = out.data();
    p.c_row = n;
    std::vector<char> scratch(matmul_scratch(p));
    run_matmul(p, {0, matmul_units(p)}, scratch.data());
    return out;
  }
  bool is_near(int64_t i, int64_t j) const {
    double exact = 0, magnitude = 0;
    for (int64_t at = 0; at < k; ++at) {
      const double term = double(wide(a[i * k + at])) * wide(b[at * n + j]);
      exact += term;
      magnitude += std::fabs(term);
    }
    double rounded = std::fabs(exact);  // magnitudes that are stored, or as good as that
    if (problem.bias) {
      exact += wide(bias[j]);
      rounded += std::fabs(exact);
      exact += wide(residual[i * n + j]);
    }
    rounded += std::fabs(exact);
    exact = std::min(std::max(exact, double(problem.low)), double(problem.high));
    const double last = sizeof(S) == 4 ? 0x1p-23 : 0x1p-8;
    return std::fabs(wide(c[i * n + j]) - exact) <=
           last * rounded + double(k + 3) * 0x1p-23 * (magnitude + 4);
  }
};

template <class S>
void check_all() {
  for (const Isa isa : available_isas()) {
    for (const auto& e : kExtents) {
      for (const bool has_epilogue : {false, true}) {
        Case<S> product(e[0], e[1], e[2]);
        product.pack(0);
        if (has_epilogue) product.with_epilogue();
        product.run(isa, 1);
        bool all = true;
        for (int64_t i = 0; i < e[0]; ++i)
          for (int64_t j = 0; j < e[1]; ++j) all &= product.is_near(i, j);
        const std::vector<S> whole = product.c;
        product.run(isa, 3);
        CAPTURE(name_of(isa));
        CAPTURE(e[0]);
        CAPTURE(e[1]);
        CAPTURE(e[2]);
        CHECK(all);
        CHECK(product.c == whole);
        if (!has_epilogue) continue;
        product.c = product.residual;  // which the result may lie over
        product.problem.residual = product.problem.c;
        product.run(isa, 3);
        CHECK(product.c == whole);
      }
    }
  }
}

template <class S>
void check_inside() {
  for (const auto& e : kExtents) {
    Case<S> whole(e[0], e[1], e[2]);
    whole.pack(0);
    whole.with_epilogue();
    whole.run(active_isa(), 1);
    for (const bool at_end : {false, true}) {
      const Guarded<S> a(whole.a.data(), int64_t(whole.a.size()), at_end),
          b(whole.b.data(), int64_t(whole.b.size()), at_end),
          bias(whole.bias.data(), int64_t(whole.bias.size()), at_end),
          residual(whole.residual.data(), int64_t(whole.residual.size()), at_end),
          panels(nullptr, int64_t(whole.panels.size()), at_end),
          c(nullptr, int64_t(whole.c.size()), at_end);
      run_pack_panels({Case<S>::kType, e[1], e[2], b.data, e[1], 1, panels.data},
                      {0, panels_of(e[1])});
      PanelProduct p = whole.problem;
      p.a = a.data;
      p.panels = panels.data;
      p.bias = bias.data;
      p.residual = residual.data;
      p.c = c.data;
      const Guarded<char> scratch(nullptr, panel_product_scratch(p), at_end);
      run_panel_product(p, {0, panel_product_units(p)}, scratch.data);
      CAPTURE(e[0]);
      CAPTURE(e[1]);
      CAPTURE(e[2]);
      CHECK(std::memcmp(c.data, whole.c.data(), whole.c.size() * sizeof(S)) == 0);
    }
  }
}

}  // namespace

TEST_CASE("packed products are near the exact ones, with what follows, however they are split") {
  check_all<float>();
  check_all<uint16_t>();
}

TEST_CASE("elements of packed products have the bits of plain ones") {
  for (const auto& e : kExtents) {
    Case<float> single(e[0], e[1], e[2]);
    single.pack(0);
    single.run(active_isa(), 1);
    CHECK(single.c == single.plain());
    Case<uint16_t> pairs(e[0], e[1], e[2]);
    pairs.pack(0);
    pairs.run(active_isa(), 1);
    CHECK(pairs.c == pairs.plain());
  }
}

TEST_CASE("panels do not depend on how a matrix lies, the split or the instruction set") {
  for (const auto& e : kExtents) {
    Case<float> single(e[0], e[1], e[2]);
    Case<uint16_t> pairs(e[0], e[1], e[2]);
    single.pack(0);
    pairs.pack(0);
    const auto floats = single.panels;
    const auto halves = pairs.panels;
    for (int layout = 0; layout < 3; ++layout) {
      single.pack(layout, 2);
      pairs.pack(layout, 2);
      CHECK(single.panels == floats);
      CHECK(pairs.panels == halves);
    }
    for (const Isa isa : available_isas()) {
      const PanelKernels* const kernels = WEFT_KERNEL_OF(isa, kPanels);
      kernels[int(DType::kFloat32)].pack(
          {DType::kFloat32, e[1], e[2], single.b.data(), e[1], 1, single.panels.data()},
          {0, panels_of(e[1])});
      kernels[int(DType::kBFloat16)].pack(
          {DType::kBFloat16, e[1], e[2], pairs.b.data(), e[1], 1, pairs.panels.data()},
          {0, panels_of(e[1])});
      CHECK(single.panels == floats);
      CHECK(pairs.panels == halves);
    }
  }
}

TEST_CASE("packed products touch nothing beside their operands and scratch") {
  check_inside<float>();
  check_inside<uint16_t>();
}

TEST_CASE("NaN passes through the bounds of a packed product") {
  Case<float> product(9, 20, 30);
  product.pack(0);
  product.with_epilogue();
  product.a[0] = std::numeric_limits<float>::quiet_NaN();
  product.run(active_isa(), 1);
  CHECK(std::isnan(product.c[0]));
  CHECK(!std::isnan(product.c[20]));
}
