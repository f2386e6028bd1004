// Norms and softmax behind chains: the bits of one after the other, whatever the sizes, the dtypes
// and the threads; and no array between them.
#include <algorithm>

#include "core/executor/graph_testing.h"
#include "core/executor/run_testing.h"
#include "executor/lowering/lowering.h"

using namespace weft;
using namespace weft::testing;

namespace {

const int64_t kFirst[] = {0}, kSecond[] = {1};

Value norm(GraphBuilder& b, const Value& x, const Value& gamma, const Value& beta) {
  return b.call("normalize_rows", {x, gamma, beta},
                {Argument::of_float(1e-5), Argument::of_bool(true)});
}

bool has_row_end(const executor::PlanStep& step) { return step.code && step.code->row_end; }

const Shape kShapes[] = {{7},           {3, 5},    {40, 64},  {20, 1000}, {300, 17}, {33, 2049},
                         {4, 9, 5, 30}, {5000, 3}, {1, 1000}, {64, 4096}, {17, 1},   {2, 30, 768}};

// A chain, some of it read elsewhere, and what works on the rows of its last value.
Graph random_rows(unsigned seed, const Shape& shape) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  const DType kDTypes[] = {DType::kFloat32, DType::kFloat32, DType::kFloat64, DType::kFloat16,
                           DType::kBFloat16};
  const DType dtype = kDTypes[pick(5)];
  Graph graph;
  GraphBuilder b(graph);
  const int64_t cols = shape[shape.rank() - 1];
  Shape column = shape;
  column[shape.rank() - 1] = 1;
  const Value x = b.input({kDTypes[pick(5)], shape});
  const Value bias = b.input({dtype, {cols}}), factor = b.input({dtype, column});
  const Value wide = b.input({dtype, {2, cols}});
  const Value gamma = b.input({dtype, {cols}}), beta = b.input({dtype, {cols}});
  Value v = ops::cast(x, dtype);
  for (size_t i = 0, length = pick(4); i < length; ++i) {
    switch (pick(4)) {
      case 0: v = v + bias; break;
      case 1: v = v * factor; break;
      case 2: v = v * 0.5; break;
      default: v = ops::where(ops::greater(v, bias), v, v * 0.1); break;
    }
    if (pick(4) == 0) b.output(v);
  }
  if (pick(3) == 0) b.output(v);
  const Value column_sum = ops::sum(wide, kFirst, false);  // what a step of its own makes
  switch (pick(5)) {
    case 0: b.output(b.call("softmax_rows", {v})); break;
    case 1: b.output(b.call("log_softmax_rows", {v})); break;
    case 2: b.output(norm(b, v, gamma, pick(2) ? beta : Value())); break;
    case 3: b.output(norm(b, v, column_sum, gamma)); break;
    default: {
      const Value y = norm(b, v, pick(2) ? gamma : Value(), gamma);
      b.output(y * 2.0 + v);  // and so what is made is stored
    }
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

}  // namespace

TEST_CASE("a chain and what works on its rows give the bits of one after the other") {
  std::mt19937 random(1);
  size_t ends = 0;
  for (unsigned seed = 0; seed < 25 * std::size(kShapes); ++seed) {
    const Graph graph = random_rows(seed, kShapes[seed % std::size(kShapes)]);
    const auto inputs = random_inputs(graph, random);
    const auto expected = run(graph, inputs, "-fuse_elementwise,-fuse_prologues");
    for (const int threads : {1, 2, 3}) {
      const Threads guard(threads);
      for (const char* passes : {"", "-fuse_elementwise", "-encode"}) {
        const auto got = run(graph, inputs, passes);
        for (size_t i = 0; i < got.size(); ++i)
          CHECK_MESSAGE(same_bits(*got[i], *expected[i]), "seed " << seed << " output " << i
                                                                  << " threads " << threads
                                                                  << " passes " << passes << "\n"
                                                                  << graph::print(graph));
      }
    }
    ends += static_cast<size_t>(std::ranges::count_if(plan_after_passes(graph).steps, has_row_end));
  }
  CHECK(ends > 12 * std::size(kShapes));
}

TEST_CASE("what only a norm reads is no array") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({512, 1024})), r = b.input(f32({512, 1024}));
  const Value gamma = b.input(f32({1024}));
  b.output(norm(b, x + r, gamma, Value()));
  const executor::Plan plan = plan_after_passes(graph, 2);
  REQUIRE(plan.steps.size() == 1);
  CHECK(plan.steps[0].name == "fused+add+normalize_rows");
  CHECK(plan.arena_bytes < 512 * 1024 * 4 / 8);
  CHECK(plan.steps[0].code->units > 2);  // threads have a share
}

TEST_CASE("a norm's result may lie where what it is made of lay") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({64, 1024})), gamma = b.input(f32({1024}));
  const Value y = ops::sum(b.call("copy", {x}) * 1.0, kFirst, true) + x;  // in the arena
  b.output(norm(b, y + x, gamma, gamma) * x);
  std::mt19937 random(1);
  const auto inputs = random_inputs(graph, random);
  CHECK(same_bits(*run(graph, inputs)[0],
                  *run(graph, inputs, "-fuse_elementwise,-fuse_prologues")[0]));
}

TEST_CASE("rows that are written round the caches, and views as factors, are the same") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({3000, 2048})), factors = b.input(f32({2048, 2}));
  const Value gamma = ops::sum(factors, kSecond, false);
  const Value y = x * gamma + 0.5;
  b.output(y);
  b.output(norm(b, y, b.input(f32({2048})), Value()));
  const int64_t begin[] = {0, 1}, size[] = {2048, 1}, step[] = {1, 1};
  const Value view =
      b.call("slice", {factors},
             {Argument::of_ints(begin), Argument::of_ints(size), Argument::of_ints(step)});
  b.output(norm(b, y - 1.0, ops::reshape(view, {2048}), Value()));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  std::mt19937 random(1);
  const auto inputs = random_inputs(graph, random);
  const auto expected = run(graph, inputs, "-fuse_elementwise,-fuse_prologues");
  const auto got = run(graph, inputs, "");
  for (size_t i = 0; i < got.size(); ++i) CHECK(same_bits(*got[i], *expected[i]));
}

TEST_CASE("long rows, few of them, stay apart from their chain") {
  for (const Shape& shape : {Shape{4, 60000}, Shape{100, 100000}}) {
    Graph graph;
    GraphBuilder b(graph);
    b.output(b.call("softmax_rows", {b.input({DType::kFloat32, shape}) * 0.5}));
    CHECK(std::ranges::none_of(plan_after_passes(graph).steps, has_row_end));
  }
}
