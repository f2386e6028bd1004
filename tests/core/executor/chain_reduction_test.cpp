// Reductions behind chains: the bits of chain and reduction one after the other, whatever the axes,
// the dtypes, the sizes and the threads; and no array between them.
#include <algorithm>

#include "core/executor/graph_testing.h"
#include "core/executor/run_testing.h"
#include "executor/lowering/lowering.h"

using namespace weft;
using namespace weft::testing;

namespace {

Value reduce(GraphBuilder& b, const char* op, const Value& x, std::span<const int64_t> axes,
             bool keepdims = false, DType dtype = DType::kBool) {
  if (dtype == DType::kBool)
    return b.call(op, {x}, {Argument::of_ints(axes), Argument::of_bool(keepdims)});
  return b.call(op, {x},
                {Argument::of_ints(axes), Argument::of_bool(keepdims), Argument::of_dtype(dtype)});
}

bool reduces(const executor::PlanStep& step) { return step.code && !step.code->reductions.empty(); }

const Shape kShapes[] = {{1},        {7},        {1000},       {5000},         {70000},
                         {3, 5},     {40, 64},   {2, 3000},    {3000, 3},      {300, 130},
                         {33, 2049}, {70, 1030}, {4, 6, 5, 5}, {2, 3, 28, 28}, {3, 1, 17},
                         {9, 70, 11}};

// Up to three reductions over the same axes of what a chain makes, some of it read elsewhere.
Graph random_reductions(unsigned seed, const Shape& shape) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  const DType kDTypes[] = {DType::kFloat32, DType::kFloat32, DType::kBFloat16, DType::kFloat16,
                           DType::kInt32,   DType::kFloat64, DType::kUInt8,    DType::kBool};
  Graph graph;
  GraphBuilder b(graph);
  Shape column = shape;
  column[shape.rank() - 1] = 1;
  const Value x = b.input({kDTypes[pick(8)], shape});
  const Value row = b.input({kDTypes[pick(5)], {shape[shape.rank() - 1]}});
  const Value other = b.input({DType::kFloat32, column});
  std::vector<Value> values = {x * row};
  for (size_t i = 0, length = pick(4); i < length; ++i) {
    const Value v = values[pick(values.size())];
    switch (pick(4)) {
      case 0: values.push_back(v * 0.5); break;
      case 1: values.push_back(ops::cast(v, kDTypes[pick(8)])); break;
      case 2: values.push_back(v + other); break;
      default: values.push_back(ops::where(ops::greater(v, row), v, ops::cast(row, v.dtype())));
    }
  }
  std::vector<int64_t> axes;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (pick(2)) axes.push_back(axis);
  if (axes.empty()) axes.push_back(pick(2) ? -1 : 0);
  for (size_t i = 0, count = 1 + pick(3); i < count; ++i) {
    const char* const kKinds[] = {"sum", "sum", "max", "min", "prod"};
    const char* const kind = kKinds[pick(5)];
    const Value v = values[pick(values.size())];
    const bool adds = kind[0] == 's' || kind[0] == 'p';
    const Value r =
        reduce(b, kind, v, axes, pick(2), adds && pick(3) == 0 ? DType::kFloat64 : DType::kBool);
    b.output(pick(2) ? r : ops::cast(r, DType::kFloat32) * 0.5);
  }
  if (pick(2)) b.output(values[pick(values.size())]);
  if (pick(3) == 0) {  // what reads a result runs behind
    const Value v = ops::cast(values.back(), DType::kFloat32);
    b.output(v - reduce(b, "max", v, axes, true));
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

}  // namespace

TEST_CASE("a chain and its reductions give the bits of one after the other, on any threads") {
  std::mt19937 random(1);
  size_t reducing = 0;
  for (unsigned seed = 0; seed < 20 * std::size(kShapes); ++seed) {
    const Graph graph = random_reductions(seed, kShapes[seed % std::size(kShapes)]);
    const auto inputs = random_inputs(graph, random);
    const auto expected = run(graph, inputs, "-fuse_elementwise");
    for (const int threads : {1, 2, 3}) {
      const Threads guard(threads);
      const auto got = run(graph, inputs, "");
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_bits(*got[i], *expected[i]), "seed " << seed << " output " << i
                                                                << " threads " << threads << "\n"
                                                                << graph::print(graph));
    }
    reducing += static_cast<size_t>(std::ranges::count_if(plan_after_passes(graph).steps, reduces));
  }
  CHECK(reducing > 10 * std::size(kShapes));
}

