// Products and convolutions of int8 against plain sums in int32, to the bit, in every instruction
// set.
#include "kernels/int8/quantized.h"

#include "core/kernels/quantized_testing.h"
#include "doctest.h"
#include "kernels/int8/quantized_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

// ---- products

// Around tiles, panels, int8x4s and units.
const int64_t kExtents[][3] = {{1, 1, 1},    {1, 40, 7},     {2, 31, 2},   {3, 32, 4},
                               {6, 33, 5},   {7, 9, 16},     {13, 64, 40}, {14, 65, 33},
                               {15, 100, 3}, {28, 4, 64},    {85, 16, 9},  {129, 17, 20},
                               {44, 300, 3}, {43, 40, 3300}, {345, 270, 9}};

struct Product {
  std::vector<int8_t> a, w, panels, c;
  std::vector<int32_t> sums;
  SumScales channels;
  QuantizedProduct problem = {};

  Product(int64_t m, int64_t n, int64_t k) : channels(n) {
    a = uniform<int8_t>(m * k, -128, 127.9, 1);
    w = uniform<int8_t>(n * k, -128, 127.9, 2);
    // Neighbours whose products would saturate 16 bits.
    for (int64_t i = 0; i < std::min<int64_t>(k, 8); ++i) a[i] = w[i] = -128;
    c.resize(m * n);
    sums.resize(m * n);
    const int64_t count = (n + kQuantizedColumns - 1) / kQuantizedColumns;
    panels.assign(count * (int8x4s_of(k) + 1) * kInt8x4 * kQuantizedColumns, 77);
    run_pack_quantized({n, k, w.data(), k, 1, panels.data()}, {0, count});
    problem = {m, n, k, a.data(), -5, panels.data(), channels.bias.data(), {}, sums.data()};
  }
  void requantize(bool is_per_channel) {
    problem.how = channels.requantization(is_per_channel);
    problem.c = c.data();
  }
  void run(Isa isa, int parts) {
    std::vector<char> scratch(quantized_product_scratch(problem) + 64);
    const int64_t units = quantized_product_units(problem);
    for (int part = parts - 1; part >= 0; --part)
      run_quantized_product(isa, problem, {units * part / parts, units * (part + 1) / parts},
                            scratch.data());
  }
  int32_t exact(int64_t i, int64_t j) const {
    int32_t sum = problem.bias ? problem.bias[j] : 0;
    for (int64_t k = 0; k < problem.k; ++k)
      sum += (a[i * problem.k + k] - problem.zero_point) * w[j * problem.k + k];
    return sum;
  }
};

// ---- convolutions

struct Convolved {
  std::vector<int8_t> x, w, packed, y;
  std::vector<int32_t> sums;
  SumScales channels;
  QuantizedConvolution problem = {};

  explicit Convolved(const Image& e) : channels(e.filters) {
    problem.shape = shape_of(e);
    const Convolution& s = problem.shape;
    x = uniform<int8_t>(e.batch * e.channels * e.height * e.width, -128, 127.9, 1);
    w = uniform<int8_t>(e.filters * e.channels / e.groups * e.kernel_height * e.kernel_width, -128,
                        127.9, 2);
    packed.assign(e.filters * (quantized_filter_int8x4s(s) + 1) * kInt8x4, 77);
    run_pack_quantized_filters(s, w.data(), packed.data(), {0, e.filters});
    y.resize(e.batch * e.filters * s.out_height * s.out_width);
    sums.resize(y.size());
    problem.x = x.data();
    problem.zero_point = 11;
    problem.filters = packed.data();
    problem.bias = channels.bias.data();
    problem.y = sums.data();
  }
  void requantize(bool is_per_channel) {
    problem.how = channels.requantization(is_per_channel);
    problem.y = y.data();
  }
  void run(Isa isa, int parts) {
    std::vector<char> scratch(quantized_convolution_scratch(problem) + 64, 99);
    const int64_t units = quantized_convolution_units(problem);
    for (int part = parts - 1; part >= 0; --part)
      run_quantized_convolution(isa, problem, {units * part / parts, units * (part + 1) / parts},
                                scratch.data());
  }
  std::vector<int32_t> exact() const {
    const Convolution& s = problem.shape;
    const int64_t per_in = s.in_channels / s.groups, per_out = s.out_channels / s.groups;
    std::vector<int32_t> out;
    for (int64_t n = 0; n < s.batch; ++n)
      for (int64_t o = 0; o < s.out_channels; ++o)
        for (int64_t oy = 0; oy < s.out_height; ++oy)
          for (int64_t ox = 0; ox < s.out_width; ++ox) {
            int32_t sum = problem.bias ? problem.bias[o] : 0;
            for (int64_t c = 0; c < per_in; ++c)
              for (int64_t ky = 0; ky < s.kernel_height; ++ky)
                for (int64_t kx = 0; kx < s.kernel_width; ++kx) {
                  const int64_t iy = oy * s.stride_height + ky * s.dilation_height - s.pad_top;
                  const int64_t ix = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
                  if (iy < 0 || iy >= s.in_height || ix < 0 || ix >= s.in_width) continue;
                  const int64_t channel = o / per_out * per_in + c;
                  sum += (x[((n * s.in_channels + channel) * s.in_height + iy) * s.in_width + ix] -
                          problem.zero_point) *
                         w[((o * per_in + c) * s.kernel_height + ky) * s.kernel_width + kx];
                }
            out.push_back(sum);
          }
    return out;
  }
};

}  // namespace

