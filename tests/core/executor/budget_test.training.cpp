// Plans with gradients that keep to a budget: the same bits, in no more bytes.
#include <algorithm>
#include <cstring>
#include <map>

#include "core/executor/graph_testing.h"
#include "core/executor/plan_simulation.h"
#include "executor/plan/branches.h"
#include "executor/program/program.h"
#include "executor/remat/rematerialize.h"
#include "executor/remat/split.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/reverse/effects.h"
#include "graph/reverse/reverse.h"
#include "runtime/memory/pool.h"

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

// Layers, their gradients, and updates of the weights: what a training step is in one graph.
Graph random_step(unsigned seed, int layers) {
  graph::Joint joint = graph::reverse(random_layers(seed, layers), {true, true, true}).take();
  Graph graph = std::move(joint.graph);
  GraphBuilder b(graph);
  std::vector<graph::ValueId> gradients;
  for (const bool has : joint.has_gradient) gradients.push_back(has ? 0 : graph::kNoValue);
  size_t next = joint.takes_cotangent.size();
  for (graph::ValueId& id : gradients)
    if (id != graph::kNoValue) id = graph.outputs[next++];
  graph.outputs.resize(joint.takes_cotangent.size());
  for (int32_t input = 0; input < 3; ++input) {
    const auto has_state = [&](const graph::StatePair& pair) { return pair.input == input; };
    const graph::ValueId gradient = gradients[static_cast<size_t>(input)];
    if (gradient == graph::kNoValue || std::ranges::any_of(graph.states, has_state)) continue;
    graph.states.push_back({input, static_cast<int32_t>(graph.outputs.size())});
    b.output(b.value(graph.inputs[static_cast<size_t>(input)]) - b.value(gradient) * 0.01);
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// States are written where they are read.
std::vector<Ref<Tensor>> run_step(Compiled& compiled, const std::vector<Ref<Tensor>>& given) {
  auto frame = compiled.checkout().take();
  std::vector<Ref<Tensor>> inputs;
  for (const Ref<Tensor>& tensor : given) {
    inputs.push_back(Tensor::create(tensor->dtype(), tensor->shape()).take());
    std::memcpy(inputs.back()->data(), tensor->data(), static_cast<size_t>(tensor->bytes()));
  }
  auto outputs = empty_tensors(compiled.output_types());
  for (const graph::StatePair& pair : compiled.states())
    outputs[static_cast<size_t>(pair.output)] = inputs[static_cast<size_t>(pair.input)];
  const Status status = compiled.forward(*frame, pointers(inputs), pointers(outputs), 7, 3);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return outputs;
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
    const auto keeping = Program::create(graph, graph::PassSelection("-residuals")).take();
    const auto keeps = keeping->compile(graph.input_types(), wanted).take();
    const auto expected = step(*keeps, inputs);
    const int64_t whole = bytes_of(*keeps);
    for (const int percent : {100, 85, 70, 55, 40, 20, 1}) {
      const int64_t budget = whole * percent / 100;
      REQUIRE(program->set_budget(budget).ok());
      const auto compiled = program->compile(graph.input_types(), wanted);
      if (!compiled.ok()) {
        ++refused;
        CHECK(percent < 85);
        CHECK(compiled.status().message().find("`memory` must be at least") != std::string::npos);
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
    const int64_t minimum = std::stoll(text.substr(text.find("must be at least ") + 17));
    REQUIRE(program->set_budget(minimum).ok());
    const auto compiled = program->compile(graph.input_types(), {true, true, true});
    REQUIRE_MESSAGE(compiled.ok(), compiled.status().message());
    CHECK(bytes_of(*compiled.value()) <= minimum);
  }
}

TEST_CASE("a larger budget costs no more") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Graph whole = random_step(seed, 32);
    const executor::ForwardPart first = executor::forward_of_step(whole);
    std::map<std::vector<bool>, int64_t> known;
    const auto bytes_with = [&](const std::vector<bool>& rematerialized) {
      const auto [at, is_new] = known.emplace(rematerialized, 0);
      if (is_new) {
        const Graph step = graph::run_passes(executor::with_rematerialized(whole, rematerialized),
                                             graph::Stage::kAfterSplit, {}, {})
                               .take();
        at->second = executor::make_plan(step, {}).value().arena_bytes;
      }
      return at->second;
    };
    const int64_t plain = bytes_with(std::vector<bool>(whole.nodes.size(), false));
    double minimum = 0;
    for (int percent = 99; percent > 20; percent -= 2) {
      const int64_t budget = plain * percent / 100;
      double seconds = -1;
      const auto found = executor::search_remat(
          whole, first, budget, [&](const std::vector<bool>& rematerialized, int64_t) {
            const int64_t bytes = bytes_with(rematerialized);
            if (bytes <= budget) seconds = first.residuals(rematerialized).seconds;
            return Result<int64_t>(bytes);
          });
      REQUIRE(found.ok());
      if (seconds < 0) break;
      CHECK_MESSAGE(seconds >= minimum,
                    "seed " << seed << " at " << percent << " %: " << seconds << " " << minimum);
      minimum = seconds;
    }
  }
}

TEST_CASE("plans that stop short of a budget out of reach do not count as the least") {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const Graph whole = random_step(seed, 32);
    const executor::ForwardPart first = executor::forward_of_step(whole);
    int64_t minimum = INT64_MAX;
    const auto found = executor::search_remat(
        whole, first, 1, [&](const std::vector<bool>& rematerialized, int64_t enough) {
          const int64_t bytes = first.residuals(rematerialized).bytes;
          minimum = std::min(minimum, bytes);
          return Result<int64_t>(enough == 0 ? bytes : bytes + bytes / 20);
        });
    CHECK(found.value() == minimum);
  }
}

