// softmax and log_softmax against their definitions.
#include "kernels/softmax.h"

#include <algorithm>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

TEST_CASE("softmax rows sum to one and log_softmax is its logarithm") {
  for (int64_t cols : {1, 3, 10, 64, 1000, 3000}) {
    const std::vector<double> x = uniform<double>(4 * cols, -20, 20);
    const std::vector<float> narrow(x.begin(), x.end());
    std::vector<double> y(4 * cols), log_y(4 * cols);
    std::vector<float> y32(4 * cols);
    run_softmax({DType::kFloat64, 4, cols, false}, x.data(), y.data(), {0, 4});
    run_softmax({DType::kFloat64, 4, cols, true}, x.data(), log_y.data(), {0, 4});
    run_softmax({DType::kFloat32, 4, cols, false}, narrow.data(), y32.data(), {0, 4});
    for (int64_t row = 0; row < 4; ++row) {
      double most = -INFINITY, sum = 0;
      for (int64_t j = 0; j < cols; ++j) most = std::max(most, x[row * cols + j]);
      for (int64_t j = 0; j < cols; ++j) sum += std::exp(x[row * cols + j] - most);
      for (int64_t j = 0; j < cols; ++j) {
        const double exact = std::exp(x[row * cols + j] - most) / sum;
        REQUIRE(y[row * cols + j] == doctest::Approx(exact).epsilon(1e-13));
        REQUIRE(log_y[row * cols + j] == doctest::Approx(std::log(exact)).epsilon(1e-12));
        REQUIRE(y32[row * cols + j] == doctest::Approx(exact).epsilon(1e-5));
      }
    }
    std::vector<std::vector<float>> results;
    for (Isa isa : available_isas()) {
      if (isa == Isa::kGeneric) continue;
      table_of(isa)->softmaxes[int(DType::kFloat32)]({DType::kFloat32, 4, cols, false},
                                                     narrow.data(), y32.data(), {0, 4});
      results.push_back(y32);
    }
    for (const auto& result : results) CHECK(result == results[0]);
  }
}

namespace {

// Of one row, in float64; the loss of a label is the logarithm's negative.
std::vector<double> exact_softmax(const float* row, int64_t cols) {
  std::vector<double> shares(static_cast<size_t>(cols));
  const double most = *std::max_element(row, row + cols);
  double sum = 0;
  for (int64_t i = 0; i < cols; ++i)
    sum += shares[static_cast<size_t>(i)] = std::exp(row[i] - most);
  for (double& share : shares) share /= sum;
  return shares;
}

// Lengths round those that have their elements turned into columns, and rows round a tile of them.
constexpr int64_t kLengths[] = {1, 2, 3, 4, 5, 15, 16, 17, 33, 95, 96, 97, 127, 128, 129};
constexpr int64_t kCounts[] = {1, 15, 17, 63, 64, 65, 130};
constexpr double kBound = 1e-6;  // of shares and of logarithms of at most 40

}  // namespace

