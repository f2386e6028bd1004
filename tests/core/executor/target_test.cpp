// Plans whose kernels are somebody else's.
#include "executor/plan/target.h"

#include <string>

#include "base/errors.h"
#include "core/executor/graph_testing.h"
#include "executor/plan/make_plan.h"
#include "graph/ir/text.h"
#include "runtime/engine/threads.h"

using namespace weft;
using namespace weft::testing;

namespace {

Graph parsed(const char* text) {
  Result<Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  return graph.take();
}

// Takes 100 bytes of scratch for a sum, products in place where they can be, and has no softmax.
Result<executor::TargetKernel> kernel_of(const ops::SlotTypes& types) {
  if (types.op.name == "softmax_rows") return errors::unsupported("target", "no softmax here");
  executor::TargetKernel kernel;
  kernel.strides = ops::Strides::kAny;
  if (types.op.name == "sum") kernel.scratch_bytes = 100;
  if (types.op.name == "matmul") kernel.overwrites = ops::kEveryInput;
  return kernel;
}

Result<executor::Plan> plan_for(const Graph& graph, int64_t alignment) {
  const executor::Target target{kernel_of, alignment};
  executor::PlanOptions options;
  options.target = &target;
  return executor::make_plan(graph, options);
}

constexpr const char* kText = R"(
graph(%0: float32(3, 3), %1: float32(3, 3)) {
  %2: float32(3, 3) = matmul(%0, %1)
  %3: float32(3, 3) = matmul(%2, %1)
  %4: float32() = sum(%3)
  %5: float32() = exp(%4)
  return %5
}
)";

}  // namespace

TEST_CASE("a target says what its kernels take, and how buffers are aligned") {
  const Graph graph = parsed(kText);
  const Result<executor::Plan> made = plan_for(graph, 4);
  REQUIRE_MESSAGE(made.ok(), made.status().message());
  const executor::Plan& plan = made.value();
  REQUIRE(plan.steps.size() == 4);
  CHECK(plan.steps[1].in[0].offset == plan.steps[1].out[0].offset);  // in place
  CHECK(plan.steps[2].scratch_bytes == 100);
  CHECK(plan.arena_bytes == 36 + 100);
  CHECK(plan.lower_bound == 36 + 100);
  CHECK(plan_for(graph, 64).value().arena_bytes == 64 + 128);
}

TEST_CASE("what a target has no kernel for is refused, with the line that made it") {
  Graph graph = parsed(R"(
graph(%0: float32(3, 3)) {
  %1: float32(3, 3) = softmax_rows(%0)
  return %1
}
)");
  const Status plain = plan_for(graph, 8).status();
  CHECK(plain.code() == StatusCode::kUnsupported);
  graph.nodes[0].line = graph.add_line("net.py:12");
  const std::string told = plan_for(graph, 8).status().message();
  CHECK_MESSAGE(told == "target: no softmax here (net.py:12)", told);
}
