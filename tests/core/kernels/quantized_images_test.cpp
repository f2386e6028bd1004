// Convolutions and poolings of int8 images with channels last against plain sums in int32, to the
// bit, in every instruction set.
#include "core/kernels/quantized_testing.h"
#include "doctest.h"
#include "kernels/int8/quantized_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

// Sums with bias, of NHWC images and a weight (filters, rows, columns, channels of a group).
std::vector<int32_t> exact_sums(const Convolution& s, const int8_t* x, const int8_t* w,
                                const int32_t* bias, int32_t zero_point) {
  const int64_t per_in = s.in_channels / s.groups, per_out = s.out_channels / s.groups;
  std::vector<int32_t> out;
  for (int64_t n = 0; n < s.batch; ++n)
    for (int64_t oy = 0; oy < s.out_height; ++oy)
      for (int64_t ox = 0; ox < s.out_width; ++ox)
        for (int64_t o = 0; o < s.out_channels; ++o) {
          int32_t sum = bias[o];
          for (int64_t ky = 0; ky < s.kernel_height; ++ky)
            for (int64_t kx = 0; kx < s.kernel_width; ++kx) {
              const int64_t iy = oy * s.stride_height + ky * s.dilation_height - s.pad_top;
              const int64_t ix = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
              if (iy < 0 || iy >= s.in_height || ix < 0 || ix >= s.in_width) continue;
              const int8_t* pixel = x + ((n * s.in_height + iy) * s.in_width + ix) * s.in_channels;
              const int8_t* tap = w + ((o * s.kernel_height + ky) * s.kernel_width + kx) * per_in;
              for (int64_t c = 0; c < per_in; ++c)
                sum += (pixel[o / per_out * per_in + c] - zero_point) * tap[c];
            }
          out.push_back(sum);
        }
  return out;
}

// A convolution of one group, or of one filter for each channel, and all that it reads.
struct Layer {
  Convolution shape;
  std::vector<int8_t> x, w, packed, residual, y;
  std::vector<int32_t> sums, factors;
  SumScales channels;

  // are_ends: elements as large as there are, so that sums are, too
  Layer(const Image& e, bool is_depthwise, bool are_ends = false)
      : shape(shape_of(e)), channels(e.filters) {
    x = uniform<int8_t>(e.batch * e.channels * e.height * e.width, -128, 127.9, 1);
    const int64_t taps = e.kernel_height * e.kernel_width, k = taps * e.channels / e.groups;
    w = uniform<int8_t>(e.filters * k, -128, 127.9, 2);
    // Neighbours whose products would saturate 16 bits.
    for (size_t i = 0; i < std::min<size_t>(w.size(), 9); ++i) w[i] = x[i] = -128;
    if (are_ends) {
      std::ranges::fill(x, -128);
      for (size_t i = 0; i < w.size(); ++i) w[i] = i / size_t(k) % 2 ? 127 : -128;
    }
    if (is_depthwise) {
      packed.assign((quantized_depthwise_int8x4s(shape) + 1) * e.channels * kInt8x4, 77);
      run_pack_quantized_depthwise(shape, w.data(), packed.data(), {0, e.channels});
    } else {
      const int64_t panels = (e.filters + kQuantizedColumns - 1) / kQuantizedColumns;
      packed.assign(panels * (int8x4s_of(k) + 1) * kInt8x4 * kQuantizedColumns, 77);
      run_pack_quantized({e.filters, k, w.data(), k, 1, packed.data()}, {0, panels});
    }
    const int64_t count = e.batch * e.filters * shape.out_height * shape.out_width;
    residual = uniform<int8_t>(count, -128, 127.9, 3);
    for (int64_t i = 0; i < e.filters; ++i) factors.push_back(int32_t(900 - 37 * i));
    y.resize(size_t(count));
    sums.resize(size_t(count));
  }

  QuantizedProduct product() const {
    QuantizedProduct p{};
    p.m = shape.batch * shape.out_height * shape.out_width;
    p.n = shape.out_channels;
    p.k = shape.kernel_height * shape.kernel_width * shape.in_channels;
    p.a = x.data();
    p.zero_point = 11;
    p.panels = packed.data();
    p.bias = channels.bias.data();
    p.windows = &shape;
    return p;
  }
  QuantizedDepthwise depthwise() const {
    QuantizedDepthwise p{};
    p.shape = shape;
    p.x = x.data();
    p.zero_point = 11;
    p.filters = packed.data();
    p.bias = channels.bias.data();
    return p;
  }