TEST_CASE("sums of products and of squares have the bits of products that are there") {
  std::mt19937 random(2);
  for (const Shape& shape : kShapes)
    for (const DType dtype : {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kInt32})
      for (const bool all : {false, true}) {
        std::vector<int64_t> axes = {-1};
        for (int axis = 0; all && axis + 1 < shape.rank(); ++axis) axes.push_back(axis);
        // The last stands for what needs the products beside their sum.
        for (const int form : {0, 1, 2}) {
          Graph graph;
          GraphBuilder b(graph);
          const Value x = b.input({dtype, shape}), y = b.input({dtype, shape});
          const Value products = form == 1 ? b.call("square", {x}) : x * y;
          b.output(reduce(b, "sum", products, axes));
          if (form == 2) b.output(reduce(b, "max", products, axes));
          const auto inputs = random_inputs(graph, random);
          const auto expected = run(graph, inputs, "-fuse_elementwise");
          for (const int threads : {1, 2}) {
            const Threads guard(threads);
            const auto got = run(graph, inputs, "");
            for (size_t i = 0; i < got.size(); ++i)
              CHECK_MESSAGE(same_bits(*got[i], *expected[i]), graph::print(graph));
          }
        }
      }
}

TEST_CASE("what is only reduced is no array") {
  const Shape shape{512, 4096};
  for (const std::vector<int64_t>& axes : {std::vector<int64_t>{0}, {1}, {0, 1}}) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input({DType::kFloat32, shape});
    const Value y = b.input({DType::kFloat32, {4096}});
    const Value difference = ops::cast(x - y, DType::kFloat32);
    b.output(reduce(b, "sum", difference * difference, axes));
    b.output(reduce(b, "max", difference, axes));
    const executor::Plan plan = plan_after_passes(graph, 2);
    REQUIRE(plan.steps.size() == 1);
    CHECK(reduces(plan.steps[0]));
    CHECK(plan.arena_bytes < shape.elements() * 4 / 8);
    CHECK(plan.steps[0].code->units > 2);  // threads have a share, also of a sum over everything
  }
}

TEST_CASE("sums behind a chain that writes round the caches are the same") {
  for (const int64_t axis : {0, 1}) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(f32({3000, 2048})), w = b.input(f32({2048}));
    const Value y = x * w + 0.5;
    b.output(y);
    b.output(reduce(b, "sum", y, {{axis}}));
    b.output(reduce(b, "sum", y * y, {{axis}}));
    std::mt19937 random(1);
    const auto inputs = random_inputs(graph, random);
    const auto expected = run(graph, inputs, "-fuse_elementwise");
    const auto got = run(graph, inputs, "");
    for (size_t i = 0; i < got.size(); ++i) CHECK(same_bits(*got[i], *expected[i]));
  }
}

TEST_CASE("draws and transposed operands are reduced where they are made") {
  std::mt19937 random(1);
  for (const int64_t axis : {0, 1}) {
    const int64_t shape[] = {130, 700};
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(f32({700, 130}));
    const Value drawn = b.call("uniform", {},
                               {Argument::of_float(-1), Argument::of_float(2),
                                Argument::of_ints(shape), Argument::of_dtype(DType::kFloat32)});
    b.output(reduce(b, "sum", ops::swap_last_axes(x) * drawn, {{axis}}));
    const auto inputs = random_inputs(graph, random);
    CHECK(std::ranges::any_of(plan_after_passes(graph).steps, reduces));
    const auto expected = run(graph, inputs, "-fuse_elementwise");
    const auto got = run(graph, inputs, "");
    CHECK(same_bits(*got[0], *expected[0]));
  }
}

TEST_CASE("nothing is reduced to nothing, and empty sums stay steps of their own") {
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}}) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input({DType::kFloat32, shape});
    b.output(reduce(b, "sum", x * 2.0 + 1.0, {{0}}));
    std::mt19937 random(1);
    const auto inputs = random_inputs(graph, random);
    const auto expected = run(graph, inputs, "-fuse_elementwise");
    const auto got = run(graph, inputs, "");
    CHECK(same_bits(*got[0], *expected[0]));
  }
}
