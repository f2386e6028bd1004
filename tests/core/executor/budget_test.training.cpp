// Plans with gradients that keep to a budget: the same bits, in no more bytes.
#include <algorithm>

#include "core/executor/graph_testing.h"
#include "core/executor/plan_simulation.h"
#include "executor/program.h"
#include "executor/rebuild.h"
#include "executor/split.h"
#include "graph/effects.h"
#include "graph/reverse.h"
#include "graph/text.h"
#include "graph/verifier.h"
#include "runtime/pool.h"

using namespace weft;
using namespace weft::testing;
using executor::Compiled;
using executor::Program;

namespace {

// Layers that keep much: norms, activations, products, dropout, shortcuts.
Graph random_layers(unsigned seed, int layers) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  Value x = b.input(f32({32, 48}));
  const Value w = b.input(f32({48, 48})), scale = b.input(f32({48}));
  const int64_t rows[] = {0}, shape[] = {32, 48};
  Value shortcut = x;
  for (int layer = 0; layer < layers; ++layer) {
    switch (pick(6)) {
      case 0: {
        const Value centered = x - ops::sum(x, rows, true) * (1.0 / 32);
        const Value variance = ops::sum(centered * centered, rows, true) * (1.0 / 32);
        x = centered / b.call("sqrt", {variance + 0.1}) * scale;
        break;
      }
      case 1: x = b.call("tanh", {x}); break;
      case 2: x = b.call("sigmoid", {x * 0.5}) * x; break;
      case 3: {
        const Value drawn = b.call("uniform", {},
                                   {Argument::of_float(0), Argument::of_float(1),
                                    Argument::of_ints(shape), Argument::of_dtype(DType::kFloat32)});
        x = ops::where(ops::greater(drawn, drawn * 0.0 + 0.3), x, x * 0.1);
        break;
      }
      case 4:
        x = (x + shortcut) * 0.5;
        shortcut = x;
        break;
      default: x = ops::matmul(x, w) * 0.02;
    }
  }
  b.output(ops::sum(x * x, rows, false));
  if (pick(2)) {
    b.output(ops::sum(x, rows, false) * 0.1 + scale);
    graph.states = {{2, 1}};
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

int64_t bytes_of(const Compiled& compiled) {
  const executor::MemoryFigures memory = compiled.memory();
  return memory.residual + std::max(memory.arena, memory.backward);
}

// Outputs, then gradients of inputs.
std::vector<Ref<Tensor>> step(Compiled& compiled, const std::vector<Ref<Tensor>>& inputs) {
  auto frame = compiled.checkout().take();
  auto outputs = empty_tensors(compiled.output_types());
  auto gradients = empty_tensors(compiled.input_types());
  std::vector<Ref<Tensor>> cotangents;
  std::mt19937 random(2);
  for (const TensorType& type : compiled.output_types())
    cotangents.push_back(random_tensor(type, random));
  const auto in = pointers(inputs), out = pointers(outputs), given = pointers(cotangents),
             results = pointers(gradients);
  REQUIRE(compiled.forward(*frame, in, out, 7, 3).ok());
  const Status status = compiled.backward(*frame, in, out, given, results, true, 7, 3);
  REQUIRE_MESSAGE(status.ok(), status.message());
  outputs.insert(outputs.end(), gradients.begin(), gradients.end());
  return outputs;
}

}  // namespace

TEST_CASE("a budget is met without a change in any bit, or refused with what is possible") {
  std::mt19937 random(4);
  int met = 0, refused = 0;
  for (unsigned seed = 0; seed < 25; ++seed) {
    const Graph graph = random_layers(seed, 24);
    const auto inputs = random_inputs(graph, random);
    const executor::Wanted wanted{true, true, true};
    const auto program = Program::create(graph).take();
    const auto plain = program->compile(graph.input_types(), wanted).take();
    const auto expected = step(*plain, inputs);
    const int64_t whole = bytes_of(*plain);
    for (const int percent : {100, 85, 70, 55, 40, 20, 1}) {
      const int64_t budget = whole * percent / 100;
      REQUIRE(program->set_budget(budget).ok());
      const auto compiled = program->compile(graph.input_types(), wanted);
      if (!compiled.ok()) {
        ++refused;
        CHECK(percent < 85);
        CHECK(compiled.status().message().find("the least") != std::string::npos);
        continue;
      }
      ++met;
      CHECK(bytes_of(*compiled.value()) <= budget);
      const auto got = step(*compiled.value(), inputs);
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_bits(*got[i], *expected[i]), "seed " << seed << " at " << percent
                                                                << " % result " << i << "\n"
                                                                << graph::print(graph));
    }
    REQUIRE(program->set_budget(0).ok());
    CHECK(program->compile(graph.input_types(), wanted).value() == plain);
  }
  CHECK(met > 75);
  CHECK(refused >= 25);
}

