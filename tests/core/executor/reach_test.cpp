// What a plan reaches is held against the memory that there is.
#include "executor/plan/reach.h"

#include <utility>

#include "core/executor/control_testing.h"
#include "core/executor/graph_testing.h"
#include "executor/lowering/control.h"
#include "runtime/engine/threads.h"

using namespace weft;
using namespace weft::testing;
using executor::Plan;

namespace {

Plan plan_of(const Graph& graph) {
  executor::PlanOptions options;
  options.threads = num_threads();
  Result<Plan> plan = executor::make_plan(graph, options);
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  return plan.take();
}

std::vector<int64_t> bytes_of(const std::vector<TensorType>& types) {
  std::vector<int64_t> bytes;
  for (const TensorType& type : types) bytes.push_back(type.bytes());
  return bytes;
}

}  // namespace

TEST_CASE("a plan reaches what its graph's types have, and no more") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph graph = random_graph(seed, 5 + static_cast<int>(seed % 20));
    const Plan plan = plan_of(graph);
    const std::vector<int64_t> inputs = bytes_of(graph.input_types());
    const std::vector<int64_t> outputs = bytes_of(graph.output_types());
    for (size_t i = 0; i < inputs.size(); ++i)
      CHECK(plan.reach[executor::input_root(plan, i)] <= inputs[i]);
    for (size_t i = 0; i < outputs.size(); ++i)
      CHECK(plan.reach[executor::output_root(plan, i)] == outputs[i]);
    CHECK(plan.reach[executor::arena_root(plan)] <= plan.arena_bytes);
    CHECK(executor::check_room(plan, {inputs, outputs}).ok());
  }
}

TEST_CASE("a run with a byte too few is refused, and writes nothing") {
  Graph graph;
  GraphBuilder b(graph);
  b.output(b.call("tanh", {b.input(f32({3, 4}))}));
  REQUIRE(b.status().ok());
  const Plan plan = plan_of(graph);
  executor::Bound bound = executor::bind_new(plan);
  float x[12] = {}, y[12];
  std::ranges::fill(y, 7.0F);
  void* in[] = {x};
  void* out[] = {y};
  const int64_t all[] = {48}, few[] = {47};
  const auto run = [&](const executor::RunRoom& room) {
    return executor::run_plan(plan, bound, {in, out, nullptr, nullptr, {}, room}, 0, 0);
  };
  for (const executor::RunRoom& room : {executor::RunRoom{few, all}, executor::RunRoom{all, few}}) {
    const Status status = run(room);
    CHECK(status.code() == StatusCode::kInvalidState);
    CHECK(status.message().find("must have at least 48 bytes; got 47") != std::string::npos);
    CHECK(y[0] == 7);
  }
  CHECK(run({all, all}).ok());
  CHECK(y[0] == 0);
}

TEST_CASE("a step that leaves its arena is found where the plan is made") {
  int found = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    Plan plan = plan_of(random_graph(seed, 5 + static_cast<int>(seed % 20)));
    for (executor::PlanStep& step : plan.steps)
      for (executor::Location& place : step.out) {
        if (place.root != executor::MemoryRoot::kArena || place.shape.elements() == 0) continue;
        const int64_t offset = std::exchange(place.offset, plan.arena_bytes);
        const Status status = executor::find_reach(plan);
        CHECK(status.code() == StatusCode::kInvalidState);
        CHECK(status.message().find("bytes of the arena") != std::string::npos);
        place.offset = offset;
        ++found;
      }
    CHECK(executor::find_reach(plan).ok());
  }
  CHECK(found > 20);
}

TEST_CASE("places that begin before their root, or end where no number is, reach too far") {
  Graph graph;
  GraphBuilder b(graph);
  b.output(b.call("tanh", {b.input(f32({3, 4}))}));
  const auto reached = [&](const auto& change) {
    Plan plan = plan_of(graph);
    change(plan.steps[0].in[0]);
    REQUIRE(executor::find_reach(plan).ok());
    return plan.reach[executor::input_root(plan, 0)];
  };
  CHECK(reached([](executor::Location&) {}) == 48);
  CHECK(reached([](executor::Location& place) { place.offset = 8; }) == 56);
  CHECK(reached([](executor::Location& place) { place.strides = {-4, 1}; }) == kTooMany);
  CHECK(reached([](executor::Location& place) {
          place.strides = {-4, 1};
          place.offset = 32;
        }) == 48);
  CHECK(reached([](executor::Location& place) { place.strides = {INT64_MAX, 1}; }) == kTooMany);
  CHECK(reached([](executor::Location& place) { place.shape = {0, 4}; }) == 0);
}

TEST_CASE("a body of control flow reaches no further than its step's rows") {
  int found = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    Plan plan = plan_of(random_loop_graph(seed, 6));
    for (executor::PlanStep& step : plan.steps) {
      if (!step.control) continue;
      auto control = std::make_shared<executor::ControlPlan>(*step.control);
      int64_t& reach = control->body.reach[executor::input_root(control->body, 1)];
      if (reach == 0) continue;
      reach += 1;
      step.control = control;
      CHECK_FALSE(executor::find_reach(plan).ok());
      ++found;
    }
  }
  CHECK(found > 0);
}