TEST_CASE("a step in one graph meets a budget without a change in any bit") {
  std::mt19937 random(4);
  int met = 0, refused = 0;
  for (unsigned seed = 0; seed < 25; ++seed) {
    const Graph graph = random_step(seed, 24);
    const auto inputs = random_inputs(graph, random);
    const auto program = Program::create(graph).take();
    const auto plain = program->compile(graph.input_types()).take();
    const auto expected = run_step(*plain, inputs);
    for (const int percent : {100, 85, 70, 55, 40, 1}) {
      const int64_t budget = plain->arena_bytes() * percent / 100;
      REQUIRE(program->set_budget(budget).ok());
      const auto compiled = program->compile(graph.input_types());
      if (!compiled.ok()) {
        ++refused;
        CHECK(compiled.status().message().find("`memory` must be at least") != std::string::npos);
        continue;
      }
      ++met;
      CHECK(compiled.value()->arena_bytes() <= budget);
      const auto got = run_step(*compiled.value(), inputs);
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_bits(*got[i], *expected[i]), "seed " << seed << " at " << percent
                                                                << " % result " << i << "\n"
                                                                << graph::print(graph));
    }
  }
  CHECK(met > 60);
  CHECK(refused >= 25);
}

TEST_CASE("a step whose nodes run again is a sound graph, and its plan reads what was written") {
  std::mt19937 random(6);
  for (unsigned seed = 0; seed < 15; ++seed) {
    const Graph graph = random_step(seed, 24);
    const executor::ForwardPart first = executor::forward_of_step(graph);
    REQUIRE_FALSE(first.nodes.empty());
    const int64_t all = executor::rematerializable_bytes(graph, first);
    const int64_t plain = first.residuals(std::vector<bool>(graph.nodes.size(), false)).bytes;
    int64_t minimum = plain;
    for (const executor::RematLevel& level : executor::remat_levels(graph, first, all / 4)) {
      const Graph rematerialized = executor::with_rematerialized(graph, level.rematerialized);
      const Status sound = graph::verify(rematerialized);
      CHECK_MESSAGE(sound.ok(), sound.message());
      CHECK(rematerialized.nodes.size() > graph.nodes.size());
      minimum = std::min(minimum, first.residuals(level.rematerialized).bytes);
      executor::PlanOptions options;
      options.threads = 4;
      const Plan plan = executor::make_plan(rematerialized, options).take();
      Simulation simulation(rematerialized, plan);
      simulation.run();
      for (int round = 0; round < 3; ++round) simulation.run_interleaved(random);
    }
    CHECK(minimum < plain);
  }
}

