#include <algorithm>
#include <cmath>

#include "core/executor/graph_testing.h"
#include "core/executor/output_testing.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/reverse/reverse.h"

using namespace weft;
using namespace weft::testing;
using executor::Compiled;
using executor::FramePtr;

namespace {

struct Call {
  FramePtr frame;
  std::vector<Ref<Tensor>> inputs, outputs;
};

Call forward(Compiled& compiled, std::vector<Ref<Tensor>> inputs) {
  Call call{compiled.checkout().take(), std::move(inputs), empty_tensors(compiled.output_types())};
  const auto in = pointers(call.inputs), out = pointers(call.outputs);
  const Status status = compiled.forward(*call.frame, in, out, 7, 3);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return call;
}

// Cotangents are ones; gradients of all inputs, zero where there is none.
std::vector<Ref<Tensor>> backward(Compiled& compiled, Call& call, bool consuming) {
  auto cotangents = empty_tensors(compiled.output_types());
  for (const Ref<Tensor>& tensor : cotangents)
    for (int64_t i = 0; i < tensor->elements(); ++i) {
      if (tensor->dtype() == DType::kFloat64) reinterpret_cast<double*>(tensor->data())[i] = 1;
      if (tensor->dtype() == DType::kFloat32) reinterpret_cast<float*>(tensor->data())[i] = 1;
    }
  auto gradients = empty_tensors(compiled.input_types());
  auto in = pointers(call.inputs), out = pointers(call.outputs);
  for (size_t i = 0; i < in.size(); ++i)  // what backward does not read may be gone
    if (!compiled.backward_reads_input(i)) in[i] = nullptr;
  for (size_t i = 0; i < out.size(); ++i)
    if (!compiled.backward_reads_output(i)) out[i] = nullptr;
  const auto given = pointers(cotangents), results = pointers(gradients);
  const Status status = compiled.backward(*call.frame, in, out, given, results, consuming, 7, 3);
  REQUIRE_MESSAGE(status.ok(), status.message());
  for (size_t i = 0; i < gradients.size(); ++i)
    if (!compiled.has_gradient(i))
      std::memset(results[i], 0, static_cast<size_t>(gradients[i]->bytes()));
  return gradients;
}

double total(const std::vector<Ref<Tensor>>& outputs) {
  double sum = 0;
  for (const Ref<Tensor>& output : outputs)
    for (int64_t i = 0; i < output->elements(); ++i)
      sum += reinterpret_cast<const double*>(output->data())[i];
  return sum;
}

bool all_same(const std::vector<Ref<Tensor>>& a, const std::vector<Ref<Tensor>>& b) {
  for (size_t i = 0; i < a.size(); ++i)
    if (!same_bits(*a[i], *b[i])) return false;
  return true;
}

}  // namespace

TEST_CASE("reverse sweep agrees with central differences") {
  std::mt19937 random(5);
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph graph = random_graph(seed, 4 + static_cast<int>(seed % 9), true, DType::kFloat64);
    const auto joint = graph::reverse(graph, {true, true});
    REQUIRE_MESSAGE(joint.ok(), joint.status().message());
    const Status sound = graph::verify(joint.value().graph);
    REQUIRE_MESSAGE(sound.ok(), sound.message());
    for (const char* passes :
         {"", "-fuse_elementwise", "-eliminate_common,-remove_dead_code,-fold_constants"}) {
      auto program = executor::Program::create(graph, graph::PassSelection(passes)).take();
      auto compiled = program->compile(graph.input_types(), {true, true});
      REQUIRE_MESSAGE(compiled.ok(), compiled.status().message());
      const auto inputs = random_inputs(graph, random);
      Call call = forward(*compiled.value(), inputs);
      const auto gradients = backward(*compiled.value(), call, true);
      for (size_t i = 0; i < inputs.size(); ++i)
        for (int64_t k = 0; k < inputs[i]->elements(); k += 5) {
          double& x = reinterpret_cast<double*>(inputs[i]->data())[k];
          const double at = x, step = 1e-6;
          x = at + step;
          const double high = total(executor::evaluate(graph, inputs, 7, 3).value());
          x = at - step;
          const double low = total(executor::evaluate(graph, inputs, 7, 3).value());
          x = at;
          const double expected = (high - low) / (2 * step);
          const double got = reinterpret_cast<double*>(gradients[i]->data())[k];
          CHECK_MESSAGE(std::abs(got - expected) <= 1e-4 * (1 + std::abs(expected)),
                        "seed " << seed << " input " << i << ": " << got << " for " << expected
                                << "\n"
                                << graph::print(graph));
        }
    }
  }
}

