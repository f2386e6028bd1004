// What the tape keeps, what writes do to it, and how long chains and loops behave.
#include "core/autograd/eager_testing.h"
#include "runtime/memory/copies.h"
#include "runtime/memory/pool.h"

using namespace weft;
using namespace weft::autograd;
using namespace weft::autograd::testing;

TEST_CASE("the tape keeps what it saved when the array is written") {
  const Array x = leaf({2}, {2, 3});
  Array y;
  {
    const Recording recording;
    y = x * x;
  }
  const CopyStats before = copy_stats();
  REQUIRE(put(part(x, 0, 1), 100).ok());  // a part: the rest has to be copied
  CHECK(copy_stats().count == before.count + 1);
  CHECK(copy_stats().bytes == before.bytes + 16);
  REQUIRE(put(x, 7).ok());  // nobody holds the new content
  CHECK(copy_stats().count == before.count + 1);
  CHECK(values(x) == Numbers{7, 7});
  REQUIRE(run_backward(y).ok());
  CHECK(gradient(x) == Numbers{4, 6});
}

TEST_CASE("overwriting all of a held content copies nothing") {
  const Array x = leaf({2}, {2, 3});
  Array y;
  {
    const Recording recording;
    y = x * x;
  }
  const CopyStats before = copy_stats();
  REQUIRE(put(x, 1).ok());
  CHECK(copy_stats().count == before.count);
  REQUIRE(run_backward(y).ok());
  CHECK(gradient(x) == Numbers{4, 6});
}

TEST_CASE("a write through a view is seen by all and has a gradient") {
  const Array x = leaf({3}, {1, 2, 3});
  const Array y = leaf({2}, {10, 20});
  Array z, total;
  {
    const Recording recording;
    z = x * 2;
    REQUIRE(put(part(z, 1, 2), y * y).ok());
    CHECK(values(z) == Numbers{2, 100, 400});
    total = z * z;
  }
  REQUIRE(run_backward(total).ok());
  CHECK(gradient(x) == Numbers{8, 0, 0});
  CHECK(gradient(y) == Numbers{4000, 32000});
}

TEST_CASE("a leaf is not written while recording, and stays one when written outside") {
  const Array x = leaf({2}, {1, 2});
  {
    const Recording recording;
    const Status status = put(x, 1);
    REQUIRE_FALSE(status.ok());
    CHECK(status.message().find("autograd.pause()") != std::string::npos);
    CHECK_FALSE(put(part(x, 0, 1), 1).ok());
  }
  REQUIRE(put(x, 5).ok());
  Array y;
  {
    const Recording recording;
    y = x * x;
  }
  REQUIRE(run_backward(y).ok());
  CHECK(gradient(x) == Numbers{10, 10});
}

TEST_CASE("an update while a tape lives leaves its gradients right") {
  const Array w = leaf({1}, {3});
  Array first;
  {
    const Recording recording;
    first = w * w * w;
  }
  REQUIRE(put(w, w * 2).ok());
  Array second;
  {
    const Recording recording;
    second = w * w;
  }
  REQUIRE(run_backward(first).ok());
  CHECK(gradient(w) == Numbers{27});
  REQUIRE(run_backward(second).ok());
  CHECK(gradient(w) == Numbers{12});
}

TEST_CASE("state may be written while recording and forgets its history") {
  const Array x = leaf({1}, {3});
  const Array running = array({1}, {1});
  running->box().state = true;
  const Recording recording;
  REQUIRE(put(running, x * 2).ok());
  CHECK(values(running) == Numbers{6});
  CHECK_FALSE(running->is_recorded());
}

TEST_CASE("a loop that fills an array step by step is linear and has the right gradients") {
  constexpr int64_t kSteps = 2000, kWidth = 1;
  const Array x = leaf({1}, {1});
  const Array w = leaf({1}, {1.0005});
  const Array out = array({kSteps * kWidth});
  const CopyStats before = copy_stats();
  {
    const Recording recording;
    REQUIRE(put(part(out, 0, 1), x).ok());
    for (int64_t t = 1; t < kSteps; ++t)
      REQUIRE(put(part(out, t, 1), part(out, t - 1, 1) * w).ok());
  }
  // Copying the array at each step would be kSteps² numbers.
  CHECK(copy_stats().bytes - before.bytes <= 2 * kSteps * 8);
  Array last;
  {
    const Recording recording;
    last = part(out, kSteps - 1, 1) * 1;
  }
  REQUIRE(run_backward(last).ok());
  const double power = values(last)[0];
  CHECK(gradient(x)[0] == doctest::Approx(power));
  CHECK(gradient(w)[0] == doctest::Approx((kSteps - 1) * power / 1.0005));
}

TEST_CASE("a chain of a million nodes is swept and freed without recursion") {
  const Array x = leaf({1}, {1});
  Array y = x;
  {
    const Recording recording;
    for (int i = 0; i < 1000000; ++i) y = y * 1.0;
  }
  REQUIRE(run_backward(y).ok());
  CHECK(gradient(x) == Numbers{1});
  y = x;  // frees the chain
}

TEST_CASE("a second backward needs the graph to be retained") {
  const Array x = leaf({1}, {3});
  Array y;
  {
    const Recording recording;
    y = x * x;
  }
  REQUIRE(run_backward(y, true).ok());
  REQUIRE(run_backward(y).ok());
  const Status status = run_backward(y);
  REQUIRE_FALSE(status.ok());
  CHECK(status.message().find("retain_graph") != std::string::npos);
}

TEST_CASE("a sum saves nothing and may be swept again") {
  const Array x = leaf({2}, {1, 2});
  Array y;
  {
    const Recording recording;
    y = x + x;
  }
  CHECK_FALSE(x->box().storage()->held_as_value());
  REQUIRE(run_backward(y).ok());
  REQUIRE(run_backward(y).ok());
  CHECK(gradient(x) == Numbers{2, 2});
}
