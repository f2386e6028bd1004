// Elements and rows at positions, and the adjoint sums.
#include "kernels/indexing.h"

#include <vector>

#include "doctest.h"

using namespace weft;
using namespace weft::kernels;

TEST_CASE("pick and take read at positions, negative ones from the end, and have adjoints") {
  const std::vector<float> x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};  // [2, 3, 2]
  const Indexing p = {DType::kFloat32, 2, 3, 2, false};
  const std::vector<int64_t> index = {0, -1, 2, 1};
  std::vector<float> y(4), dx(12);
  run_pick(p, x.data(), index.data(), y.data(), {0, 2});
  CHECK(y == std::vector<float>{0, 5, 10, 9});
  run_pick_adjoint(p, y.data(), index.data(), dx.data(), {0, 2});
  CHECK(dx == std::vector<float>{0, 0, 0, 0, 0, 5, 0, 0, 0, 9, 10, 0});

  const std::vector<int64_t> rows = {2, 0, -1};
  std::vector<float> taken(12);
  run_take(p, x.data(), rows.data(), 3, taken.data(), {0, 6});
  CHECK(taken == std::vector<float>{4, 5, 0, 1, 4, 5, 10, 11, 6, 7, 10, 11});
  run_take_adjoint(p, taken.data(), rows.data(), 3, dx.data(), {0, 2});
  CHECK(dx == std::vector<float>{0, 1, 0, 0, 8, 10, 6, 7, 0, 0, 20, 22});
  CHECK(first_out_of_range(rows.data(), 3, 3) == -1);
  CHECK(first_out_of_range(rows.data(), 3, 2) == 0);
  const Indexing clipping = {DType::kFloat32, 2, 3, 2, true};
  const std::vector<int64_t> wild = {9, -9, 0, 0};
  run_pick(clipping, x.data(), wild.data(), y.data(), {0, 2});
  CHECK(y == std::vector<float>{4, 1, 6, 7});
}
