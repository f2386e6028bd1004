// Products with int8 and int4 weights against sums in double, in every instruction set.
#include "kernels/matmul/weight_only.h"

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/matmul/weight_only_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

// m, n, k, groups: around panels, vectors and blocks of k.
const int64_t kExtents[][4] = {{1, 1, 2, 1},    {1, 40, 128, 1}, {2, 31, 130, 1}, {3, 32, 60, 5},
                               {1, 65, 512, 4}, {4, 33, 900, 3}, {8, 100, 24, 1}, {0, 5, 4, 1}};

struct Case {
  int bits;
  int64_t m, n, k, groups;
  std::vector<float> a, scale, bias, c, scales;
  std::vector<uint8_t> weight, panels;
  WeightOnlyProduct problem = {};

  Case(int bits, const int64_t (&e)[4]) : bits(bits), m(e[0]), n(e[1]), k(e[2]), groups(e[3]) {
    a = uniform<float>(m * k, -2, 2, 1);
    scale = uniform<float>(n * groups, 0.01, 0.1, 2);
    bias = uniform<float>(n, -1, 1, 3);
    weight = uniform<uint8_t>(n * k * bits / 8, 0, 255.9, 4);
    c.resize(m * n);
    const int64_t count = (n + kWeightColumns - 1) / kWeightColumns;
    panels.assign(count * kWeightColumns * k * bits / 8, 77);
    scales.assign(count * kWeightColumns * groups, 77);
    run_pack_weight({bits, n, k, groups, weight.data(), scale.data(), panels.data(), scales.data()},
                    {0, count});
    problem = {bits,          m,           n,       k, groups, a.data(), panels.data(),
               scales.data(), bias.data(), c.data()};
  }
  void run(Isa isa, int parts) {
    std::vector<char> scratch(weight_only_scratch(problem));
    const int64_t count = (n + kWeightColumns - 1) / kWeightColumns;
    for (int part = parts - 1; part >= 0; --part)
      run_weight_only_product(isa, problem, {count * part / parts, count * (part + 1) / parts},
                              scratch.data());
  }
  int element(int64_t j, int64_t i) const {
    if (bits == 8) return int8_t(weight[j * k + i]);
    const int byte = weight[(j * k + i) / 2], half = i % 2 ? byte >> 4 : byte & 15;
    return half < 8 ? half : half - 16;
  }
  bool is_near(int64_t i, int64_t j) const {
    double exact = bias[j], magnitude = std::fabs(bias[j]);
    for (int64_t at = 0; at < k; ++at) {
      const double term =
          double(a[i * k + at]) * element(j, at) * scale[j * groups + at / (k / groups)];
      exact += term;
      magnitude += std::fabs(term);
    }
    return std::fabs(c[i * n + j] - exact) <= double(k + 4) * 0x1p-24 * magnitude;
  }
};

}  // namespace

TEST_CASE("products with int8 and int4 weights are near the exact ones, however they are split") {
  for (const Isa isa : available_isas())
    for (const int bits : {8, 4})
      for (const auto& e : kExtents) {
        CAPTURE(name_of(isa));
        CAPTURE(bits);
        CAPTURE(e[1]);
        CAPTURE(e[2]);
        Case product(bits, e);
        product.run(isa, 1);
        bool all = true;
        for (int64_t i = 0; i < e[0]; ++i)
          for (int64_t j = 0; j < e[1]; ++j) all &= product.is_near(i, j);
        CHECK(all);
        const std::vector<float> whole = product.c;
        product.run(isa, 3);
        CHECK(product.c == whole);
      }
}

TEST_CASE("products with int8 and int4 weights touch nothing beside their operands and scratch") {
  for (const bool at_end : {false, true})
    for (const int bits : {8, 4})
      for (const auto& e : kExtents) {
        Case whole(bits, e);
        whole.run(active_isa(), 1);
        WeightOnlyProduct p = whole.problem;
        const Guarded<float> a(p.a, int64_t(whole.a.size()), at_end),
            scales(p.scales, int64_t(whole.scales.size()), at_end), bias(p.bias, e[1], at_end),
            c(nullptr, int64_t(whole.c.size()), at_end);
        const Guarded<uint8_t> panels(p.panels, int64_t(whole.panels.size()), at_end);
        const Guarded<char> scratch(nullptr, weight_only_scratch(p), at_end);
        p.a = a.data;
        p.panels = panels.data;
        p.scales = scales.data;
        p.bias = bias.data;
        p.c = c.data;
        run_weight_only_product(p, {0, (e[1] + kWeightColumns - 1) / kWeightColumns}, scratch.data);
        CHECK(std::equal(whole.c.begin(), whole.c.end(), c.data));
      }
}