  void run(Isa isa, int parts, QuantizedProduct p, void* out) const {
    p.c = out;
    std::vector<char> scratch(quantized_product_scratch(p) + 64, 99);
    const int64_t units = quantized_product_units(p);
    PreparedRows prepared;
    for (int part = parts - 1; part >= 0; --part)
      run_quantized_product(isa, p, {units * part / parts, units * (part + 1) / parts},
                            scratch.data(), &prepared);
  }
  void run(Isa isa, int parts, QuantizedDepthwise p, void* out) const {
    p.y = out;
    std::vector<char> scratch(quantized_depthwise_scratch(p) + 64, 99);
    const int64_t units = quantized_depthwise_units(p);
    for (int part = parts - 1; part >= 0; --part)
      run_quantized_depthwise(isa, p, {units * part / parts, units * (part + 1) / parts},
                              scratch.data());
  }

  template <class Problem>
  void check(const Problem& given) {
    const std::vector<int32_t> exact =
        exact_sums(shape, x.data(), w.data(), channels.bias.data(), given.zero_point);
    for (const Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      for (const bool has_residual : {false, true}) {
        Problem p = given;
        std::vector<int32_t> wanted = exact;
        if (has_residual) {
          p.residual = {residual.data(), factors.data()};
          for (size_t i = 0; i < exact.size(); ++i)
            wanted[i] += residual[i] * factors[i % factors.size()];
        }
        for (const int parts : {1, 3}) {
          run(isa, parts, p, sums.data());
          CHECK(sums == wanted);
        }
        // One shift of each kind goes beyond what the short formula takes.
        for (const int32_t maximum : {30, -1})
          for (const bool is_per_channel : {false, true})
            for (const bool is_rectified : {false, true}) {
              CAPTURE(is_rectified);
              SumScales of = channels;
              for (int32_t& shift : of.shift) shift = std::min(shift, maximum);
              p.how = of.requantization(is_per_channel);
              if (!is_per_channel) p.how.low = -128, p.how.high = 127;
              if (is_rectified) p.how.low = p.how.zero_point;
              run(isa, 2, p, y.data());
              std::vector<int8_t> bytes;
              for (size_t i = 0; i < wanted.size(); ++i)
                bytes.push_back(placed(wanted[i], p.how, int64_t(i % factors.size())));
              CHECK(y == bytes);
            }
        p.how = {};
      }
    }
  }
};

// Around blocks of 64 channels and of columns of fewer, windows of up to four rows and of more,
// strides and dilation.
const Image kDepthwise[] = {
    {1, 64, 64, 64, 9, 12, 3, 3, 1, 1, 1, 1, 1, 1},
    {2, 70, 70, 70, 8, 7, 3, 3, 2, 2, 1, 1, 1, 1},
    {1, 3, 3, 3, 11, 30, 5, 5, 2, 1, 2, 2, 1, 1},
    {1, 130, 130, 130, 6, 5, 2, 3, 1, 2, 0, 1, 2, 3},
    {1, 33, 33, 33, 1, 40, 1, 4, 1, 3, 0, 2, 1, 1},
    {1, 16, 16, 16, 19, 3, 9, 1, 1, 1, 4, 0, 1, 1},
    {3, 1, 1, 1, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 32, 32, 32, 7, 21, 3, 3, 1, 1, 1, 1, 1, 1},
    {2, 24, 24, 24, 5, 12, 3, 3, 2, 1, 0, 2, 1, 2},
};

int8_t pooled(const Pooling& p, bool is_average, int64_t channels, int32_t zero_point,
              const int8_t* image, int64_t oy, int64_t ox, int64_t c) {
  const int64_t top = oy * p.stride_height - p.pad_top, left = ox * p.stride_width - p.pad_left;
  int64_t greatest = -128, sum = 0, count = 0;
  for (int64_t y = top; y < std::min(top + p.kernel_height, p.in_height + p.pad_bottom); ++y)
    for (int64_t x = left; x < std::min(left + p.kernel_width, p.in_width + p.pad_right); ++x) {
      const bool is_inside = y >= 0 && y < p.in_height && x >= 0 && x < p.in_width;
      if (!is_inside && !p.count_include_pad) continue;
      const int64_t value = is_inside ? image[(y * p.in_width + x) * channels + c] : zero_point;
      if (is_inside) greatest = std::max(greatest, value);
      sum += value;
      ++count;
    }
  const double mean = double(sum) / double(count);
  return int8_t(is_average ? (mean < 0 ? -std::floor(0.5 - mean) : std::floor(mean + 0.5))
                           : double(greatest));
}

}  // namespace