TEST_CASE("int8 products are exact in every instruction set, however they are split") {
  for (const Isa isa : available_isas()) {
    for (const auto& e : kExtents) {
      CAPTURE(name_of(isa));
      CAPTURE(e[0]);
      CAPTURE(e[1]);
      CAPTURE(e[2]);
      Product product(e[0], e[1], e[2]);
      std::vector<int32_t> exact;
      for (int64_t i = 0; i < e[0]; ++i)
        for (int64_t j = 0; j < e[1]; ++j) exact.push_back(product.exact(i, j));
      for (const int parts : {1, 3}) {
        product.run(isa, parts);
        CHECK(product.sums == exact);
      }
      for (const bool is_per_channel : {false, true}) {
        product.requantize(is_per_channel);
        product.run(isa, 2);
        std::vector<int8_t> wanted;
        for (size_t i = 0; i < exact.size(); ++i)
          wanted.push_back(placed(exact[i], product.problem.how, int64_t(i) % e[1]));
        CHECK(product.c == wanted);
      }
    }
  }
}

TEST_CASE("int8 convolutions are exact in every instruction set, however they are split") {
  for (const Image& image : kImages) {
    Convolved convolved(image);
    const std::vector<int32_t> exact = convolved.exact();
    const int64_t plane = convolved.problem.shape.out_height * convolved.problem.shape.out_width;
    for (const Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      CAPTURE(&image - kImages);
      convolved.problem.how = {};
      convolved.problem.y = convolved.sums.data();
      for (const int parts : {1, 3}) {
        convolved.sums.assign(exact.size(), 99);
        convolved.run(isa, parts);
        CHECK(convolved.sums == exact);
      }
      for (const bool is_per_channel : {false, true}) {
        convolved.requantize(is_per_channel);
        convolved.run(isa, 2);
        std::vector<int8_t> wanted;
        for (size_t i = 0; i < exact.size(); ++i)
          wanted.push_back(
              placed(exact[i], convolved.problem.how, int64_t(i) / plane % image.filters));
        CHECK(convolved.y == wanted);
      }
    }
  }
}

TEST_CASE("int8 kernels touch nothing beside their operands and scratch") {
  for (const bool at_end : {false, true}) {
    for (const auto& e : kExtents) {
      Product whole(e[0], e[1], e[2]);
      whole.requantize(true);
      whole.run(active_isa(), 1);
      QuantizedProduct p = whole.problem;
      const Guarded<int8_t> a(p.a, int64_t(whole.a.size()), at_end),
          panels(p.panels, int64_t(whole.panels.size()), at_end),
          c(nullptr, int64_t(whole.c.size()), at_end);
      const Guarded<int32_t> bias(p.bias, e[1], at_end), shift(p.how.shift, e[1], at_end),
          multiplier(p.how.multiplier, e[1], at_end);
      const Guarded<char> scratch(nullptr, quantized_product_scratch(p), at_end);
      p.a = a.data;
      p.panels = panels.data;
      p.bias = bias.data;
      p.how.multiplier = multiplier.data;
      p.how.shift = shift.data;
      p.c = c.data;
      run_quantized_product(p, {0, quantized_product_units(p)}, scratch.data);
      CHECK(std::memcmp(c.data, whole.c.data(), whole.c.size()) == 0);
    }
    for (const Image& image : kImages) {
      Convolved whole(image);
      whole.requantize(true);
      whole.run(active_isa(), 1);
      QuantizedConvolution p = whole.problem;
      const Guarded<int8_t> x(p.x, int64_t(whole.x.size()), at_end),
          filters(p.filters, int64_t(whole.packed.size()), at_end),
          y(nullptr, int64_t(whole.y.size()), at_end);
      const Guarded<char> scratch(nullptr, quantized_convolution_scratch(p), at_end);
      p.x = x.data;
      p.filters = filters.data;
      p.y = y.data;
      run_quantized_convolution(p, {0, quantized_convolution_units(p)}, scratch.data);
      CHECK(std::memcmp(y.data, whole.y.data(), whole.y.size()) == 0);
    }
  }
}

