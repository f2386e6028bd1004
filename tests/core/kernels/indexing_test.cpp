// Elements and rows at positions, and the adjoint sums.
#include "kernels/indexing/indexing.h"

#include <vector>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/indexing/indexing_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

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
  run_take_adjoint(p, taken.data(), rows.data(), 3, dx.data(), {0, take_adjoint_units(p)});
  CHECK(dx == std::vector<float>{0, 1, 0, 0, 8, 10, 6, 7, 0, 0, 20, 22});
  CHECK(first_out_of_range(rows.data(), 3, 3) == -1);
  CHECK(first_out_of_range(rows.data(), 3, 2) == 0);
  const Indexing clipping = {DType::kFloat32, 2, 3, 2, true};
  const std::vector<int64_t> wild = {9, -9, 0, 0};
  run_pick(clipping, x.data(), wild.data(), y.data(), {0, 2});
  CHECK(y == std::vector<float>{4, 1, 6, 7});
}

TEST_CASE("rows added at repeated positions are added in their order, in units of every cut") {
  struct Sizes {
    int64_t outer, axis, inner;
  };
  for (const Sizes s : {Sizes{1, 1, 1}, Sizes{1, 2, 1100}, Sizes{1, 37, 300}, Sizes{3, 40, 1030},
                        Sizes{1, 5000, 3}, Sizes{20, 7, 5}, Sizes{1, 3, 0}, Sizes{0, 4, 3}}) {
    const int64_t count = 100;
    Indexing p{DType::kFloat32, s.outer, s.axis, s.inner, false};
    const auto dy = uniform<float>(s.outer * count * s.inner, -1, 1, 1);
    std::vector<int64_t> index(count);
    Samples samples(2);
    for (int64_t& i : index) i = int64_t(samples.bits() % uint64_t(2 * s.axis)) - s.axis;
    std::vector<float> wanted(s.outer * s.axis * s.inner);
    for (int64_t o = 0; o < s.outer; ++o)
      for (int64_t j = 0; j < count; ++j)
        for (int64_t i = 0; i < s.inner; ++i)
          wanted[(o * s.axis + (index[j] + s.axis) % s.axis) * s.inner + i] +=
              dy[(o * count + j) * s.inner + i];
    const int64_t units = take_adjoint_units(p);
    for (Isa isa : available_isas()) {
      std::vector<float> dx(wanted.size(), 7);
      const auto adjoint = WEFT_KERNEL_OF(isa, kTakeAdjoints)[int(p.dtype)];
      for (int64_t unit = units; unit-- > 0;)
        adjoint(p, dy.data(), index.data(), count, dx.data(), {unit, unit + 1});
      REQUIRE(dx == wanted);
    }
  }
}

TEST_CASE("several elements are picked for each position, in every instruction set and cut") {
  struct Sizes {
    int64_t outer, axis, picked, inner;
  };
  for (const Sizes s : {Sizes{1, 1, 1, 1}, Sizes{3, 7, 40, 1}, Sizes{1, 5, 9, 130},
                        Sizes{2, 33, 4, 77}, Sizes{20, 4, 3, 2}, Sizes{2, 3, 0, 4}}) {
    const Indexing p{DType::kFloat32, s.outer, s.axis, s.inner, false, s.picked};
    const int64_t count = s.outer * s.picked * s.inner;
    const auto x = uniform<float>(s.outer * s.axis * s.inner, -1, 1, 1);
    std::vector<int64_t> index(count);
    Samples samples(2);
    for (int64_t& i : index) i = int64_t(samples.bits() % uint64_t(2 * s.axis)) - s.axis;
    std::vector<float> wanted(count), sums(x.size());
    for (int64_t at = 0; at < count; ++at) {
      const int64_t o = at / s.inner / s.picked, i = at % s.inner;
      const int64_t from = (o * s.axis + (index[at] + s.axis) % s.axis) * s.inner + i;
      wanted[at] = x[from];
      sums[from] += wanted[at];
    }
    const int64_t units = pick_adjoint_units(p);
    for (Isa isa : available_isas()) {
      std::vector<float> y(count, 7), dx(x.size(), 7);
      const auto pick = WEFT_KERNEL_OF(isa, kPicks)[int(p.dtype)];
      const auto adjoint = WEFT_KERNEL_OF(isa, kPickAdjoints)[int(p.dtype)];
      for (int64_t row = s.outer * s.picked; row-- > 0;)
        pick(p, x.data(), index.data(), y.data(), {row, row + 1});
      REQUIRE(y == wanted);
      for (int64_t unit = units; unit-- > 0;)
        adjoint(p, wanted.data(), index.data(), dx.data(), {unit, unit + 1});
      REQUIRE(dx == sums);
    }
  }
}

TEST_CASE("an index outside its axis is found wherever it stands") {
  for (Isa isa : available_isas()) {
    const auto all_inside = WEFT_KERNEL_OF(isa, all_inside);
    for (int64_t count = 0; count < 40; ++count) {
      std::vector<int64_t> index(count, 2);
      CHECK(all_inside(index.data(), count, 3));
      for (int64_t at = 0; at < count; ++at) {
        for (const int64_t wrong : {int64_t{3}, int64_t{-4}, INT64_MAX, INT64_MIN}) {
          index[at] = wrong;
          CHECK(!all_inside(index.data(), count, 3));
        }
        index[at] = -3;
        CHECK(all_inside(index.data(), count, 3));
        CHECK(!all_inside(index.data(), count, 0));
      }
    }
  }
}
