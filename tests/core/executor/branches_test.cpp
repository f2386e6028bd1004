// Branches of a plan: what becomes a group, and that a plan with groups is the plan without.
#include "executor/plan/branches.h"

#include <atomic>
#include <thread>

#include "core/executor/graph_testing.h"
#include "core/executor/plan_simulation.h"
#include "executor/memory/placement_impl.h"
#include "executor/plan/describe.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/passes/pipeline.h"
#include "runtime/engine/interrupt.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/pool.h"

using namespace weft;
using namespace weft::testing;
using executor::BranchGroup;
using executor::BranchStep;

namespace {

constexpr int64_t kRows = 32, kCols = 56;  // so that a product of these is not split

struct ThreadCount {
  explicit ThreadCount(int count) : before(num_threads()) { set_num_threads(count); }
  ~ThreadCount() { set_num_threads(before); }
  int before;
};

// Towers of random operators over one input, joined here and there.
Graph random_towers(unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({kRows, kCols})), w = b.input(f32({kCols, kCols}));
  const int64_t last[] = {-1}, shape[] = {kRows, kCols};
  std::vector<Value> heads(2 + pick(3), x);
  const auto grow = [&](Value v) {
    switch (pick(8)) {
      case 0: return ops::sum(v, last, true) * 0.01 + v;
      case 1: return b.call("tanh", {v});
      case 2:
        return v + b.call("uniform", {},
                          {Argument::of_float(0), Argument::of_float(1), Argument::of_ints(shape),
                           Argument::of_dtype(DType::kFloat32)});
      case 3: return v * 0.5 + x;
      default: return ops::matmul(v, w) * 0.02;
    }
  };
  for (int round = 0; round < 3; ++round) {
    for (Value& head : heads)
      for (size_t length = 2 + pick(8); length > 0; --length) head = grow(head);
    if (pick(2)) heads[pick(heads.size())] = heads[0] + heads[1] * 0.5;
    if (pick(3) == 0) std::ranges::fill(heads, heads.back() + heads.front());
  }
  for (const Value& head : heads) b.output(head);
  if (pick(2)) {
    b.output(ops::matmul(w, ops::matmul(w, w)) * 0.01);
    graph.states = {{1, static_cast<int32_t>(heads.size())}};
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

Plan plan_of(const Graph& graph, int threads, bool branches = true) {
  executor::PlanOptions options;
  options.threads = threads;
  options.branches = branches;
  Result<Plan> plan = executor::make_plan(graph, options);
  REQUIRE_MESSAGE(plan.ok(), plan.status().message());
  return plan.take();
}

struct Outcome {
  std::vector<Ref<Tensor>> outputs;
  Status status;
};

// Outputs of state pairs go where their inputs are, on copies of these.
Outcome run(const Graph& graph, const Plan& plan, const std::vector<Ref<Tensor>>& given) {
  std::vector<Ref<Tensor>> inputs;
  for (const Ref<Tensor>& tensor : given) {
    inputs.push_back(Tensor::create(tensor->dtype(), tensor->shape()).take());
    std::memcpy(inputs.back()->data(), tensor->data(), static_cast<size_t>(tensor->bytes()));
  }
  Outcome outcome{empty_tensors(graph.output_types()), {}};
  for (const graph::StatePair& state : graph.states)
    outcome.outputs[static_cast<size_t>(state.output)] = inputs[static_cast<size_t>(state.input)];
  executor::Bound bound = executor::bind_new(plan);
  const Ref<Storage> arena = Storage::allocate(plan.arena_bytes + 1).take();
  const auto in = pointers(inputs), out = pointers(outcome.outputs);
  outcome.status = executor::run_plan(plan, bound, {in, out, arena->data(), nullptr}, 7, 3);
  return outcome;
}

size_t groups_of(const Plan& plan, int min_branches = 2) {
  size_t count = 0;
  for (const executor::ParallelGroup& group : plan.groups)
    count += group.branches() >= min_branches;
  return count;
}

BranchStep step(double microseconds, std::vector<int32_t> after, int64_t pieces = 1) {
  return {std::move(after), microseconds * 1e-6, pieces, false};
}

}  // namespace

TEST_CASE("a plan with branches gives the bits of node by node evaluation on any threads") {
  std::mt19937 random(1);
  size_t groups = 0, wide = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph = random_towers(seed);
    const auto inputs = random_inputs(graph, random);
    const auto expected = executor::evaluate(graph, inputs, 7, 3);
    REQUIRE_MESSAGE(expected.ok(), expected.status().message());
    for (const int threads : {1, 2, 5}) {
      const ThreadCount scope(threads);
      const Plan plan = plan_of(graph, threads);
      groups += groups_of(plan);
      wide += groups_of(plan, 3);
      for (int round = 0; round < 3; ++round) {
        const Outcome got = run(graph, plan, inputs);
        REQUIRE_MESSAGE(got.status.ok(), got.status.message());
        for (size_t i = 0; i < got.outputs.size(); ++i)
          CHECK_MESSAGE(same_bits(*got.outputs[i], *expected.value()[i]),
                        "seed " << seed << " output " << i << " threads " << threads << "\n"
                                << executor::describe(plan));
      }
    }
  }
  CHECK(groups > 40);
  CHECK(wide > 10);
}

