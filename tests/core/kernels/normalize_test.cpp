// Normalised rows and channels against loops in double, on every instruction set.
#include "kernels/normalize/normalize.h"

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/normalize/channels.h"
#include "kernels/normalize/channels_kernels_impl.h"
#include "kernels/normalize/normalize_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

struct Row {
  double mean = 0, inverse = 0;
};
Row moments(const float* x, int64_t cols, bool is_centred, double eps) {
  double mean = 0, squares = 0;
  for (int64_t i = 0; is_centred && i < cols; ++i) mean += x[i] / double(cols);
  for (int64_t i = 0; i < cols; ++i) squares += (x[i] - mean) * (x[i] - mean) / double(cols);
  return {mean, 1 / std::sqrt(squares + eps)};
}

void check_close(const std::vector<float>& found, const std::vector<double>& exact, double scale) {
  REQUIRE(found.size() == exact.size());
  for (size_t i = 0; i < found.size(); ++i)
    REQUIRE(found[i] == doctest::Approx(exact[i]).epsilon(1e-5).scale(scale));
}

}  // namespace

TEST_CASE("rows are normalised, and their gradient is that of the formula") {
  for (const bool is_centred : {true, false}) {
    for (const int64_t cols : {1, 3, 16, 17, 63, 64, 65, 130, 1024, 1500}) {
      const int64_t rows = 35;  // more than one block of them
      const auto x = uniform<float>(rows * cols, 3, 7, 1),
                 dy = uniform<float>(rows * cols, -1, 1, 2);
      const auto gamma = uniform<float>(cols, -1, 1, 3), beta = uniform<float>(cols, -1, 1, 4);
      const Normalize p{DType::kFloat32, rows, cols, 1e-2, is_centred};
      std::vector<double> y(x.size()), dx(x.size()), dgamma(cols), dbeta(cols);
      for (int64_t r = 0; r < rows; ++r) {
        const float *row = x.data() + r * cols, *cotangent = dy.data() + r * cols;
        const Row m = moments(row, cols, is_centred, p.eps);
        double mean = 0, share = 0;
        for (int64_t i = 0; i < cols; ++i) {
          const double unit = (row[i] - m.mean) * m.inverse, g = double(cotangent[i]) * gamma[i];
          y[r * cols + i] = unit * gamma[i] + beta[i];
          mean += is_centred ? g / double(cols) : 0;
          share += g * unit / double(cols);
          dgamma[i] += cotangent[i] * unit;
          dbeta[i] += cotangent[i];
        }
        for (int64_t i = 0; i < cols; ++i)
          dx[r * cols + i] = m.inverse * (double(cotangent[i]) * gamma[i] - mean -
                                          (row[i] - m.mean) * m.inverse * share);
      }
      std::vector<std::vector<float>> results;
      for (Isa isa : available_isas()) {
        const int dtype = int(DType::kFloat32);
        const auto forward = WEFT_KERNEL_OF(isa, kNormalizes)[dtype];
        std::vector<float> found(x.size()), back(x.size()), sums(2 * 2 * cols);
        forward(p, {x.data(), gamma.data(), beta.data(), found.data()}, {0, 9});
        const Guarded<float> guarded(x.data(), rows * cols, true);
        forward(p, {guarded.data, gamma.data(), beta.data(), found.data()}, {9, rows});
        const auto gradient = WEFT_KERNEL_OF(isa, kNormalizeGradients)[dtype];
        gradient(p, {dy.data(), guarded.data, gamma.data(), back.data(), sums.data()}, {0, 2});
        check_close(found, y, 1);
        check_close(back, dx, 10);
        for (int64_t i = 0; i < cols; ++i) {
          REQUIRE(sums[i] + sums[2 * cols + i] ==
                  doctest::Approx(dgamma[i]).epsilon(1e-4).scale(5));
          REQUIRE(sums[cols + i] + sums[3 * cols + i] ==
                  doctest::Approx(dbeta[i]).epsilon(1e-5).scale(5));
        }
        found.insert(found.end(), back.begin(), back.end());
        if (isa != Isa::kGeneric) results.push_back(found);
      }
      for (const auto& result : results) CHECK(result == results[0]);
    }
  }
}

