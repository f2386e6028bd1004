// Broadcasting, axes, strides, and the texts of the errors they give.
#include "base/shape.h"

#include "base/errors.h"
#include "doctest.h"

using namespace weft;

TEST_CASE("shapes print as Python's tuples") {
  CHECK(to_string(Shape{2, 3}) == "(2, 3)");
  CHECK(to_string(Shape{4}) == "(4,)");
  CHECK(to_string(Shape{}) == "()");
}

TEST_CASE("broadcasting stretches axes of extent one") {
  const auto of = [](Shape a, Shape b) { return broadcast(a, b, "op", "a", "b"); };
  CHECK(of({2, 3}, {3}).value() == Shape{2, 3});
  CHECK(of({2, 1}, {1, 5}).value() == Shape{2, 5});
  CHECK(of({}, {2, 0}).value() == Shape{2, 0});
  CHECK(of({1}, {0}).value() == Shape{0});
  const auto failed = of({2, 3}, {4});
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.status().message() ==
        "op: shapes of `a` (2, 3) and `b` (4,) do not broadcast: axis -1 has extents 3 and 4, and "
        "neither is 1");
  CHECK_FALSE(of({2, 0}, {2, 3}).ok());
}

TEST_CASE("axes count from both ends") {
  CHECK(normalize_axis(1, 2, "op", "axis").value() == 1);
  CHECK(normalize_axis(-2, 2, "op", "axis").value() == 0);
  for (int64_t axis : {int64_t{2}, int64_t{-3}, INT64_MAX, INT64_MIN}) {
    const auto failed = normalize_axis(axis, 2, "mean", "axis");
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.status().code() == StatusCode::kIndexOutOfRange);
    CHECK(failed.status().message() ==
          "mean: `axis` must be in [-2, 2) for an array of rank 2; got " + std::to_string(axis));
  }
}

TEST_CASE("elements are counted in 63 bits") {
  const auto of = [](std::initializer_list<int64_t> extents) {
    return checked_elements({extents.begin(), extents.size()}, "op", "shape");
  };
  CHECK(of({}).value() == 1);
  CHECK(of({2, 3}).value() == 6);

  CHECK(of({kMaxElements}).value() == kMaxElements);
  CHECK(of({0, kMaxElements}).value() == 0);

  CHECK_FALSE(of({INT64_MAX, 2}).ok());
  CHECK_FALSE(of({kMaxElements, 2}).ok());
  CHECK_FALSE(of({kMaxElements, 0, 2}).ok());  // an array without elements has strides, too
  CHECK_FALSE(of({int64_t{1} << 32, int64_t{1} << 32}).ok());  // 0 when it wraps
  CHECK_FALSE(of({592338991, 7785552004}).ok());               // 60
  CHECK_FALSE(of({2, -1}).ok());
  CHECK_FALSE(of({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}).ok());
}

TEST_CASE("sizes that do not fit stay too many, whatever they are multiplied with") {
  const Checked large = int64_t{1} << 40;
  CHECK((large * large).value() == kTooMany);
  CHECK_FALSE((large * large + 1).fits());
  CHECK((Checked(kTooMany) + 1).value() == kTooMany);
  CHECK((Checked(kTooMany) * kTooMany).value() == kTooMany);
  CHECK((Checked(kTooMany) * 0).value() == 0);
  CHECK(Checked(-1).value() == kTooMany);
  CHECK((large * 8 + 5).value() == (int64_t{1} << 43) + 5);
  CHECK(Shape{int64_t{1} << 32, int64_t{1} << 32}.elements() == kTooMany);
  CHECK(Shape{int64_t{1} << 62, 4, 0}.elements() == 0);
}

TEST_CASE("an array is dense when its strides leave no gap that matters") {
  CHECK(dense_strides({2, 3, 4}) == Shape{12, 4, 1});
  CHECK(is_dense({2, 3}, {3, 1}));
  CHECK(is_dense({1, 3}, {77, 1}));
  CHECK(is_dense({0, 3}, {5, 5}));
  CHECK(is_dense({}, {}));
  CHECK_FALSE(is_dense({2, 3}, {1, 2}));
  CHECK_FALSE(is_dense({2}, {-1}));
}

TEST_CASE("errors say where, what and which") {
  CHECK(errors::internal("plan", "step ", 3).message() ==
        "plan: internal error, please report: step 3");
  CHECK(errors::invalid_type("f", "`x` is ", DType::kInt8).message() == "f: `x` is int8");
  CHECK(errors::out_of_memory("array", 5).code() == StatusCode::kOutOfMemory);
  CHECK(Status().ok());
  CHECK(Status().message().empty());
  const Status failure = errors::io("f", "x");
  Status copy = failure;
  const Status moved = std::move(copy);
  CHECK(copy.ok());
  CHECK(moved.message() == failure.message());
}