TEST_CASE("int8 convolutions with channels last are exact in every instruction set") {
  for (const Image& image : kImages) {
    if (image.groups > 1) continue;
    CAPTURE(&image - kImages);
    Layer layer(image, false);
    layer.check(layer.product());
  }
}

TEST_CASE("sums of windows are exact up to the longest that transforms take") {
  for (const int64_t channels : {1808, 1824}) {
    Layer layer({1, 1, channels, 17, 3, 8, 3, 3, 1, 1, 1, 1, 1, 1}, false, true);
    layer.check(layer.product());
  }
}

TEST_CASE("int8 convolutions of one filter for each channel are exact in every instruction set") {
  for (const Image& image : kDepthwise) {
    CAPTURE(&image - kDepthwise);
    Layer layer(image, true);
    layer.check(layer.depthwise());
  }
}

TEST_CASE("sums are rescaled with two roundings by the short formula, too, halves included") {
  std::vector<int8_t> a, w(33, 1), panels(2 * 2 * kInt8x4 * kQuantizedColumns);
  for (int i = -128; i < 128; ++i) a.push_back(int8_t(i));
  run_pack_quantized({33, 1, w.data(), 1, 1, panels.data()}, {0, 2});
  // The zero point, and the least result: above all others, at the zero point, beyond it.
  const int32_t ends[][2] = {{5, -128}, {5, 5}, {-128, -128}, {-3, 9}};
  for (const int32_t start : {0, 1, 1 << 8, -(1 << 8), 12345, -(1 << 20), (1 << 29) + 77})
    for (const int32_t multiplier : {0, 1, 1 << 30, INT32_MAX, 1518500250, 3 << 29})
      for (int32_t number = 0; number < 4 * 33; ++number) {
        const int32_t shift = number / 4 - 31;
        const int32_t zero_point = ends[number % 4][0], low = ends[number % 4][1];
        const std::vector<int32_t> bias(33, start);
        QuantizedProduct p{};
        p.m = 256;
        p.n = 33;
        p.k = 1;
        p.a = a.data();
        p.panels = panels.data();
        p.bias = bias.data();
        p.how = {&multiplier, &shift, false, zero_point, low, 127};
        std::vector<int8_t> y(256 * 33), wanted;
        p.c = y.data();
        for (int i = 0; i < 256; ++i)
          for (int j = 0; j < 33; ++j) wanted.push_back(placed(a[i] + start, p.how, 0));
        std::vector<char> scratch(quantized_product_scratch(p));
        for (const Isa isa : available_isas()) {
          run_quantized_product(isa, p, {0, quantized_product_units(p)}, scratch.data());
          CAPTURE(name_of(isa));
          CAPTURE(start);
          CAPTURE(multiplier);
          CAPTURE(shift);
          CAPTURE(low);
          CHECK(y == wanted);
        }
      }
}

TEST_CASE("int8 products of rows read where they lie end in tiles of any width, with residuals") {
  for (const Isa isa : available_isas())
    for (const int64_t m : {1, 12, 13, 40})
      for (const int64_t n : {16, 24, 31, 32, 33, 48, 80}) {
        CAPTURE(name_of(isa));
        CAPTURE(m);
        CAPTURE(n);
        const Image image = {1, 1, 16, n, m, 1, 1, 1, 1, 1, 0, 0, 1, 1};
        Layer layer(image, false);
        QuantizedProduct p = layer.product();
        p.windows = nullptr;
        layer.check(p);
      }
}