TEST_CASE("branches never touch each other's memory, whatever order they run in") {
  std::mt19937 random(2);
  for (unsigned seed = 0; seed < 30; ++seed) {
    Graph graph = random_towers(seed);
    if (seed % 2)
      graph =
          graph::run_passes(graph, graph::Stage::kAfterSplit, {}, graph::PassSelection("")).take();
    for (const int threads : {2, 5}) {
      const Plan plan = plan_of(graph, threads);
      CHECK(plan.arena_bytes >= plan.lower_bound);
      CHECK(plan.arena_bytes <= plan.lower_bound * 5 / 4 + 64);
      Simulation simulation(graph, plan);
      simulation.run();
      for (int order = 0; order < 4; ++order) simulation.run_interleaved(random);
    }
  }
}

TEST_CASE("one thread, or branches switched off, leaves the plan as it was") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Graph graph = random_towers(seed);
    const std::string alone = executor::describe(plan_of(graph, 1, false));
    CHECK(executor::describe(plan_of(graph, 1)) == alone);
    CHECK(plan_of(graph, 4, false).groups.empty());
    const graph::PassSelection off("-branches");
    const ThreadCount scope(4);
    auto program = executor::Program::create(graph, off).take();
    CHECK(program->compile(graph.input_types()).value()->describe().find("side by side") ==
          std::string::npos);
  }
}

TEST_CASE("groups add no more to the arena than is allowed") {
  for (const int64_t rows : {64, 60'000}) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(f32({rows, 8}));
    std::vector<Value> heads;
    const int64_t first[] = {0};
    for (int tower = 0; tower < 6; ++tower) {
      Value v = x;
      for (int i = 0; i < 40; ++i) v = b.call("cumsum", {v}, {Argument::of_int(0)});
      heads.push_back(ops::sum(v, first, false));
    }
    for (const Value& head : heads) b.output(head);
    REQUIRE_MESSAGE(b.status().ok(), b.status().message());
    const Plan plan = plan_of(graph, 6), alone = plan_of(graph, 6, false);
    const int64_t allowed = std::max<int64_t>(alone.arena_bytes, 1 << 20);
    CHECK(plan.arena_bytes - alone.arena_bytes == plan.added_bytes);
    CHECK(plan.added_bytes <= allowed);
    CHECK(plan.groups.empty() == (rows > 1000));  // six towers of 2 MB are too much for one's
    CHECK((executor::describe(plan).find("branches add") != std::string::npos) ==
          !plan.groups.empty());
  }
}

TEST_CASE("a group is made where kernels cannot use the threads, not where they can") {
  const auto chain_pair = [](int64_t pieces, double microseconds) {
    std::vector<BranchStep> steps;
    for (int i = 0; i < 10; ++i)
      steps.push_back(
          step(microseconds, i % 5 ? std::vector<int32_t>{i - 1} : std::vector<int32_t>{}, pieces));
    steps.push_back(step(microseconds, {4, 9}, pieces));
    return steps;
  };
  const auto groups = executor::find_branches(chain_pair(1, 20), 2);
  REQUIRE(groups.size() == 1);
  CHECK((groups[0].begin == 0 && groups[0].end == 10 && groups[0].branches == 2));
  CHECK(executor::find_branches(chain_pair(1, 0.1), 2).empty());   // too little to gain
  CHECK(executor::find_branches(chain_pair(64, 500), 2).empty());  // each kernel uses them all
  CHECK(executor::find_branches(chain_pair(1, 20), 1).empty());
  const auto shared = executor::find_branches(chain_pair(4, 500), 8);
  REQUIRE(shared.size() == 1);
  CHECK(shared[0].share == 4);
}

TEST_CASE(
    "a kernel behind a group has scratch for all threads, though its operand is copied in it") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({8, 2, 16, 16})), w = b.input(f32({4, 8, 3, 3}));
  const int64_t images_first[] = {1, 0, 2, 3}, one[] = {1, 1};
  const Value image = b.call("transpose", {x}, {Argument::of_ints(images_first)});
  b.output(b.call("convolution_image", {image, w},
                  {Argument::none(), Argument::of_ints(one), Argument::of_ints(one),
                   Argument::of_ints(one), Argument::of_int(1)}));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  executor::PlanOptions options;
  options.threads = 4;
  const auto scratch_with = [&](std::span<const BranchGroup> groups) {
    executor::Placement placement(graph, options, groups);
    REQUIRE(placement.run().ok());
    REQUIRE(placement.steps.size() == 2);
    REQUIRE(placement.steps[0].kind == executor::StepKind::kCopy);
    return placement.owner(placement.steps[1].scratch).bytes;
  };
  const BranchGroup only_copy = {.begin = 0, .end = 1, .branch = {0}, .branches = 1};
  const BranchGroup both = {.begin = 0, .end = 2, .branch = {0, 0}, .branches = 1};
  CHECK(scratch_with({&only_copy, 1}) == scratch_with({}));
  CHECK(scratch_with({&both, 1}) < scratch_with({}));
}

