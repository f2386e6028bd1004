// What the planner saves: the order of steps, and concatenations that are built in place.
#include <algorithm>
#include <map>

#include "core/executor/graph_testing.h"
#include "core/executor/plan_simulation.h"
#include "executor/plan/make_plan.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/passes/pipeline.h"

using namespace weft;
using namespace weft::testing;

namespace {

struct Choice {
  bool order = true, parts = true;
};

Plan plan_of(const Graph& graph, Choice choice = {}, int threads = 1) {
  executor::PlanOptions options;
  options.threads = threads;
  options.order = choice.order;
  options.parts = choice.parts;
  Result<Plan> plan = executor::make_plan(graph, options);
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  return plan.take();
}

Value joined(GraphBuilder& b, const std::vector<Value>& arrays) {
  return b.emit(ops::op_named("concatenate"), {arrays.data(), arrays.size()},
                std::vector<Argument>{Argument::of_int(0)})[0];
}

Value rows_of(GraphBuilder& b, const Value& from, int64_t first, int64_t count) {
  const int64_t cols = from.shape()[1];
  const int64_t shape[] = {count, cols}, strides[] = {cols, 1};
  return b.call(
      "strided_view", {from},
      {Argument::of_int(first * cols), Argument::of_ints(shape), Argument::of_ints(strides)});
}

// Rows of `cols` numbers that are computed, cut and joined; a cache line is 16 of them.
Graph random_joins(unsigned seed, int64_t cols) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  std::vector<Value> values = {b.input(f32({4, cols})), b.input(f32({7, cols}))};
  const Value w = b.input(f32({cols, cols}));
  const auto any = [&] { return values[pick(values.size())]; };
  for (int i = 0; i < 16; ++i) {
    const Value v = any();
    const int64_t rows = v.shape()[0];
    switch (pick(6)) {
      case 0: values.push_back(b.call("tanh", {v})); break;
      case 1: values.push_back(ops::matmul(v, w) * 0.1); break;
      case 2: values.push_back(ops::matmul(v, w)); break;
      case 3: {
        const int64_t first = static_cast<int64_t>(pick(static_cast<size_t>(rows)));
        values.push_back(rows_of(b, v, first, rows - first));
        break;
      }
      default: {
        std::vector<Value> arrays{v, any()};
        if (pick(2)) arrays.push_back(any());
        int64_t all = 0;
        for (const Value& array : arrays) all += array.shape()[0];
        if (all < 100) values.push_back(joined(b, arrays));
      }
    }
  }
  for (size_t k = 1 + pick(3); k > 0; --k) b.output(any());
  b.output(values.back());
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// Towers of `layers` products from one value, level by level, whose ends are joined: what an
// Inception block is to the planner. Each is `wide` rows until its last layer.
Graph towers(int count, int layers) {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({64, 64})), w = b.input(f32({64, 64})), end = b.input(f32({64, 16}));
  std::vector<Value> heads(static_cast<size_t>(count), b.call("tanh", {x}));
  for (int layer = 0; layer < layers; ++layer)
    for (Value& head : heads) head = ops::matmul(head, layer + 1 < layers ? w : end);
  const Value all = joined(b, heads);
  b.output(ops::matmul(all, b.call("tanh", {ops::swap_last_axes(all)})));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// Each layer reads all before it: a block of DenseNet.
Graph dense_block(int layers) {
  Graph graph;
  GraphBuilder b(graph);
  const Value w = b.input(f32({64, 64}));
  Value all = ops::matmul(b.input(f32({64, 64})), w);
  const int64_t axes[] = {0};
  for (int layer = 0; layer < layers; ++layer) {
    const Value mean = ops::sum(all, axes, true);
    all = joined(b, {all, ops::matmul(rows_of(b, all, 0, 16) * mean, w)});
  }
  b.output(ops::matmul(all, w));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

int64_t scratch(const Plan& plan) {  // of the step that takes most
  int64_t maximum = 0;
  for (const auto& step : plan.steps) maximum = std::max(maximum, step.scratch_bytes);
  return maximum;
}

std::vector<Ref<Tensor>> run(const Graph& graph, const std::vector<Ref<Tensor>>& inputs,
                             std::string_view passes) {
  auto program = executor::Program::create(graph, graph::PassSelection(passes)).take();
  auto compiled = program->compile(graph.input_types()).take();
  auto frame = compiled->checkout().take();
  auto outputs = empty_tensors(compiled->output_types());
  REQUIRE(compiled->forward(*frame, pointers(inputs), pointers(outputs), 7, 3).ok());
  return outputs;
}

}  // namespace

TEST_CASE("joined arrays have the bits of node by node evaluation, in place and apart") {
  std::mt19937 random(1);
  for (unsigned seed = 0; seed < 120; ++seed) {
    const Graph graph = random_joins(seed, seed % 3 == 0 ? 6 : 16);
    const auto inputs = random_inputs(graph, random);
    const auto expected = executor::evaluate(graph, inputs, 7, 3).take();
    for (const char* passes :
         {"", "-parts", "-order", "-parts,-order,-fuse_elementwise", "-branches"}) {
      const auto got = run(graph, inputs, passes);
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_bits(*got[i], *expected[i]), "seed " << seed << " output " << i
                                                                << " passes " << std::string(passes)
                                                                << "\n"
                                                                << graph::print(graph));
    }
  }
}