TEST_CASE("int8 kernels for channels last touch nothing beside their operands and scratch") {
  // With a residual, and as the short formula takes it.
  const auto check = [](Layer& layer, auto p, bool is_short) {
    if (is_short)
      for (int32_t& each : layer.channels.shift) each = std::min(each, -1);
    p.how = layer.channels.requantization(true);
    if (!is_short) p.residual = {layer.residual.data(), layer.factors.data()};
    layer.run(active_isa(), 1, p, layer.y.data());
    for (const bool at_end : {false, true}) {
      const auto guarded = [&](const auto& values) {
        return Guarded<std::decay_t<decltype(values[0])>>(values.data(), int64_t(values.size()),
                                                          at_end);
      };
      const auto x = guarded(layer.x), packed = guarded(layer.packed),
                 residual = guarded(layer.residual), y = guarded(layer.y);
      const auto bias = guarded(layer.channels.bias), factors = guarded(layer.factors),
                 multiplier = guarded(layer.channels.multiplier),
                 shift = guarded(layer.channels.shift);
      std::memset(y.data, 0, layer.y.size());
      p.bias = bias.data;
      if (!is_short) p.residual = {residual.data, factors.data};
      p.how.multiplier = multiplier.data;
      p.how.shift = shift.data;
      if constexpr (std::is_same_v<decltype(p), QuantizedProduct>) {
        p.a = x.data;
        p.panels = packed.data;
        p.c = y.data;
        const Guarded<char> scratch(nullptr, quantized_product_scratch(p), at_end);
        run_quantized_product(p, {0, quantized_product_units(p)}, scratch.data);
      } else {
        p.x = x.data;
        p.filters = packed.data;
        p.y = y.data;
        const Guarded<char> scratch(nullptr, quantized_depthwise_scratch(p), at_end);
        run_quantized_depthwise(p, {0, quantized_depthwise_units(p)}, scratch.data);
      }
      CHECK(std::memcmp(y.data, layer.y.data(), layer.y.size()) == 0);
    }
  };
  for (const Image& image : kImages) {
    if (image.groups > 1) continue;
    Layer layer(image, false);
    for (const bool is_short : {false, true}) check(layer, layer.product(), is_short);
  }
  for (const Image& image : kDepthwise) {
    Layer layer(image, true);
    for (const bool is_short : {false, true}) check(layer, layer.depthwise(), is_short);
  }
}

TEST_CASE("int8 poolings with channels last are exact in every instruction set") {
  for (const int64_t channels : {1, 17, 32, 64, 72, 200})
    for (const bool is_average : {false, true})
      for (const bool counts : {false, true}) {
        Pooling p{};
        p.planes = 2 * channels;
        p.in_height = 7;
        p.in_width = 9;
        p.kernel_height = 3;
        p.kernel_width = 2;
        p.stride_height = 2;
        p.stride_width = 1;
        p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = 1;
        p.dilation_height = p.dilation_width = 1;
        p.out_height = 4;
        p.out_width = 10;
        p.count_include_pad = counts;
        const auto x = uniform<int8_t>(p.planes * 63, -128, 127.9, 4);
        std::vector<int8_t> y(size_t(p.planes * 40)), wanted;
        for (int64_t row = 0; row < 8; ++row)
          for (int64_t ox = 0; ox < 10; ++ox)
            for (int64_t c = 0; c < channels; ++c)
              wanted.push_back(pooled(p, is_average, channels, -6,
                                      x.data() + row / 4 * 63 * channels, row % 4, ox, c));
        for (const Isa isa : available_isas()) {
          CAPTURE(name_of(isa));
          for (const int64_t middle : {0, 3}) {
            std::ranges::fill(y, 99);
            const auto& run = WEFT_KERNEL_OF(isa, quantized_pool_nhwc);
            run(p, is_average, channels, -6, x.data(), y.data(), {middle, 8});
            run(p, is_average, channels, -6, x.data(), y.data(), {0, middle});
            CHECK(y == wanted);
          }
        }
      }
}

TEST_CASE("int8 averages of many places are exact, their ends included") {
  constexpr int64_t kHeight = 181, kWidth = 363, kChannels = 35;
  Pooling p{};
  p.planes = kChannels;
  p.in_height = p.kernel_height = kHeight;
  p.in_width = p.kernel_width = kWidth;
  p.stride_height = p.stride_width = p.dilation_height = p.dilation_width = 1;
  p.out_height = p.out_width = 1;
  // Channels of one number, and of halves between two.
  std::vector<int8_t> x(size_t(kHeight * kWidth * kChannels)), y(kChannels), wanted(kChannels);
  for (size_t i = 0; i < x.size(); ++i) {
    const auto channel = int(i % kChannels), place = int(i / kChannels);
    x[i] = channel == 0   ? int8_t(-128)
           : channel == 1 ? int8_t(127)
                          : int8_t((channel - 18) * 7 + (place % 2 ? 1 : 0));
  }
  for (int64_t c = 0; c < kChannels; ++c)
    wanted[size_t(c)] = pooled(p, true, kChannels, 0, x.data(), 0, 0, c);
  for (const Isa isa : available_isas()) {
    CAPTURE(name_of(isa));
    WEFT_KERNEL_OF(isa, quantized_pool_nhwc)(p, true, kChannels, 0, x.data(), y.data(), {0, 1});
    CHECK(y == wanted);
  }
}