TEST_CASE("of a norm that runs again mean and variance are kept") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({16, 2, 6})), gamma = b.input(f32({2})), beta = b.input(f32({2}));
  const Value inputs[] = {b.call("exp", {x}), gamma, beta};
  const Argument eps[] = {Argument::of_float(1e-5)};
  const Value norm = b.emit(ops::op_named("batch_norm_training"), inputs, eps)[0];
  const int64_t axes[] = {0, 1, 2};
  b.output(ops::sum(norm * norm, axes, false));
  Graph joint = graph::reverse(graph, {true, true, true}).take().graph;
  for (const bool is_step : {false, true}) {
    if (is_step) joint.states = {{0, 1}, {1, 2}, {2, 3}};
    const executor::ForwardPart first =
        is_step ? executor::forward_of_step(joint) : executor::forward_of_joint(joint, 1);
    std::vector<bool> all(joint.nodes.size(), false);
    for (const int32_t n : first.nodes)
      all[static_cast<size_t>(n)] =
          executor::may_recompute(joint, joint.nodes[static_cast<size_t>(n)], first);
    const Graph again = is_step ? executor::with_rematerialized(joint, all)
                                : executor::split(joint, 1, all).backward;
    const auto is_gradient = [](const graph::Node& node) {
      return node.op->name == "batch_norm_training_gradient";
    };
    const auto found = std::ranges::find_if(again.nodes, is_gradient);
    REQUIRE(found != again.nodes.end());
    const auto made = [&](size_t operand) {
      return again.producer(found->operands[operand].value);
    };
    REQUIRE(made(3));
    CHECK(made(3)->op->name == "exp");  // the data, once more
    CHECK((made(3)->clone_of != graph::kNoValue) == is_step);
    for (const size_t kept : {5, 6})
      CHECK((is_step ? made(kept)->clone_of == graph::kNoValue : made(kept) == nullptr));
  }
}

TEST_CASE("light steps run again so that the fewest bytes are kept") {
  int tried = 0, less = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph graph = graph::reverse(random_layers(seed, 3), {true, true, true}).take().graph;
    const executor::ForwardPart first =
        executor::forward_of_joint(graph, graph.states.empty() ? 1 : 2);
    const std::vector<bool> may = executor::recomputed_light(graph, first);
    std::vector<size_t> light;
    for (size_t n = 0; n < may.size(); ++n)
      if (may[n] && !graph.nodes[n].op->view_rule) light.push_back(n);
    if (light.size() > 12) continue;  // all choices are tried
    ++tried;
    int64_t fewest = INT64_MAX;
    const std::vector<bool> none(graph.nodes.size(), false);
    for (uint32_t chosen = 0; chosen < 1U << light.size(); ++chosen) {
      std::vector<bool> rematerialized = none;
      for (size_t i = 0; i < light.size(); ++i) rematerialized[light[i]] = chosen >> i & 1;
      fewest = std::min(fewest, first.residuals(rematerialized).bytes);
    }
    CHECK(first.residuals(executor::fewest_residuals(graph, first)).bytes == fewest);
    less += fewest < first.residuals(none).bytes;
  }
  CHECK(tried > 20);
  CHECK(less > 10);
}

TEST_CASE("what a product gives is kept, however few operations it takes") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({8, 4, 16, 16})), w = b.input(f32({4, 1, 3, 3}));
  const Value inputs[] = {b.call("tanh", {x}), w};
  const int64_t one[] = {1, 1};
  const Argument window[] = {Argument::none(), Argument::of_ints(one), Argument::of_ints(one),
                             Argument::of_ints(one), Argument::of_int(4)};
  const Value y = b.emit(ops::op_named("convolution_image"), inputs, window)[0];
  const int64_t axes[] = {0, 1, 2, 3};
  b.output(ops::sum(b.call("tanh", {y * 0.5}), axes, false));
  const Graph joint = graph::reverse(graph, {true, true}).take().graph;
  const executor::ForwardPart first = executor::forward_of_joint(joint, 1);
  const std::vector<bool> again = executor::recomputed_light(joint, first);
  int products = 0, others = 0;
  for (const int32_t n : first.nodes) {
    const graph::Node& node = joint.nodes[static_cast<size_t>(n)];
    const bool is_product = node.op->name == "convolution_image";
    if (is_product) CHECK(executor::is_light(joint, node));  // as the model of costs has it
    if (is_product) CHECK_FALSE(again[static_cast<size_t>(n)]);
    products += is_product;
    others += again[static_cast<size_t>(n)];
  }
  CHECK(products == 1);
  CHECK(others > 0);
}

