// Views straight from arguments are those of the operators' rules, or are left to the rules.
#include "eager/direct_views.h"

#include <random>

#include "core/autograd/eager_testing.h"

using namespace weft;
using namespace weft::autograd::testing;
using ops::Argument;
using ops::Geometry;

namespace {

// What the operator's own rules say; none where they refuse the call or need a copy.
std::optional<Geometry> by_rules(const ops::OpDef& op, std::span<const Argument> given,
                                 const Tensor& base) {
  Argument complete[8];
  if (!ops::complete_attributes(op, given, complete).ok()) return std::nullopt;
  const ops::TensorType in{base.dtype(), base.shape()};
  const std::span<const Argument> attributes(complete, op.attributes.size());
  const auto types = ops::infer(op, {&in, 1}, attributes);
  if (!types.ok()) return std::nullopt;
  return op.view_rule(ops::InferContext(op, {&in, 1}, attributes),
                      {base.shape(), base.strides(), base.offset()}, types.value()[0], 0);
}

// Gives whether the short way was taken.
bool agrees(const char* name, std::span<const Argument> given, const Tensor& base) {
  const ops::OpDef& op = ops::op_named(name);
  Geometry direct;
  if (!eager::direct_view(op, given, base, direct)) return false;
  const std::optional<Geometry> ruled = by_rules(op, given, base);
  REQUIRE(ruled.has_value());
  CHECK(direct.shape == ruled->shape);
  CHECK(direct.strides == ruled->strides);
  CHECK(direct.offset == ruled->offset);
  return true;
}

// Numbers in ranges, from one seed.
struct Dice {
  std::mt19937 engine{7};
  int64_t operator()(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine);
  }
  Shape list(int rank, int64_t low, int64_t high) {
    Shape drawn;
    for (int axis = 0; axis < rank; ++axis) drawn.push_back((*this)(low, high));
    return drawn;
  }
};

// An array whose axes are out of order and have gaps, or a dense one.
Array base_of(Dice& dice) {
  const int rank = static_cast<int>(dice(0, 4));
  const Array whole = array(dice.list(rank, dice(0, 9) == 0 ? 0 : 1, 4));
  if (rank == 0 || dice(0, 1) == 0) return whole;
  const Array turned = call("transpose", {arg(whole)});
  Shape begin, size, step;
  for (const int64_t extent : turned->shape()) {
    begin.push_back(0);
    step.push_back(2);
    size.push_back((extent + 1) / 2);
  }
  return call("slice", {arg(turned), Argument::of_ints(begin.span()),
                        Argument::of_ints(size.span()), Argument::of_ints(step.span())});
}

}  // namespace

TEST_CASE("direct slices are those of the rule") {
  Dice dice;
  int taken = 0;
  for (int round = 0; round < 4000; ++round) {
    const Array base = base_of(dice);
    const int rank = base->rank() + (dice(0, 30) == 0 ? 1 : 0);
    const Shape begin = dice.list(rank, -1, 3), size = dice.list(rank, 0, 3);
    const Shape step = dice.list(rank, -2, 2);
    const Argument given[] = {Argument::of_ints(begin.span()), Argument::of_ints(size.span()),
                              Argument::of_ints(step.span())};
    taken += agrees("slice", given, *base);
  }
  CHECK(taken > 400);
}

TEST_CASE("direct transposes are those of the rule") {
  Dice dice;
  int taken = 0;
  for (int round = 0; round < 2000; ++round) {
    const Array base = base_of(dice);
    const Shape axes = dice.list(base->rank(), -base->rank(), base->rank());
    const Argument given[] = {Argument::of_ints(axes.span())};
    taken += agrees("transpose", given, *base);
    CHECK(agrees("transpose", {}, *base));
  }
  CHECK(taken > 200);
}

TEST_CASE("direct reshapes are those of the rule") {
  Dice dice;
  int taken = 0;
  for (int round = 0; round < 8000; ++round) {
    const Array base = base_of(dice);
    // Often the array's own extents, in which one becomes two or -1.
    Shape asked = dice(0, 3) == 0 ? dice.list(static_cast<int>(dice(0, 4)), -2, 4) : Shape();
    if (asked.rank() == 0)
      for (const int64_t extent : base->shape()) {
        if (dice(0, 2) == 0) asked.push_back(1);
        if (extent != 1 || dice(0, 1) == 0) asked.push_back(extent);
      }
    if (asked.rank() > 0 && dice(0, 2) == 0) asked[0] = -1;
    const Argument given[] = {Argument::of_ints(asked.span())};
    taken += agrees("reshape", given, *base);
    const Argument one[] = {Argument::of_int(dice(-1, 4))};
    taken += agrees("reshape", one, *base);
  }
  CHECK(taken > 2000);
}

TEST_CASE("what direct views cannot tell is left to the rules") {
  const Array base = array({2, 3});
  Geometry view;
  const auto direct = [&](const char* name, std::initializer_list<Argument> given) {
    return eager::direct_view(ops::op_named(name), {given.begin(), given.size()}, *base, view);
  };
  const int64_t zeros[] = {0, 0}, ones[] = {1, 1}, far[] = {INT64_MAX, INT64_MAX};
  const auto ints = [](const int64_t* list) { return Argument::of_ints({list, 2}); };
  CHECK(direct("slice", {ints(zeros), ints(ones), ints(ones)}));
  CHECK(!direct("slice", {ints(far), ints(ones), ints(ones)}));
  CHECK(!direct("slice", {ints(zeros), ints(far), ints(far)}));
  CHECK(!direct("slice", {ints(zeros), ints(ones)}));
  CHECK(!direct("slice", {ints(zeros), ints(ones), ints(ones), Argument::of_bool(true)}));
  CHECK(!direct("slice", {Argument::of_ints({zeros, 1}), ints(ones), ints(ones)}));
  CHECK(!direct("reshape", {ints(far)}));
  CHECK(!direct("reshape", {}));
  CHECK(!direct("reshape", {Argument::of_float(6)}));
  CHECK(!direct("transpose", {ints(far)}));
  CHECK(!direct("transpose", {ints(zeros)}));
  CHECK(!direct("add", {}));
}
