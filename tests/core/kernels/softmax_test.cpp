// softmax and log_softmax against their definitions.
#include "kernels/normalize/softmax.h"

#include <algorithm>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/normalize/softmax_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

TEST_CASE("softmax rows sum to one and log_softmax is its logarithm") {
  for (int64_t cols : {1, 3, 10, 64, 1000, 3000}) {
    const std::vector<double> x = uniform<double>(4 * cols, -20, 20);
    const std::vector<float> narrow(x.begin(), x.end());
    std::vector<double> y(4 * cols), log_y(4 * cols);
    std::vector<float> y32(4 * cols);
    run_softmax({DType::kFloat64, 4, cols, false}, x.data(), y.data(), {0, 4}, nullptr);
    run_softmax({DType::kFloat64, 4, cols, true}, x.data(), log_y.data(), {0, 4}, nullptr);
    run_softmax({DType::kFloat32, 4, cols, false}, narrow.data(), y32.data(), {0, 4}, nullptr);
    for (int64_t row = 0; row < 4; ++row) {
      double maximum = -INFINITY, sum = 0;
      for (int64_t j = 0; j < cols; ++j) maximum = std::max(maximum, x[row * cols + j]);
      for (int64_t j = 0; j < cols; ++j) sum += std::exp(x[row * cols + j] - maximum);
      for (int64_t j = 0; j < cols; ++j) {
        const double exact = std::exp(x[row * cols + j] - maximum) / sum;
        REQUIRE(y[row * cols + j] == doctest::Approx(exact).epsilon(1e-13));
        REQUIRE(log_y[row * cols + j] == doctest::Approx(std::log(exact)).epsilon(1e-12));
        REQUIRE(y32[row * cols + j] == doctest::Approx(exact).epsilon(1e-5));
      }
    }
    std::vector<std::vector<float>> results;
    for (Isa isa : available_isas()) {
      if (isa == Isa::kGeneric) continue;
      const auto softmax = WEFT_KERNEL_OF(isa, kSoftmaxes)[int(DType::kFloat32)];
      softmax({DType::kFloat32, 4, cols, false}, narrow.data(), y32.data(), {0, 4});
      results.push_back(y32);
    }
    for (const auto& result : results) CHECK(result == results[0]);
  }
}

namespace {

// Of one row, in float64; the loss of a label is the logarithm's negative.
std::vector<double> exact_softmax(const float* row, int64_t cols) {
  std::vector<double> shares(static_cast<size_t>(cols));
  const double maximum = *std::max_element(row, row + cols);
  double sum = 0;
  for (int64_t i = 0; i < cols; ++i)
    sum += shares[static_cast<size_t>(i)] = std::exp(row[i] - maximum);
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
        run_softmax(plain, from.data, y.data, part, nullptr);
        run_softmax(logarithmic, from.data, logarithms.data, part, nullptr);
        run_cross_entropy(plain, from.data, labels.data(), losses.data, part, nullptr);
        run_cross_entropy_gradient(plain, cotangents.data(), from.data, labels.data(), dx.data,
                                   part, nullptr);
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
          run_softmax_gradient(problem, of_results.data(), results, dx.data, part, nullptr);
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
    }
}

