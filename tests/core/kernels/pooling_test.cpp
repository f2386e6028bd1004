// Pooling against loops, and its linear maps against their adjoints.
#include "kernels/pooling/pooling.h"

#include <algorithm>
#include <bit>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/pooling/pooling_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

Pooling square_pooling(int64_t planes, int64_t size, int64_t kernel, int64_t stride, int64_t pad,
                       int64_t out) {
  Pooling p = {};
  p.dtype = DType::kFloat32;
  p.planes = planes;
  p.in_height = p.in_width = size;
  p.out_height = p.out_width = out;
  p.kernel_height = p.kernel_width = kernel;
  p.stride_height = p.stride_width = stride;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = pad;
  p.dilation_height = p.dilation_width = 1;
  return p;
}

}  // namespace

namespace {

// The place that a scan of a window keeps: that of the first maximum, or of the last NaN.
int64_t max_of_window(const Pooling& p, const float* plane, int64_t i, int64_t j) {
  int64_t best = -1;
  for (int64_t r = 0; r < p.kernel_height; ++r)
    for (int64_t c = 0; c < p.kernel_width; ++c) {
      const int64_t row = i * p.stride_height - p.pad_top + r * p.dilation_height;
      const int64_t col = j * p.stride_width - p.pad_left + c * p.dilation_width;
      if (row < 0 || row >= p.in_height || col < 0 || col >= p.in_width) continue;
      const int64_t at = row * p.in_width + col;
      if (best < 0 || plane[at] > plane[best] || plane[at] != plane[at]) best = at;
    }
  return best;
}

void check_maxima(const Pooling& p) {
  const int64_t plane = p.in_height * p.in_width, results = p.out_height * p.out_width;
  std::vector<float> x = uniform<float>(2 * plane, -2, 2);
  for (float& value : x) value = std::round(value);  // many are equal
  x[1] = x[p.in_width + 1] = NAN;
  for (const Isa isa : available_isas()) {
    const Guarded<float> image(x.data(), 2 * plane, true), y(nullptr, 2 * results, true);
    const Guarded<int64_t> indices(nullptr, 2 * results, true);
    const auto pool = WEFT_KERNEL_OF(isa, kMaxPools)[static_cast<int>(DType::kFloat32)];
    pool(p, image.data, y.data, indices.data, {0, 2});
    for (int64_t at = 0; at < 2 * results; ++at) {
      const float* of_plane = x.data() + at / results * plane;
      const int64_t i = at % results / p.out_width, j = at % p.out_width;
      const int64_t best = max_of_window(p, of_plane, i, j);
      REQUIRE(indices.data[at] == best);
      REQUIRE(same_bits(y.data[at], of_plane[best]));
    }
  }
}

}  // namespace

TEST_CASE("windows side by side give the first maximum and the last NaN, in any width") {
  for (int64_t width = 2; width < 41; ++width)
    for (const int64_t kernel : {2, 3})
      for (const int64_t pad : {0, 1})
        for (const int64_t dilation : {1, 2})
          for (const int64_t beyond : {0, 1}) {  // the last may reach beyond the image
            Pooling p = square_pooling(2, 7, kernel, 2, pad, 0);
            p.dilation_height = dilation;
            p.in_width = width;
            p.out_height = (7 + 2 * pad - (kernel - 1) * dilation - 1) / 2 + 1;
            p.out_width = std::max<int64_t>(0, width + 2 * pad - kernel + beyond) / 2 + 1;
            CAPTURE(width);
            CAPTURE(kernel);
            CAPTURE(pad);
            CAPTURE(dilation);
            if ((p.out_width - 1) * 2 - pad < width) check_maxima(p);
          }
}

TEST_CASE("maxima of neighbouring windows are the same whether places are asked for or not") {
  for (int64_t width = 1; width < 41; ++width) {
    for (const int64_t kernel : {1, 2, 3}) {
      for (const int64_t dilation : {1, 2}) {
        const int64_t pad = kernel / 2, reach = (kernel - 1) * dilation;
        Pooling p = square_pooling(2, 5, kernel, 1, pad, 0);
        p.dilation_height = p.dilation_width = dilation;
        p.in_width = width;
        p.out_height = 5 + 2 * pad - reach;
        p.out_width = width + 2 * pad - reach;
        if (p.out_height < 1 || p.out_width < 1) continue;
        const int64_t elements = 2 * 5 * width, results = 2 * p.out_height * p.out_width;
        std::vector<float> x = uniform<float>(elements, -2, 2);
        for (float& value : x) value = std::round(value);
        x[elements / 3] = NAN;
        for (const Isa isa : available_isas()) {
          const auto pool = WEFT_KERNEL_OF(isa, kMaxPools)[static_cast<int>(DType::kFloat32)];
          const Guarded<float> image(x.data(), elements, true), y(nullptr, results, true);
          std::vector<float> wanted(results);
          std::vector<int64_t> places(results);
          pool(p, image.data, wanted.data(), places.data(), {0, 2});
          pool(p, image.data, y.data, nullptr, {0, 2});
          CAPTURE(width);
          CAPTURE(kernel);
          CAPTURE(dilation);
          for (int64_t at = 0; at < results; ++at) REQUIRE(same_bits(y.data[at], wanted[at]));
        }
      }
    }
  }
}