TEST_CASE("two forwards before two backwards, in either order") {
  std::mt19937 random(9);
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph = random_graph(seed, 12, true);
    auto program = executor::Program::create(graph).take();
    auto compiled = program->compile(graph.input_types(), {true, true}).take();
    Call a = forward(*compiled, random_inputs(graph, random));
    const auto expected_a = backward(*compiled, a, true);
    Call b = forward(*compiled, random_inputs(graph, random));
    const auto expected_b = backward(*compiled, b, true);
    Call first = forward(*compiled, a.inputs);
    Call second = forward(*compiled, b.inputs);
    CHECK(all_same(backward(*compiled, first, true), expected_a));
    CHECK(all_same(backward(*compiled, second, true), expected_b));
    Call third = forward(*compiled, a.inputs);
    Call fourth = forward(*compiled, b.inputs);
    CHECK(all_same(backward(*compiled, fourth, false), expected_b));
    CHECK(all_same(backward(*compiled, third, false), expected_a));
    CHECK(all_same(backward(*compiled, fourth, false), expected_b));
  }
}

TEST_CASE("a preserving backward runs again, a consuming one does not") {
  const Graph graph = random_graph(2, 12, true);
  auto compiled =
      executor::Program::create(graph).take()->compile(graph.input_types(), {true, true}).take();
  std::mt19937 random(1);
  Call call = forward(*compiled, random_inputs(graph, random));
  const auto first = backward(*compiled, call, false);
  CHECK(all_same(backward(*compiled, call, false), first));
  CHECK(all_same(backward(*compiled, call, true), first));
  const auto in = pointers(call.inputs), out = pointers(call.outputs);
  const Status again = compiled->backward(*call.frame, in, out, out, in, true);
  CHECK(again.message().find("computed already") != std::string::npos);
}

TEST_CASE("the joint program gives the gradients of the backward plan, and has gradients itself") {
  std::mt19937 random(4);
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Graph graph = random_graph(seed, 8, true, DType::kFloat64);
    auto compiled =
        executor::Program::create(graph).take()->compile(graph.input_types(), {true, true}).take();
    Call call = forward(*compiled, random_inputs(graph, random));
    const auto expected = backward(*compiled, call, true);
    const auto joint = compiled->joint();
    REQUIRE_MESSAGE(joint.ok(), joint.status().message());
    std::vector<Ref<Tensor>> inputs = call.inputs;
    for (size_t i = 0; i < call.outputs.size(); ++i)
      if (compiled->takes_cotangent(i)) {
        inputs.push_back(call.outputs[i]);
        for (int64_t k = 0; k < call.outputs[i]->elements(); ++k)
          reinterpret_cast<double*>(call.outputs[i]->data())[k] = 1;
      }
    const Graph& gradients = joint.value()->graph();
    auto second =
        joint.value()->compile(gradients.input_types(), executor::Wanted(inputs.size(), true));
    REQUIRE_MESSAGE(second.ok(), second.status().message());
    Call outer = forward(*second.value(), inputs);
    size_t next = 0;
    for (size_t i = 0; i < expected.size(); ++i)
      if (compiled->has_gradient(i)) CHECK(same_bits(*outer.outputs[next++], *expected[i]));
    backward(*second.value(), outer, true);
  }
}

