#include "executor/lowering/control.h"

#include "core/executor/control_testing.h"
#include "core/executor/run_testing.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/pool.h"

using namespace weft;
using namespace weft::testing;

namespace {

float number(const Ref<Tensor>& tensor, int64_t at) {
  return reinterpret_cast<const float*>(tensor->data())[at];
}

Ref<Tensor> numbers(std::initializer_list<float> values) {
  Ref<Tensor> tensor =
      Tensor::create(DType::kFloat32, Shape{static_cast<int64_t>(values.size())}).take();
  std::copy(values.begin(), values.end(), reinterpret_cast<float*>(tensor->data()));
  return tensor;
}

template <class Number>
Ref<Tensor> scalar(DType dtype, Number value) {
  Ref<Tensor> tensor = Tensor::create(dtype, Shape()).take();
  std::memcpy(tensor->data(), &value, sizeof value);
  return tensor;
}

}  // namespace

TEST_CASE("a loop gives the bits of its iterations written out, with each pass on and off") {
  std::mt19937 random(3);
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph graph = random_loop_graph(seed, 3 + static_cast<int>(seed % 10));
    const auto inputs = random_inputs(graph, random);
    const auto expected = run(unrolled(graph), inputs, "-fold_constants,-transpose_products");
    for (const char* passes : {"", "-fuse_elementwise", "-order", "-hoist_invariants",
                               "-fuse_elementwise,-eliminate_common,-fold_constants,-remove_dead_"
                               "code,-remove_dead_code"}) {
      const auto got = run(graph, inputs, passes);
      REQUIRE(got.size() == expected.size());
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_bits(*got[i], *expected[i]), "seed " << seed << " output " << i << " "
                                                                << passes << "\n"
                                                                << graph::print(graph));
    }
  }
}

TEST_CASE("a cond gives the bits of the body that it chooses") {
  std::mt19937 random(4);
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph = random_cond_graph(seed, 3 + static_cast<int>(seed % 10));
    for (const bool holds : {true, false}) {
      auto inputs = random_inputs(graph, random);
      inputs[0] = scalar(DType::kBool, static_cast<uint8_t>(holds));
      const graph::Region* region = nullptr;
      for (const graph::Node& node : graph.nodes)
        if (graph::control_of(graph, node)) region = graph::control_of(graph, node);
      Graph plain;
      GraphBuilder b(plain);
      std::vector<Value> values;
      for (const TensorType& type : graph.input_types()) values.push_back(b.input(type));
      plain.ordinals = graph.ordinals;
      const std::vector<Value> outputs = inline_body(b, holds ? *region->body : *region->otherwise,
                                                     0, {values[1], values[2], values[3] * 0.5});
      for (const Value& output : outputs) b.output(output * 2.0);
      const auto got = run(graph, inputs),
                 expected = run(plain, inputs, "-fold_constants,-transpose_products");
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_bits(*got[i], *expected[i]), "seed " << seed << " output " << i);
    }
  }
}

TEST_CASE("a loop ends where its condition does, and the rows behind are zero") {
  const Graph graph =
      graph::parse(
          "graph(%0: bool(), %1: float32(2,)) {\n"
          "  %2: bool(), %3: float32(2,), %4: int64(), %5: float32(4, 2) = loop(%0, %1) sliced 0 "
          "carried 2 most 4 while (%0: bool(), %1: float32(2,)) {\n"
          "    %2: float32(2,) = multiply(%1, 2)\n"
          "    %3: float32() = sum(%2)\n"
          "    %4: bool() = less(%3, 20)\n"
          "    return %4, %2, %1\n"
          "  }\n"
          "  return %3, %4, %5, %2\n"
          "}\n")
          .take();
  struct Case {
    uint8_t begins;
    float start;
    int64_t trips;
  };
  for (const Case& one : {Case{1, 1, 4}, Case{1, 3, 2}, Case{1, 100, 1}, Case{0, 1, 0}}) {
    const auto got =
        run(graph, {scalar(DType::kBool, one.begins), numbers({one.start, one.start})});
    CHECK(*reinterpret_cast<int64_t*>(got[1]->data()) == one.trips);
    float value = one.start;
    for (int64_t row = 0; row < 4; ++row) {
      CHECK(number(got[2], 2 * row) == (row < one.trips ? value : 0.0f));
      if (row < one.trips) value *= 2;
    }
    CHECK(number(got[0], 1) == value);
    CHECK(*got[3]->data() == (one.trips == 4 && value < 10));
  }
}