TEST_CASE("the least that a refusal names is possible") {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const Graph graph = random_layers(seed, 24);
    const auto program = Program::create(graph).take();
    REQUIRE(program->set_budget(1).ok());
    const auto refused = program->compile(graph.input_types(), {true, true, true});
    REQUIRE_FALSE(refused.ok());
    const std::string text(refused.status().message());
    const int64_t least = std::stoll(text.substr(text.find("residuals is ") + 13));
    REQUIRE(program->set_budget(least).ok());
    const auto compiled = program->compile(graph.input_types(), {true, true, true});
    REQUIRE_MESSAGE(compiled.ok(), compiled.status().message());
    CHECK(bytes_of(*compiled.value()) <= least);
  }
}

TEST_CASE("rungs keep less and cost more, and their halves are sound graphs") {
  for (unsigned seed = 0; seed < 25; ++seed) {
    const Graph joint = graph::reverse(random_layers(seed, 24), {true, true, true}).take().graph;
    const size_t outputs = joint.states.empty() ? 1 : 2;
    const int64_t all = executor::rebuildable_bytes(joint, outputs);
    const int64_t plain = executor::kept_by(joint, outputs, {}).bytes;
    for (const int segments : {8, 2}) {
      double seconds = 0;
      int64_t least = plain;
      for (const executor::Rung& rung : executor::ladder(joint, outputs, all / segments)) {
        CHECK(rung.seconds >= seconds);
        seconds = rung.seconds;
        least = std::min(least, executor::kept_by(joint, outputs, rung.rebuilt).bytes);
        const executor::Split parts = executor::split(joint, outputs, rung.rebuilt);
        for (const Graph* half : {&parts.forward, &parts.backward}) {
          const Status sound = graph::verify(*half);
          CHECK_MESSAGE(sound.ok(), sound.message());
        }
      }
      CHECK(least < plain);
    }
  }
}

TEST_CASE("an inference within its budget is planned, and one beyond is refused") {
  const Graph graph = random_layers(1, 20);
  const auto program = Program::create(graph).take();
  const int64_t arena = program->compile(graph.input_types()).value()->arena_bytes();
  REQUIRE(arena > 0);
  REQUIRE(program->set_budget(arena).ok());
  CHECK(program->compile(graph.input_types()).value()->arena_bytes() == arena);
  REQUIRE(program->set_budget(arena - 1).ok());
  CHECK_FALSE(program->compile(graph.input_types()).ok());
  CHECK_FALSE(program->set_budget(-1).ok());
}

TEST_CASE("forward and backward of a call run in one block of scratch") {
  const Graph graph = random_layers(3, 24);
  std::mt19937 random(1);
  const auto inputs = random_inputs(graph, random);
  const auto compiled =
      Program::create(graph).take()->compile(graph.input_types(), {true, true, true}).take();
  const executor::MemoryFigures memory = compiled->memory();
  REQUIRE(std::min(memory.arena, memory.backward) > 4096);
  const int64_t before = memory_stats().live;
  step(*compiled, inputs);
  const int64_t kept = memory_stats().live - before;  // for the next call
  CHECK(kept >= memory.residual);
  CHECK(kept < bytes_of(*compiled) + 4096);
}

TEST_CASE("a consuming backward overwrites residuals after their last read only") {
  std::mt19937 random(8);
  int64_t without = 0, within = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph joint = graph::reverse(random_layers(seed, 24), {true, true, true}).take().graph;
    const size_t outputs = joint.states.empty() ? 1 : 2;
    const executor::Split parts = executor::split(joint, outputs);
    executor::PlanOptions options;
    options.threads = 4;
    options.first_residual_output = outputs;
    const Plan forward = executor::make_plan(parts.forward, options).take();
    Simulation(parts.forward, forward).run();
    options.first_residual_output = SIZE_MAX;
    options.residual_inputs.assign(parts.backward.inputs.size() - forward.residual_offsets.size(),
                                   -1);
    options.residual_inputs.insert(options.residual_inputs.end(), forward.residual_offsets.begin(),
                                   forward.residual_offsets.end());
    without += executor::make_plan(parts.backward, options).value().arena_bytes;
    options.overwrite_residuals = true;
    const Plan backward = executor::make_plan(parts.backward, options).take();
    within += backward.arena_bytes;
    Simulation simulation(parts.backward, backward, options.residual_inputs);
    simulation.run();
    for (int round = 0; round < 3; ++round) simulation.run_interleaved(random);
  }
  CHECK(within < without);
}
