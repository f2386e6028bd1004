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