namespace {

// [rows / inner][inner][cols] as [rows / inner][cols][inner], or back.
template <class T>
std::vector<T> turned(const std::vector<T>& from, int64_t cols, int64_t inner, bool back) {
  std::vector<T> to(from.size());
  for (size_t i = 0; i < from.size(); ++i) {
    const int64_t row = int64_t(i) / cols, col = int64_t(i) % cols;
    const auto place = size_t(row / inner * inner * cols + col * inner + row % inner);
    to[back ? i : place] = from[back ? place : i];
  }
  return to;
}

template <class T>
std::vector<T> samples(int64_t count, double maximum, uint64_t seed) {
  return uniform<T>(count, -maximum, maximum, seed);
}
template <>
std::vector<uint16_t> samples<uint16_t>(int64_t count, double maximum, uint64_t seed) {
  std::vector<uint16_t> halves;
  for (const float value : uniform<float>(count, -maximum, maximum, seed))
    halves.push_back(to_bfloat16(value));
  return halves;
}

// Rows whose elements lie apart against the same rows of neighbours, in two parts.
template <class T>
void compare_apart(DType dtype, int64_t rows, int64_t cols, int64_t inner, bool logarithm,
                   double bound) {
  CAPTURE(dtype);
  CAPTURE(rows);
  CAPTURE(cols);
  CAPTURE(inner);
  const int64_t count = rows * cols;
  const auto x = samples<T>(count, 10, 1), dy = samples<T>(count, 1, 2);
  const auto dloss = samples<T>(rows, 2, 3);
  std::vector<int64_t> labels(static_cast<size_t>(rows));
  for (int64_t r = 0; r < rows; ++r)
    labels[static_cast<size_t>(r)] = r % 2 ? r % cols : r % cols - cols;
  std::vector<T> y(x.size()), dx(x.size()), of_loss(x.size()), loss(dloss.size());
  const Softmax near{dtype, rows, cols, logarithm};
  const Range all{0, rows};
  run_softmax(near, x.data(), y.data(), all, nullptr);
  run_softmax_gradient(near, dy.data(), y.data(), dx.data(), all, nullptr);
  const Softmax near_labels{dtype, rows, cols, false};
  run_cross_entropy(near_labels, x.data(), labels.data(), loss.data(), all, nullptr);
  run_cross_entropy_gradient(near_labels, dloss.data(), x.data(), labels.data(), of_loss.data(),
                             all, nullptr);

  const Softmax apart{dtype, rows, cols, logarithm, inner};
  const Softmax apart_labels{dtype, rows, cols, false, inner};
  const auto guarded = [&](const std::vector<T>& values) {
    return Guarded<T>(turned(values, cols, inner, false).data(), count, true);
  };
  const Guarded<T> from = guarded(x), cotangents = guarded(dy), results = guarded(y);
  const Guarded<T> found(nullptr, count, true), found_loss(nullptr, rows, true);
  const Guarded<char> one(nullptr, softmax_scratch(apart, 1), true);
  const Guarded<char> two(nullptr, softmax_scratch(apart, 2), true);
  const auto agrees = [&](const std::vector<T>& wanted) {
    const std::vector<T> of_places(found.data, found.data + count);
    const auto of_rows = turned(of_places, cols, inner, true);
    for (size_t i = 0; i < wanted.size(); ++i)
      REQUIRE(std::abs(double(of_rows[i]) - double(wanted[i])) <= bound);
  };
  const Range parts[] = {{rows / 3, rows}, {0, rows / 3}};
  for (const Range part : parts) run_softmax(apart, from.data, found.data, part, one.data);
  agrees(y);
  for (const Range part : parts)
    run_softmax_gradient(apart, cotangents.data, results.data, found.data, part, two.data);
  agrees(dx);
  for (const Range part : parts)
    run_cross_entropy_gradient(apart_labels, dloss.data(), from.data, labels.data(), found.data,
                               part, one.data);
  agrees(of_loss);
  for (const Range part : parts)
    run_cross_entropy(apart_labels, from.data, labels.data(), found_loss.data, part, one.data);
  for (size_t r = 0; r < loss.size(); ++r)
    REQUIRE(std::abs(double(found_loss.data[r]) - double(loss[r])) <= bound);
}

}  // namespace

TEST_CASE("rows whose elements lie apart agree with rows of neighbours") {
  for (const int64_t cols : {1, 2, 21, 97, 700})
    for (const auto& [outer, inner] :
         {std::pair<int64_t, int64_t>{1, 2}, {40, 3}, {3, 17}, {2, 100}, {1, 300}, {2, 513}})
      for (const bool logarithm : {false, true}) {
        compare_apart<float>(DType::kFloat32, outer * inner, cols, inner, logarithm, 1e-5);
        // The same kernel of rows, once they are turned.
        compare_apart<double>(DType::kFloat64, outer * inner, cols, inner, logarithm, 0);
        compare_apart<uint16_t>(DType::kBFloat16, outer * inner, cols, inner, logarithm, 0);
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
      const SoftmaxColumns columns{kClasses,  kColumns, kColumns, kColumns,
                                   logarithm, nullptr,  nullptr};
      WEFT_KERNEL_OF(isa, softmax_columns)(columns, x.data(), y.data());
      for (int64_t i = 0; i < kClasses; ++i)  // of -INFINITY alone
        REQUIRE(y[static_cast<size_t>(i * kColumns + 3)] == (logarithm ? -INFINITY : 0.0f));
      for (const int64_t column : {0, 1})
        for (int64_t i = 0; i < kClasses; ++i)
          REQUIRE(std::isnan(y[static_cast<size_t>(i * kColumns + column)]));
      REQUIRE(y[kColumns + 2] == (logarithm ? -INFINITY : 0.0f));
      for (int64_t i = 0; i < kColumns * kClasses; ++i)
        if (i % kColumns > 3) REQUIRE(std::isfinite(y[static_cast<size_t>(i)]));
      if (isa == Isa::kGeneric) continue;
      for (int64_t i = 0; i < kClasses; ++i)
        for (const int64_t column : {0, 1}) y[static_cast<size_t>(i * kColumns + column)] = 0;
      results.push_back(y);
    }
    for (const auto& result : results) CHECK(result == results[0]);
  }
}