TEST_CASE("short rows, columns, losses and gradients agree with float64") {
  for (const int64_t cols : kLengths)
    for (const int64_t rows : kCounts) {
      CAPTURE(cols);
      CAPTURE(rows);
      const auto x = uniform<float>(rows * cols, -10, 10, 1);
      const auto cotangents = uniform<float>(rows, -2, 2, 2);
      std::vector<int64_t> labels(static_cast<size_t>(rows));
      for (int64_t r = 0; r < rows; ++r)
        labels[static_cast<size_t>(r)] = r % 2 ? r % cols : r % cols - cols;
      const Guarded<float> from(x.data(), rows * cols, true), y(nullptr, rows * cols, true);
      const Guarded<float> logarithms(nullptr, rows * cols, true), dx(nullptr, rows * cols, true);
      const Guarded<float> losses(nullptr, rows, true);
      const Softmax plain{DType::kFloat32, rows, cols, false};
      const Softmax logarithmic{DType::kFloat32, rows, cols, true};
      const Range first{0, rows / 3}, rest{rows / 3, rows};
      for (const Range part : {rest, first}) {
        run_softmax(plain, from.data, y.data, part);
        run_softmax(logarithmic, from.data, logarithms.data, part);
        run_cross_entropy(plain, from.data, labels.data(), losses.data, part);
        run_cross_entropy_gradient(plain, cotangents.data(), from.data, labels.data(), dx.data,
                                   part);
      }
      for (int64_t r = 0; r < rows; ++r) {
        const auto exact = exact_softmax(x.data() + r * cols, cols);
        const int64_t label = (labels[static_cast<size_t>(r)] + cols) % cols;
        const double cotangent = cotangents[static_cast<size_t>(r)];
        REQUIRE(std::abs(losses.data[r] + std::log(exact[static_cast<size_t>(label)])) <
                40 * kBound);
        for (int64_t i = 0; i < cols; ++i) {
          const double share = exact[static_cast<size_t>(i)];
          REQUIRE(std::abs(y.data[r * cols + i] - share) < kBound);
          REQUIRE(std::abs(logarithms.data[r * cols + i] - std::log(share)) < 40 * kBound);
          REQUIRE(std::abs(dx.data[r * cols + i] - cotangent * (share - (i == label))) <
                  4 * kBound);
        }
      }
      const auto of_results = uniform<float>(rows * cols, -1, 1, 4);
      for (const bool logarithm : {false, true}) {
        const Softmax& problem = logarithm ? logarithmic : plain;
        const float* const results = logarithm ? logarithms.data : y.data;
        for (const Range part : {rest, first})
          run_softmax_gradient(problem, of_results.data(), results, dx.data, part);
        for (int64_t r = 0; r < rows; ++r) {
          const float *dy = of_results.data() + r * cols, *of_row = results + r * cols;
          double sum = 0;
          for (int64_t i = 0; i < cols; ++i) sum += logarithm ? dy[i] : double(dy[i]) * of_row[i];
          for (int64_t i = 0; i < cols; ++i) {
            const double wanted =
                logarithm ? dy[i] - std::exp(double(of_row[i])) * sum : of_row[i] * (dy[i] - sum);
            REQUIRE(std::abs(dx.data[r * cols + i] - wanted) < 10 * kBound);
          }
        }
      }
      if (!takes_columns(plain)) continue;
      std::vector<float> turned(x.size());
      for (int64_t i = 0; i < rows * cols; ++i)
        turned[static_cast<size_t>(i % cols * rows + i / cols)] = x[static_cast<size_t>(i)];
      const Guarded<float> columns(turned.data(), rows * cols, true);
      for (const Range part : {rest, first})
        run_softmax_of_columns(plain, columns.data, rows, dx.data, part);
      for (int64_t i = 0; i < rows * cols; ++i) REQUIRE(std::abs(dx.data[i] - y.data[i]) < kBound);
    }
}

TEST_CASE("columns have the same bits in every vector's width, and NaN where the formula has it") {
  constexpr int64_t kColumns = 19, kClasses = 40;
  auto x = uniform<float>(kColumns * kClasses, -30, 30, 3);
  x[0] = NAN;
  x[kColumns + 1] = INFINITY;
  x[kColumns + 2] = -INFINITY;
  for (int64_t i = 0; i < kClasses; ++i) x[static_cast<size_t>(i * kColumns + 3)] = -INFINITY;
  for (const bool logarithm : {false, true}) {
    std::vector<std::vector<float>> results;
    for (const Isa isa : available_isas()) {
      std::vector<float> y(x.size());
      table_of(isa)->softmax_columns(
          {kClasses, kColumns, kColumns, kColumns, logarithm, nullptr, nullptr}, x.data(),
          y.data());
      for (const int64_t column : {0, 1, 3})
        for (int64_t i = 0; i < kClasses; ++i)
          REQUIRE(std::isnan(y[static_cast<size_t>(i * kColumns + column)]));
      REQUIRE(y[kColumns + 2] == (logarithm ? -INFINITY : 0.0f));
      for (int64_t i = 0; i < kColumns * kClasses; ++i)
        if (i % kColumns > 3) REQUIRE(std::isfinite(y[static_cast<size_t>(i)]));
      if (isa == Isa::kGeneric) continue;
      for (int64_t i = 0; i < kClasses; ++i)
        for (const int64_t column : {0, 1, 3}) y[static_cast<size_t>(i * kColumns + column)] = 0;
      results.push_back(y);
    }
    for (const auto& result : results) CHECK(result == results[0]);
  }
}
