#include "executor/plan/describe.h"
#include "executor/plan/make_plan.h"
#include "executor/run/run_plan.h"

#include <algorithm>
#include <map>

#include "core/executor/graph_testing.h"
#include "core/executor/plan_simulation.h"
#include "core/executor/run_testing.h"
#include "executor/program/program.h"
#include "executor/remat/split.h"
#include "graph/ir/text.h"
#include "graph/passes/pipeline.h"
#include "graph/reverse/reverse.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/pool.h"

using namespace weft;
using namespace weft::testing;
using executor::Location;
using executor::MemoryRoot;
using executor::Plan;
using executor::PlanStep;

namespace {

Graph parsed(const char* text) {
  Result<Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  return graph.take();
}

Plan plan_of(const Graph& graph) {
  executor::PlanOptions options;
  options.threads = num_threads();
  Result<Plan> plan = executor::make_plan(graph, options);
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  return plan.take();
}

}  // namespace

TEST_CASE("a plan gives the bits of node by node evaluation, with each pass on and off") {
  const char* selections[] = {"",
                              "-fuse_elementwise",
                              "-eliminate_common",
                              "-fold_constants",
                              "-remove_dead_code",
                              "-order",
                              "-schedule_updates",
                              "-fuse_elementwise,-eliminate_common,-fold_constants,-remove_dead_"
                              "code,-remove_dead_code,-schedule_updates"};
  std::mt19937 random(1);
  for (unsigned seed = 0; seed < 150; ++seed) {
    const Graph graph = random_graph(seed, 5 + static_cast<int>(seed % 20));
    const auto inputs = random_inputs(graph, random);
    const auto expected = executor::evaluate(graph, inputs, 7, 3);
    REQUIRE_MESSAGE(expected.ok(), expected.status().message());
    for (const char* passes : selections) {
      const auto got = run(graph, inputs, passes);
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_bits(*got[i], *expected.value()[i]),
                      "seed " << seed << " output " << i << " passes " << std::string(passes)
                              << "\n"
                              << graph::print(graph));
    }
  }
}

TEST_CASE("no byte is overwritten before its last read") {
  for (unsigned seed = 0; seed < 150; ++seed) {
    for (const char* passes : {"", "-fuse_elementwise"}) {
      Graph graph = random_graph(seed, 30);
      graph = graph::run_passes(graph, graph::Stage::kAfterSplit, {}, graph::PassSelection(passes))
                  .take();
      const Plan plan = plan_of(graph);
      CHECK(plan.arena_bytes >= plan.lower_bound);
      CHECK(plan.arena_bytes <= plan.lower_bound * 5 / 4 + 64);
      Simulation(graph, plan).run();
    }
  }
}

TEST_CASE("a chain runs in place: its arena holds one array at most") {
  Graph graph;
  GraphBuilder b(graph);
  Value x = b.input(f32({1000}));
  const Value w = b.input(f32({1000}));
  for (int i = 0; i < 10; ++i) x = x + w;
  b.output(x);
  const Plan plan = plan_of(graph);
  CHECK(plan.arena_bytes == 0);  // everything happens in the output's memory
  CHECK(plan.actions.size() == 10);
}

TEST_CASE("views take no step, and dense operands get a copy") {
  const Plan plan =
      plan_of(parsed("graph(%0: float32(3, 4)) {\n"
                     "  %1: float32(4, 3) = transpose(%0, axes=[1, 0])\n"
                     "  %2: float32(4, 3) = exp(%1)\n"
                     "  %3: float32(12) = reshape(%2, newshape=[12])\n"
                     "  return %3, %1\n}"));
  REQUIRE(plan.steps.size() == 2);
  for (const PlanStep& step : plan.steps) CHECK(step.out[0].root == MemoryRoot::kOutput);
  CHECK(plan.steps[0].kind == executor::StepKind::kCopy);
}