TEST_CASE("an operator without gradient on the way is named; off the way it is none") {
  const auto build = [](const char* text) {
    return graph::reverse(graph::parse(text).value(), {true, true});
  };
  const auto blocked = build(
      "graph(%0: float32(4), %1: float32(4)) {\n"
      "  %2: float32(4) = add(%0, 1)\n"
      "  return %2\n}");
  REQUIRE(blocked.ok());
  CHECK(blocked.value().has_gradient == std::vector<bool>{true, false});
  const auto detached = build(
      "graph(%0: float32(4), %1: float32(4)) {\n"
      "  %2: bool(4) = greater(%0, %1)\n"
      "  %3: float32(4) = cast(%2, dtype=float32)\n"
      "  %4: float32(4) = multiply(%3, %1)\n"
      "  return %4\n}");
  REQUIRE(detached.ok());
  CHECK(detached.value().has_gradient == std::vector<bool>{false, true});
}

// Two lookups in one table: the gradient is their rows, in the order of the sweep.
TEST_CASE("lookups with sparse_grad make a pair of rows and indices") {
  const Graph graph = graph::parse(
                          "graph(%0: float32(5, 2), %1: int64(3), %2: int64(1, 2)) {\n"
                          "  %3: float32(3, 2) = take_rows(%0, %1, sparse_grad=true)\n"
                          "  %4: float32(1, 2, 2) = take_rows(%0, %2, sparse_grad=true)\n"
                          "  %5: float32(3, 2) = multiply(%3, 3)\n"
                          "  return %5, %4\n}")
                          .value();
  const auto joint = graph::reverse(graph, {true, false, false});
  REQUIRE_MESSAGE(joint.ok(), joint.status().message());
  CHECK(joint.value().gradient_rows == std::vector<int64_t>{5, -1, -1});
  REQUIRE(graph::verify(joint.value().graph).ok());
  auto compiled =
      executor::Program::create(graph).take()->compile(graph.input_types(), {true, false, false});
  REQUIRE_MESSAGE(compiled.ok(), compiled.status().message());
  Compiled& program = *compiled.value();
  CHECK(program.gradient_rows(0) == 5);
  CHECK(!program.backward_reads_input(0));
  Call call{program.checkout().take(), empty_tensors(program.input_types()),
            empty_tensors(program.output_types())};
  const int64_t first[] = {4, 0, 4}, second[] = {1, -1};
  std::memcpy(call.inputs[1]->data(), first, sizeof first);
  std::memcpy(call.inputs[2]->data(), second, sizeof second);
  const auto in = pointers(call.inputs), out = pointers(call.outputs);
  REQUIRE(program.forward(*call.frame, in, out).ok());
  float ones[6] = {1, 1, 1, 1, 1, 1}, rows[10] = {};
  int64_t indices[5] = {};
  void* const cotangents[] = {ones, ones};
  void* const gradients[] = {rows, nullptr, nullptr, indices, nullptr, nullptr};
  REQUIRE(program.backward(*call.frame, in, out, cotangents, gradients, true).ok());
  double sums[5] = {};
  for (int k = 0; k < 5; ++k) {
    CHECK(rows[2 * k] == rows[2 * k + 1]);
    sums[(indices[k] + 5) % 5] += rows[2 * k];
  }
  CHECK(std::ranges::equal(sums, std::vector<double>{3, 1, 0, 0, 7}));
}

TEST_CASE("effects happen in the forward, once, and in the order of the program") {
  std::mt19937 random(1);
  int printed = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Graph graph = random_graph(seed, 16, true, DType::kFloat64, true);
    const auto inputs = random_inputs(graph, random);
    std::string wanted;
    {
      const CapturedOutput output;
      REQUIRE(executor::evaluate(graph, inputs, 7, 3).ok());
      wanted = output.text();
    }
    const auto program = executor::Program::create(graph).take();
    const auto compiled = program->compile(graph.input_types(), {true, true}).take();
    const CapturedOutput output;
    Call call = forward(*compiled, inputs);
    CHECK(output.text() == wanted);
    backward(*compiled, call, false);
    backward(*compiled, call, true);
    const auto joint = compiled->joint().take();
    CHECK(joint->graph().effects == 0);
    CHECK(output.text() == wanted);
    printed += graph.effects;
  }
  CHECK(printed > 100);
}