TEST_CASE("maxima of channels in blocks are those of planes, the last NaN among them") {
  for (const int64_t block : {8, 16})
    for (const int64_t kernel : {2, 3})
      for (const int64_t width : {3, 8, 17}) {
        Pooling p = square_pooling(2, 6, kernel, 2, kernel / 2, 0);
        p.in_width = width;
        p.out_height = (6 + 2 * p.pad_top - kernel) / 2 + 1;
        p.out_width = (width + 2 * p.pad_left - kernel) / 2 + 1;
        p.in_ring_rows = p.in_height;
        p.out_ring_rows = p.out_height;
        p.rows = {0, p.out_height};
        const int64_t pixels = 6 * width, results = p.out_height * p.out_width;
        std::vector<float> x = uniform<float>(2 * pixels * block, -2, 2);
        for (float& value : x) value = std::round(value);  // many are equal, and some are -0
        for (int64_t i = 0; i < 9; ++i)
          x[i * 31 % x.size()] =
              std::bit_cast<float>(uint32_t(i % 2 ? 0x7fc10000 : 0xffc00000) + (uint32_t(i) << 16));
        std::vector<uint16_t> halves(x.size());
        for (size_t i = 0; i < x.size(); ++i)
          halves[i] = static_cast<uint16_t>(std::bit_cast<uint32_t>(x[i]) >> 16);
        for (const Isa isa : available_isas()) {
          const Guarded<float> image(x.data(), 2 * pixels * block, true);
          const Guarded<float> y(nullptr, 2 * results * block, true);
          const Guarded<uint16_t> short_y(nullptr, 2 * results * block, true);
          const BlockedPoolKernels* const kernels = WEFT_KERNEL_OF(isa, kBlockedPools);
          const Range rows = {0, 2 * p.out_height};
          kernels[static_cast<int>(DType::kFloat32)].max(p, block, image.data, y.data, rows);
          kernels[static_cast<int>(DType::kBFloat16)].max(p, block, halves.data(), short_y.data,
                                                          rows);
          for (int64_t at = 0; at < 2 * results * block; ++at) {
            const int64_t plane = at / block / results, result = at / block % results;
            std::vector<float> channel;
            for (int64_t i = 0; i < pixels; ++i)
              channel.push_back(x[(plane * pixels + i) * block + at % block]);
            const float wanted = channel[max_of_window(p, channel.data(), result / p.out_width,
                                                       result % p.out_width)];
            REQUIRE(same_bits(y.data[at], wanted));
            REQUIRE(short_y.data[at] == std::bit_cast<uint32_t>(wanted) >> 16);
          }
        }
      }
}

TEST_CASE("max pooling finds the first maximum, and gather and scatter are adjoint") {
  const Pooling p = square_pooling(3, 9, 3, 2, 1, 5);
  std::vector<float> x = uniform<float>(3 * 81, -1, 1);
  x[10] = x[11] = 5;  // equal maxima: the first wins
  std::vector<float> y(75), again(75), dx(243);
  std::vector<int64_t> indices(75);
  run_max_pool(p, x.data(), y.data(), indices.data(), {0, 3});
  for (int64_t plane = 0; plane < 3; ++plane)
    for (int64_t i = 0; i < 5; ++i)
      for (int64_t j = 0; j < 5; ++j) {
        float best = -INFINITY;
        int64_t where = -1;
        for (int64_t row = std::max<int64_t>(0, 2 * i - 1); row < std::min<int64_t>(9, 2 * i + 2);
             ++row)
          for (int64_t col = std::max<int64_t>(0, 2 * j - 1); col < std::min<int64_t>(9, 2 * j + 2);
               ++col)
            if (x[plane * 81 + row * 9 + col] > best) {
              best = x[plane * 81 + row * 9 + col];
              where = row * 9 + col;
            }
        const int64_t at = plane * 25 + i * 5 + j;
        REQUIRE(y[at] == best);
        REQUIRE(indices[at] == where);
      }
  const PlaneIndex gather = {DType::kFloat32, 3, 81, 25};
  run_plane_gather(gather, x.data(), indices.data(), again.data(), {0, 3});
  CHECK(again == y);
  const std::vector<float> dy = uniform<float>(75, -1, 1, 7);
  run_plane_scatter(gather, dy.data(), indices.data(), dx.data(), {0, 3});
  double left = 0, right = 0;  // <gather x, dy> = <x, scatter dy>
  for (int i = 0; i < 75; ++i) left += double(again[i]) * dy[i];
  for (int i = 0; i < 243; ++i) right += double(x[i]) * dx[i];
  CHECK(left == doctest::Approx(right));

  x[30] = NAN;
  run_max_pool(p, x.data(), y.data(), nullptr, {0, 3});
  CHECK(std::isnan(y[1 * 5 + 1]));
}

TEST_CASE("average pooling counts padding on request, and its adjoint is one") {
  for (bool include : {false, true}) {
    Pooling p = square_pooling(2, 7, 3, 2, 1, 4);
    p.count_include_pad = include;
    const std::vector<float> x = uniform<float>(98, -1, 1), dy = uniform<float>(32, -1, 1, 5);
    std::vector<float> y(32), dx(98);
    run_average_pool(p, x.data(), y.data(), {0, 2});
    run_average_pool_adjoint(p, dy.data(), dx.data(), {0, 2});
    const float corner = x[0] + x[1] + x[7] + x[8];
    CHECK(y[0] == doctest::Approx(corner / (include ? 9 : 4)));
    double left = 0, right = 0;
    for (int i = 0; i < 32; ++i) left += double(y[i]) * dy[i];
    for (int i = 0; i < 98; ++i) right += double(x[i]) * dx[i];
    CHECK(left == doctest::Approx(right));
  }
}