TEST_CASE("channels of bfloat16 are those of float32, and rounded once") {
  for (const int64_t block : {1, 8, 16})
    for (const int64_t inner : {2, 15, 49, 1030}) {
      const int64_t outer = 3, channels = 2 * block, count = outer * channels * inner;
      const std::vector<float> scale = uniform<float>(channels, 1, 2, 7);
      const Elements x(DType::kBFloat16, uniform<float>(count, -1, 3, 5)),
          dy(DType::kBFloat16, uniform<float>(count, -1, 1, 6));
      for (Isa isa : available_isas()) {
        // Numbers of channels, then y and dx.
        const auto run = [&](DType dtype) {
          const ChannelKernels& k = block > 1 ? WEFT_KERNEL_OF(isa, kBlockedChannels)
                                              : WEFT_KERNEL_OF(isa, kChannels)[int(dtype)];
          const Channels p{dtype, outer, channels, inner, block};
          const Elements in(dtype, x.values()), cotangent(dtype, dy.values());
          std::vector<float> of(4 * channels);
          float *mean = of.data(), *variance = mean + channels, *sum = variance + channels,
                *product = sum + channels;
          k.moments(p, in.data(), mean, variance, {0, p.units()});
          k.sums(p, {cotangent.data(), in.data(), mean, sum, product}, {0, p.units()});
          Elements y(dtype, std::vector<float>(count)), dx(dtype, std::vector<float>(count));
          k.affine(p, {in.data(), mean, scale.data(), sum, y.data()}, {0, p.planes()});
          k.mix(p, {cotangent.data(), in.data(), mean, scale.data(), variance, sum, dx.data()},
                {0, p.planes()});
          for (const Elements& result : {y, dx}) {
            const Elements rounded(DType::kBFloat16, result.values());
            for (const float value : rounded.values()) of.push_back(value);
          }
          return of;
        };
        CHECK(run(DType::kBFloat16) == run(DType::kFloat32));
      }
    }
}

TEST_CASE("channels have the moments and sums of their elements, far from zero, too") {
  for (const int64_t inner : {2, 15, 16, 49, 130, 5000}) {
    const int64_t outer = inner > 1000 ? 2 : 90, channels = 3, count = outer * channels * inner;
    const auto x = uniform<float>(count, 999, 1001, 5), dy = uniform<float>(count, -1, 1, 6);
    const Channels p{DType::kFloat32, outer, channels, inner};
    std::vector<std::vector<float>> results;
    for (Isa isa : available_isas()) {
      const ChannelKernels& k = WEFT_KERNEL_OF(isa, kChannels)[int(DType::kFloat32)];
      std::vector<float> mean(3), variance(3), sum(3), product(3), y(count), dx(count);
      k.moments(p, x.data(), mean.data(), variance.data(), {0, 1});
      k.moments(p, x.data(), mean.data(), variance.data(), {1, 3});
      k.sums(p, {dy.data(), x.data(), mean.data(), sum.data(), product.data()}, {0, 3});
      const auto number = uniform<float>(3, 1, 2, 7);
      k.affine(p, {x.data(), mean.data(), number.data(), sum.data(), y.data()},
               {0, outer * channels});
      k.mix(
          p,
          {dy.data(), x.data(), mean.data(), number.data(), variance.data(), sum.data(), dx.data()},
          {0, outer * channels});
      for (int64_t c = 0; c < channels; ++c) {
        double exact_mean = 0, squares = 0, all = 0, with_x = 0;
        const auto each = [&](auto f) {
          for (int64_t n = 0; n < outer; ++n)
            for (int64_t i = 0; i < inner; ++i) f((n * channels + c) * inner + i);
        };
        const double size = double(outer * inner);
        each([&](int64_t i) { exact_mean += x[i] / size; });
        each([&](int64_t i) {
          squares += (x[i] - exact_mean) * (x[i] - exact_mean) / size;
          all += dy[i];
          with_x += dy[i] * (double(x[i]) - mean[c]);
        });
        CHECK(mean[c] == doctest::Approx(exact_mean).epsilon(2e-7));
        CHECK(variance[c] == doctest::Approx(squares).epsilon(1e-4));
        CHECK(sum[c] == doctest::Approx(all).epsilon(1e-4).scale(1));
        CHECK(product[c] == doctest::Approx(with_x).epsilon(1e-4).scale(1));
        each([&](int64_t i) {
          const double centred = double(x[i]) - mean[c];
          REQUIRE(y[i] == doctest::Approx(centred * number[c] + sum[c]).epsilon(1e-5).scale(1));
          REQUIRE(dx[i] == doctest::Approx(dy[i] * number[c] + centred * variance[c] + sum[c])
                               .epsilon(1e-5)
                               .scale(1));
        });
      }
      y.insert(y.end(), dx.begin(), dx.end());
      y.insert(y.end(), variance.begin(), variance.end());
      if (isa != Isa::kGeneric) results.push_back(y);
    }
    for (const auto& result : results) CHECK(result == results[0]);
  }
}