TEST_CASE("what waits for a loop is kept for the light step that reads it") {
  const auto waits = [](const std::string& between) {
    const Graph graph = graph::parse(
                            "graph(%0: float32(64,), %1: float32(3, 64)) {\n"
                            "  %2: float32(64,) = tanh(%0)\n"
                            "  %3: float32(3, 64) = " +
                            between +
                            "\n  %4: float32(3, 64) = multiply(%2, %3)\n"
                            "  %5: float32(3, 64) = exp(%4)\n  return %5\n}")
                            .take();
    executor::ForwardPart first;
    first.nodes = {0, 1, 2};
    first.leaves.resize(graph.values.size(), false);
    first.renewed.resize(graph.inputs.size(), false);
    return !executor::recomputed_light(graph, first)[0];
  };
  CHECK_FALSE(waits("relu(%1)"));
  CHECK(
      waits("loop(%1) sliced 1 carried 0 most 3 (%0: float32(64,)) {\n"
            "    %1: float32(64,) = relu(%0)\n    return %1\n  }"));
}

TEST_CASE("a plan that reads a state when it is renewed is seen") {
  for (unsigned seed = 0; seed < 15; ++seed) {
    const Graph graph = random_step(seed, 12);
    const Plan plan = executor::make_plan(graph, {}).take();
    CHECK(executor::verify_state_order(graph, plan).ok());
    int seen = 0, moved = 0;
    for (const graph::StatePair& state : graph.states) {
      const auto writes = [&](const executor::PlanStep& step) {
        return std::ranges::any_of(step.out, [&](const executor::Location& out) {
          return out.root == executor::MemoryRoot::kOutput && out.index == state.output;
        });
      };
      const auto reads = [&](const executor::PlanStep& step) {
        return std::ranges::any_of(step.in, [&](const executor::Location& in) {
          return in.root == executor::MemoryRoot::kInput && in.index == state.input &&
                 in.shape.rank() >= 0;
        });
      };
      const auto writer = std::ranges::find_if(plan.steps, writes) - plan.steps.begin();
      for (std::ptrdiff_t s = 0; s < writer; ++s) {
        if (!reads(plan.steps[static_cast<size_t>(s)])) continue;
        Plan swapped = plan;
        swapped.groups.clear();
        std::swap(swapped.steps[static_cast<size_t>(s)],
                  swapped.steps[static_cast<size_t>(writer)]);
        const Status status = executor::verify_state_order(graph, swapped);
        ++moved;
        seen += !status.ok();
        if (!status.ok())
          CHECK(status.message().find("reads the old content") != std::string::npos);
      }
    }
    CHECK(moved > 0);
    CHECK(seen == moved);
  }
}

TEST_CASE("levels keep less and cost more, and their halves are sound graphs") {
  for (unsigned seed = 0; seed < 25; ++seed) {
    const Graph joint = graph::reverse(random_layers(seed, 24), {true, true, true}).take().graph;
    const size_t outputs = joint.states.empty() ? 1 : 2;
    const executor::ForwardPart first = executor::forward_of_joint(joint, outputs);
    const int64_t all = executor::rematerializable_bytes(joint, first);
    const int64_t plain = executor::residuals_of(joint, outputs, {}).bytes;
    for (const int segments : {8, 2}) {
      double seconds = 0;
      int64_t minimum = plain;
      for (const executor::RematLevel& level :
           executor::remat_levels(joint, first, all / segments)) {
        CHECK(level.seconds >= seconds);
        seconds = level.seconds;
        minimum =
            std::min(minimum, executor::residuals_of(joint, outputs, level.rematerialized).bytes);
        const executor::Split parts = executor::split(joint, outputs, level.rematerialized);
        for (const Graph* half : {&parts.forward, &parts.backward}) {
          const Status sound = graph::verify(*half);
          CHECK_MESSAGE(sound.ok(), sound.message());
        }
      }
      CHECK(minimum < plain);
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