TEST_CASE("no byte of a joined array is overwritten before its last read") {
  std::mt19937 random(5);
  int in_place = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    const Graph graph = random_joins(seed, 16);
    const Plan plan = plan_of(graph, {}, 4);
    Simulation simulation(graph, plan);
    simulation.run();
    for (int round = 0; round < 3; ++round) simulation.run_interleaved(random);
    in_place += plan.steps.size() < plan_of(graph, {true, false}, 4).steps.size();
  }
  CHECK(in_place > 5);
}

TEST_CASE("an arena is never larger for what the planner may choose") {
  int smaller = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    const Graph graph = seed % 2 ? random_joins(seed, 16) : random_graph(seed, 40);
    const int64_t plain = plan_of(graph, {false, false}).arena_bytes;
    CHECK(plan_of(graph, {true, false}).arena_bytes <= plain);
    CHECK(plan_of(graph, {false, true}).arena_bytes <= plain);
    const int64_t best = plan_of(graph).arena_bytes;
    CHECK(best <= plain);
    smaller += best < plain;
  }
  CHECK(smaller > 20);
}

TEST_CASE("towers run one by one into what joins them") {
  const Graph graph = towers(6, 3);
  const int64_t wide = 64 * 64 * 4, narrow = 64 * 16 * 4;
  const Plan plain = plan_of(graph, {false, false}), ordered = plan_of(graph, {true, false}),
             both = plan_of(graph);
  CHECK(plain.arena_bytes >= 6 * wide);
  CHECK(ordered.arena_bytes <= 3 * wide + 5 * narrow + scratch(ordered));
  CHECK(both.arena_bytes <= ordered.arena_bytes);
  Simulation(graph, both).run();
}

TEST_CASE("a block that joins what it has with what is new holds it once") {
  const Graph graph = dense_block(6);
  const int64_t whole = (64 + 6 * 16) * 64 * 4, row = 64 * 4;
  const Plan apart = plan_of(graph, {true, false}), inside = plan_of(graph);
  CHECK(apart.arena_bytes > whole * 3 / 2);
  CHECK(inside.arena_bytes <= whole + 16 * row + 4 * row + scratch(inside));
  for (const auto& step : inside.steps) CHECK(step.name != "concatenate");
  Simulation(graph, inside).run();
}

TEST_CASE("an array that is given, or joined twice, is copied to its place") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2, 16}));
  const Value y = b.call("tanh", {x});
  b.output(ops::matmul(joined(b, {x, y, y}), b.input(f32({16, 16}))));
  const Plan plan = plan_of(graph);
  const auto copies = std::ranges::count_if(
      plan.steps, [](const auto& step) { return step.kind == executor::StepKind::kCopy; });
  CHECK(copies == 2);
  Simulation(graph, plan).run();
}

TEST_CASE("an output that is a view is copied when it is there, not at the end") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({64, 64}));
  for (int i = 0; i < 8; ++i)
    b.output(ops::swap_last_axes(b.call("tanh", {x * static_cast<double>(i + 2)})));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  const Plan plan = plan_of(graph, {false, false});
  CHECK(plan.arena_bytes <= 64 * 64 * 4 + scratch(plan));
  Simulation(graph, plan).run();
}

// Every vector and image has one use: the planner may put each result where an operand was.
TEST_CASE("batch norms and their gradients may write over what they read") {
  std::mt19937 random(3);
  for (const bool is_gradient : {false, true}) {
    Graph graph;
    GraphBuilder b(graph);
    const auto computed = [&](const Shape& shape) {
      return b.call("exp", {b.input({DType::kFloat32, shape})});
    };
    const Shape image{3, 4, 5, 2}, vector{4};
    const ops::Values outputs =
        is_gradient
            ? b.call_all("batch_norm_training_gradient",
                         {computed(image), computed(vector), computed(vector), computed(image),
                          computed(vector), computed(vector), computed(vector)},
                         {Argument::of_float(1e-3)})
            : b.call_all("batch_norm_training",
                         {computed(image), computed(vector), computed(vector)},
                         {Argument::of_float(1e-3)});
    for (const Value& output : outputs) b.output(b.call("exp", {output * 0.01}));
    const auto inputs = random_inputs(graph, random);
    const auto expected = executor::evaluate(graph, inputs, 7, 3).take();
    const auto got = run(graph, inputs, "-fuse_elementwise");
    for (size_t i = 0; i < got.size(); ++i) CHECK(same_bits(*got[i], *expected[i]));
    const int64_t image_bytes = 4 * image.elements();
    CHECK(plan_of(graph).arena_bytes < (is_gradient ? 3 : 2) * image_bytes);
  }
}