TEST_CASE("a counted loop runs so many rows, backwards from the last of them") {
  const Graph graph = graph::parse(
                          "graph(%0: int64(), %1: float32(4,), %2: float32()) {\n"
                          "  %3: float32(), %4: float32(4,) = loop(%0, %1, %2) sliced 1 carried 1 "
                          "most 4 counted backwards (%0: float32(), %1: float32()) {\n"
                          "    %2: float32() = multiply(%1, 10)\n"
                          "    %3: float32() = add(%2, %0)\n"
                          "    return %3, %1\n"
                          "  }\n"
                          "  return %3, %4\n"
                          "}\n")
                          .take();
  const float finals[] = {0, 1, 21, 321, 4321, 4321, 0};
  for (const int64_t count : {0, 1, 2, 3, 4, 9, -1}) {
    const auto got = run(graph, {scalar(DType::kInt64, count), numbers({1, 2, 3, 4}),
                                 scalar(DType::kFloat32, 0.0f)});
    CHECK(number(got[0], 0) == finals[count < 0 ? 6 : std::min<int64_t>(count, 5)]);
    for (int64_t row = std::clamp<int64_t>(count, 0, 4); row < 4; ++row)
      CHECK(number(got[1], row) == 0);
  }
}

TEST_CASE("what a loop carries is renewed in place") {
  // The state is large, the body overwrites one row of it: nothing as large is in the arena.
  const Graph graph =
      graph::parse(
          "graph(%0: float32(8, 16), %1: float32(512, 16)) {\n"
          "  %2: float32(512, 16) = loop(%0, %1) sliced 1 carried 1 most 8 (%0: float32(16,), "
          "%1: float32(512, 16)) {\n"
          "    %2: float32(512, 16) = update(%1, %0, offset=32, shape=[16], strides=[1])\n"
          "    return %2\n"
          "  }\n"
          "  return %2\n"
          "}\n")
          .take();
  executor::PlanOptions options;
  options.threads = num_threads();
  const executor::Plan plan = executor::make_plan(graph, options).take();
  CHECK(plan.arena_bytes < 1024);
  std::mt19937 random(1);
  const auto inputs = random_inputs(graph, random);
  const auto got = run(graph, inputs);
  for (int64_t i = 0; i < 512 * 16; ++i)
    CHECK(number(got[0], i) ==
          (i / 16 == 2 ? number(inputs[0], 7 * 16 + i % 16) : number(inputs[1], i)));
}

TEST_CASE("a run of control flow allocates nothing from the second call on") {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const Graph graph = seed % 2 ? random_loop_graph(seed, 12) : random_cond_graph(seed, 12);
    auto compiled = executor::Program::create(graph).take()->compile(graph.input_types()).take();
    std::mt19937 random(seed);
    const auto inputs = random_inputs(graph, random);
    auto outputs = empty_tensors(compiled->output_types());
    const auto in = pointers(inputs), out = pointers(outputs);
    const auto call = [&] {
      const auto frame = compiled->checkout().take();
      REQUIRE(compiled->forward(*frame, in, out, 1, 0).ok());
    };
    call();
    const int64_t calls = memory_stats().system_calls;
    for (int i = 0; i < 3; ++i) call();
    CHECK(memory_stats().system_calls == calls);
    CHECK(compiled->describe().find(" control ") != std::string::npos);
  }
}