TEST_CASE("steps that keep their order are in no group, and none reaches over them") {
  std::vector<BranchStep> steps;
  for (int i = 0; i < 12; ++i)
    steps.push_back(step(50, i < 2 ? std::vector<int32_t>{} : std::vector<int32_t>{i - 2}));
  REQUIRE(executor::find_branches(steps, 2).size() == 1);
  steps[5].keeps_order = true;
  for (const BranchGroup& group : executor::find_branches(steps, 2))
    CHECK((group.end <= 5 || group.begin > 5));
}

TEST_CASE("the failure of a branch is the one that the plan's order meets first") {
  // Indices out of range are found when the plan runs.
  std::string text = "graph(%0: float32(32, 56), %1: float32(56, 56), %2: int64(2)) {\n";
  int next = 3;
  std::string outputs;
  for (int tower = 0; tower < 4; ++tower) {
    int value = 0;
    for (int i = 0; i < 12; ++i, value = next++)
      text += "  %" + std::to_string(next) + ": float32(32, 56) = matmul(%" +
              std::to_string(value) + ", %1)\n";
    text += "  %" + std::to_string(next) + ": float32(2, 56) = gather(%" + std::to_string(value) +
            ", %2, axes=[0], position=0)\n";
    outputs += (outputs.empty() ? "%" : ", %") + std::to_string(next++);
  }
  const Result<Graph> parsed = graph::parse(text + "  return " + outputs + "\n}");
  REQUIRE_MESSAGE(parsed.ok(), parsed.status().message());
  std::mt19937 random(4);
  auto inputs = random_inputs(parsed.value(), random);
  auto* indices = reinterpret_cast<int64_t*>(inputs[2]->data());
  const ThreadCount scope(4);
  const Plan plan = plan_of(parsed.value(), 4);
  REQUIRE(groups_of(plan, 4) == 1);
  indices[0] = 0, indices[1] = 77;
  const Status alone = run(parsed.value(), plan_of(parsed.value(), 4, false), inputs).status;
  CHECK_FALSE(alone.ok());
  for (int round = 0; round < 20; ++round) {
    const Status status = run(parsed.value(), plan, inputs).status;
    CHECK(status.message() == alone.message());
    CHECK(status.code() == alone.code());
  }
  indices[1] = 1;
  CHECK(run(parsed.value(), plan, inputs).status.ok());
}

TEST_CASE("an interrupt ends all branches") {
  static std::atomic<bool> asked;
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({kRows, kCols})), w = b.input(f32({kCols, kCols}));
  for (int tower = 0; tower < 3; ++tower) {
    Value v = x;
    for (int i = 0; i < 3000; ++i) v = ops::matmul(v, w);
    b.output(v);
  }
  std::mt19937 random(4);
  const auto inputs = random_inputs(graph, random);
  const ThreadCount scope(3);
  Plan plan = plan_of(graph, 3);
  REQUIRE(groups_of(plan) > 0);
  set_interrupt_hook([] { return asked.exchange(false); });
  asked = true;
  const Status status = run_interruptibly("plan", [&] { return run(graph, plan, inputs).status; });
  set_interrupt_hook(nullptr);
  CHECK(status.code() == StatusCode::kInterrupted);
  CHECK(run(graph, plan, inputs).status.ok());
}

TEST_CASE("runs with branches on several threads at once agree and allocate nothing") {
  const Graph graph = random_towers(3);
  const ThreadCount scope(2);
  REQUIRE(groups_of(plan_of(graph, 2)) > 0);
  std::mt19937 random(1);
  const auto inputs = random_inputs(graph, random);
  const auto expected = executor::evaluate(graph, inputs, 7, 3).take();
  auto compiled = executor::Program::create(graph).take()->compile(graph.input_types()).take();
  std::atomic<int> wrong{0};
  const auto call = [&] {
    const auto outputs = empty_tensors(compiled->output_types());
    const auto in = pointers(inputs), out = pointers(outputs);
    auto frame = compiled->checkout().take();
    for (int i = 0; i < 20; ++i) wrong += !compiled->forward(*frame, in, out, 7, 3).ok();
    for (size_t i = 0; i < outputs.size(); ++i) wrong += !same_bits(*outputs[i], *expected[i]);
  };
  call();
  const int64_t calls = memory_stats().system_calls;
  call();
  CHECK((!kRecyclesBlocks || memory_stats().system_calls == calls));
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back(call);
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