TEST_CASE("states: the new content may take the place of the old one") {
  const char* texts[] = {
      // written after the last read
      "graph(%0: float32(4), %1: float32(4)) {\n"
      "  %2: float32(4) = multiply(%1, 0.5)\n"
      "  %3: float32(4) = add(%0, %2)\n"
      "  %4: float32(4) = exp(%1)\n"
      "  return %4, %3\n  state 0 -> 1\n}",
      // still read after the new one is there
      "graph(%0: float32(4), %1: float32(4)) {\n"
      "  %2: float32(4) = add(%0, %1)\n"
      "  %3: float32(4) = exp(%0)\n"
      "  return %3, %2\n  state 0 -> 1\n}",
      // two states change places
      "graph(%0: float32(4), %1: float32(4)) {\n"
      "  return %1, %0\n  state 0 -> 0\n  state 1 -> 1\n}",
      // one takes the other's old content, which is renewed in place
      "graph(%0: float32(4), %1: float32(4)) {\n"
      "  %2: float32(4) = add(%1, 1)\n"
      "  return %1, %2\n  state 0 -> 0\n  state 1 -> 1\n}",
      // the old content also leaves
      "graph(%0: float32(4), %1: float32(4)) {\n"
      "  %2: float32(4) = add(%0, 1)\n"
      "  return %0, %2\n  state 0 -> 1\n}",
      // through a view
      "graph(%0: float32(2, 2), %1: float32(4)) {\n"
      "  %2: float32(2, 2) = transpose(%0, axes=[1, 0])\n"
      "  %3: float32(2, 2) = add(%0, %2)\n"
      "  return %1, %3\n  state 0 -> 1\n}",
  };
  std::mt19937 random(3);
  for (const char* text : texts) {
    const Graph graph = parsed(text);
    const auto inputs = random_inputs(graph, random);
    std::vector<Ref<Tensor>> copies;
    for (const Ref<Tensor>& input : inputs) {
      copies.push_back(Tensor::create(input->dtype(), input->shape()).take());
      std::memcpy(copies.back()->data(), input->data(), static_cast<size_t>(input->bytes()));
    }
    const auto expected = executor::evaluate(graph, copies).take();
    const Plan plan = plan_of(graph);
    executor::Bound bound = executor::bind_new(plan);
    const Ref<Storage> arena = Storage::allocate(plan.arena_bytes + 1).take();
    auto in = pointers(inputs);
    const auto fresh = empty_tensors(graph.output_types());
    auto out = pointers(fresh);
    for (const graph::StatePair& state : graph.states)  // one memory for both sides
      out[static_cast<size_t>(state.output)] = in[static_cast<size_t>(state.input)];
    REQUIRE(executor::run_plan(plan, bound, {in, out, arena->data(), nullptr}, 0, 0).ok());
    for (size_t i = 0; i < out.size(); ++i)
      CHECK_MESSAGE(
          std::memcmp(out[i], expected[i]->data(), static_cast<size_t>(expected[i]->bytes())) == 0,
          std::string(text) << executor::describe(plan));
  }
}

TEST_CASE("states: elements are replaced where the old content lies, unless that is read again") {
  const auto copies_of = [](const char* reader) {
    const std::string text =
        "graph(%0: float32(4, 3), %1: float32(3), %2: int64(1)) {\n"
        "  %3: float32(4, 3) = scatter(%0, %1, %2, axes=[0])\n"
        "  %4: float32(4, 3) = " +
        std::string(reader) + "\n  return %4, %3\n  state 0 -> 1\n}";
    const Plan plan = plan_of(parsed(text.c_str()));
    return std::ranges::count(plan.steps, executor::StepKind::kCopy, &PlanStep::kind);
  };
  CHECK(copies_of("exp(%3)") == 0);
  CHECK(copies_of("add(%0, %3)") == 1);
}

TEST_CASE("a run allocates nothing from the second call on") {
  const Graph graph = random_graph(11, 40);
  auto program = executor::Program::create(graph).take();
  auto compiled = program->compile(graph.input_types()).take();
  std::mt19937 random(1);
  const auto inputs = random_inputs(graph, random);
  const auto outputs = empty_tensors(compiled->output_types());
  const auto in = pointers(inputs), out = pointers(outputs);
  int64_t calls = 0;
  for (int i = 0; i < 3; ++i) {
    auto frame = compiled->checkout().take();
    REQUIRE(compiled->forward(*frame, in, out).ok());
    if (i == 0) calls = memory_stats().system_calls;
  }
  CHECK(memory_stats().system_calls == calls);
}

TEST_CASE("plans are kept by signature and the least recently used goes") {
  const Graph graph =
      parsed("graph(%0: float32(4)) {\n %1: float32(4) = add(%0, 1)\n return %1\n}");
  auto program = executor::Program::create(graph).take();
  const TensorType four = f32({4}), five = f32({5});
  const auto first = program->compile({&four, 1}).take();
  CHECK(program->compile({&five, 1}).value()->output_types()[0] == five);
  CHECK(program->compile({&four, 1}).value() == first);
  CHECK(program->latest_plans()[0] == first);
  for (int64_t n = 10; n < 60; ++n) {
    const TensorType type = f32({n});
    REQUIRE(program->compile({&type, 1}).ok());
  }
  CHECK_FALSE(program->compile({&four, 1}).value() == first);
}

TEST_CASE("a plan runs in the caller's buffer and refuses one that is too small") {
  const Graph graph = random_graph(5, 30);
  auto compiled = executor::Program::create(graph).take()->compile(graph.input_types()).take();
  const int64_t bytes = compiled->arena_bytes();
  const Ref<Storage> arena = Storage::allocate(bytes + 64).take();
  CHECK(compiled->frame_in(arena->data(), bytes).ok());
  CHECK_FALSE(compiled->frame_in(arena->data(), bytes - 1).ok());
  CHECK_FALSE(compiled->frame_in(arena->data() + 4, bytes).ok());
}