TEST_CASE("sums of int32 are rescaled with gemmlowp's two roundings, up to the ends of the range") {
  std::vector<int32_t> x = {INT32_MIN, INT32_MAX, 0, 1, -1, 3, -3, 1 << 30, -(1 << 30)};
  Samples samples(9);
  for (int i = 0; i < 90; ++i) x.push_back(int32_t(samples.bits() >> (samples.bits() % 40)));
  std::vector<int32_t> multipliers = {0, 1, 1 << 30, INT32_MAX, 1518500250};
  const auto count = int64_t(x.size());
  for (const Isa isa : available_isas()) {
    for (const int32_t multiplier : multipliers) {
      for (int32_t shift = -31; shift <= 30; ++shift) {
        const Requantization how = {&multiplier, &shift, false, 5, -128, 127};
        std::vector<int8_t> y(x.size()), wanted;
        WEFT_KERNEL_OF(isa, requantize)({how, 1, count, x.data(), y.data()}, {0, 1});
        for (const int32_t value : x) wanted.push_back(placed(value, how, 0));
        CAPTURE(name_of(isa));
        CAPTURE(multiplier);
        CAPTURE(shift);
        CHECK(y == wanted);
      }
    }
  }
}

TEST_CASE("sums of two int8 arrays are those of TensorFlow Lite in every instruction set") {
  const int64_t count = 256 * 256 + 5;
  std::vector<int8_t> a, b, y(size_t(count), 0), wanted;
  for (int64_t i = 0; i < count; ++i) {
    a.push_back(int8_t(i % 256 - 128));
    b.push_back(int8_t(i / 256 % 256 - 128));
  }
  struct {
    double a, b, sum;
    int32_t a_zero, b_zero, zero, low, high;
  } const kCases[] = {
      {0.1, 0.037, 0.11, 5, -70, 3, -100, 101},    {0.5, 0.5, 1, 0, 0, -128, -128, 127},
      {0.02, 0.021, 0.04, -128, 127, 17, 17, 127}, {1e-4, 3, 3, 0, 1, -1, -128, 127},
      {0.3, 0.2, 1e-4, 1, 2, 3, -128, 127},        {0.3, 0.2, 9e3, 1, 2, 3, -128, 127}};
  for (const auto& c : kCases) {
    CAPTURE(c.sum);
    const double twice = 2 * std::max(c.a, c.b);
    const FixedFactor of_a = fixed_factor(c.a / twice), of_b = fixed_factor(c.b / twice),
                      of_sum = fixed_factor(twice / ((1 << kQuantizedAddBits) * c.sum));
    const QuantizedAdd p{{c.a_zero, c.b_zero},
                         {of_a.multiplier, of_b.multiplier},
                         {of_a.shift, of_b.shift},
                         {&of_sum.multiplier, &of_sum.shift, false, c.zero, c.low, c.high},
                         a.data(),
                         b.data(),
                         y.data()};
    wanted.clear();
    for (int64_t i = 0; i < count; ++i) {
      const auto scaled = [](int32_t x, int32_t zero, const FixedFactor& f) {
        return rescaled((x - zero) * (1 << kQuantizedAddBits), f.multiplier, f.shift);
      };
      wanted.push_back(
          placed(scaled(a[i], c.a_zero, of_a) + scaled(b[i], c.b_zero, of_b), p.how, 0));
    }
    for (const Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      std::ranges::fill(y, 99);
      WEFT_KERNEL_OF(isa, quantized_add)(p, {70, count});
      WEFT_KERNEL_OF(isa, quantized_add)(p, {0, 70});
      CHECK(y == wanted);
    }
  }
}

TEST_CASE("tables of int8 are read in every instruction set, whatever the length") {
  const auto table = uniform<int8_t>(256, -128, 127.9, 1);
  for (const int64_t count : {0, 1, 63, 64, 65, 127, 700}) {
    auto x = uniform<int8_t>(count, -128, 127.9, 2);
    for (int64_t i = 0; i < std::min<int64_t>(count, 256); ++i) x[i] = int8_t(i - 128);
    for (const Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      const Guarded<int8_t> from(x.data(), count, true), to(nullptr, count, true);
      WEFT_KERNEL_OF(isa, quantized_lookup)(table.data(), from.data, to.data, count);
      for (int64_t i = 0; i < count; ++i) REQUIRE(to.data[i] == table[size_t(x[i] + 128)]);
    }
  }
}
