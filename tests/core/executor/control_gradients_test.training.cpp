#include <cmath>

#include "core/executor/control_testing.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/reverse/reverse.h"

using namespace weft;
using namespace weft::testing;

namespace {

using Arrays = std::vector<Ref<Tensor>>;

void fill(Tensor& tensor, double value) {
  for (int64_t i = 0; i < tensor.elements(); ++i)
    reinterpret_cast<double*>(tensor.data())[i] = value;
}

// Of the sum of all outputs, with respect to all floating inputs.
Arrays gradients(const Graph& graph, const Arrays& inputs, bool consuming = true) {
  executor::Wanted wanted;
  for (const TensorType& type : graph.input_types()) wanted.push_back(is_floating(type.dtype));
  auto compiled = executor::Program::create(graph).take()->compile(graph.input_types(), wanted);
  REQUIRE_MESSAGE(compiled.ok(), compiled.status().message() << "\n" << graph::print(graph));
  executor::Compiled& plan = *compiled.value();
  const auto frame = plan.checkout().take();
  const Arrays outputs = empty_tensors(plan.output_types());
  const auto in = pointers(inputs), out = pointers(outputs);
  Status status = plan.forward(*frame, in, out, 7, 3);
  REQUIRE_MESSAGE(status.ok(), status.message());
  const Arrays cotangents = empty_tensors(plan.output_types());
  for (const Ref<Tensor>& cotangent : cotangents) fill(*cotangent, 1);
  Arrays found = empty_tensors(graph.input_types());
  const auto given = pointers(cotangents), results = pointers(found);
  status = plan.backward(*frame, in, out, given, results, consuming, 7, 3);
  REQUIRE_MESSAGE(status.ok(), status.message());
  for (size_t i = 0; i < found.size(); ++i)
    if (!plan.has_gradient(i)) std::memset(found[i]->data(), 0, size_t(found[i]->bytes()));
  return found;
}

void check_close(const Arrays& got, const Arrays& expected, const std::string& what) {
  for (size_t i = 0; i < got.size(); ++i) {
    if (got[i]->dtype() != DType::kFloat64) continue;
    for (int64_t k = 0; k < got[i]->elements(); ++k) {
      const double a = reinterpret_cast<double*>(got[i]->data())[k];
      const double b = reinterpret_cast<double*>(expected[i]->data())[k];
      CHECK_MESSAGE(std::abs(a - b) <= 1e-9 * (1 + std::abs(b)),
                    what << ", input " << i << ": " << a << " for " << b);
    }
  }
}

// The gradients of `graph`'s output sum as outputs of a graph with the same inputs.
Graph gradient_graph(const Graph& graph) {
  std::vector<bool> wanted;
  for (const TensorType& type : graph.input_types()) wanted.push_back(is_floating(type.dtype));
  graph::Joint joint = graph::reverse(graph, wanted).take();
  REQUIRE_MESSAGE(graph::verify(joint.graph).ok(), graph::verify(joint.graph).message());
  joint.graph.outputs.erase(
      joint.graph.outputs.begin(),
      joint.graph.outputs.begin() + static_cast<std::ptrdiff_t>(graph.outputs.size()));
  Graph result;
  result.ordinals = joint.graph.ordinals;
  GraphBuilder b(result);
  std::vector<Value> inputs;
  for (const TensorType& type : graph.input_types()) inputs.push_back(b.input(type));
  for (size_t i = inputs.size(); i < joint.graph.inputs.size(); ++i) {
    const TensorType& type = joint.graph.type(joint.graph.inputs[i]);
    inputs.push_back(b.call("full", {},
                            {Argument::of_ints(type.shape.span()), Argument::of_float(1),
                             Argument::of_dtype(type.dtype)}));
  }
  const std::vector<Value> became = graph::inline_graph(b, joint.graph, inputs);
  for (const graph::ValueId id : joint.graph.outputs) {
    const Value gradient = became[static_cast<size_t>(id)];
    b.output(gradient * gradient);
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return result;
}

}  // namespace

TEST_CASE("the gradient of a loop is that of its iterations written out") {
  std::mt19937 random(3);
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph graph =
        random_loop_graph(seed, 3 + static_cast<int>(seed % 9), true, DType::kFloat64);
    const auto inputs = random_inputs(graph, random);
    check_close(gradients(graph, inputs, seed % 2), gradients(unrolled(graph), inputs),
                "seed " + std::to_string(seed));
  }
}

TEST_CASE("the second gradient of a loop is that of its iterations written out") {
  std::mt19937 random(3);
  for (unsigned seed = 0; seed < 24; ++seed) {
    const Graph graph =
        random_loop_graph(seed, 3 + static_cast<int>(seed % 6), true, DType::kFloat64, 3);
    const auto inputs = random_inputs(graph, random);
    check_close(gradients(gradient_graph(graph), inputs),
                gradients(gradient_graph(unrolled(graph)), inputs), "seed " + std::to_string(seed));
  }
}

TEST_CASE("the gradient of a cond is that of the body that ran") {
  std::mt19937 random(5);
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph =
        random_cond_graph(seed, 3 + static_cast<int>(seed % 9), true, DType::kFloat64);
    for (const uint8_t holds : {0, 1}) {
      auto inputs = random_inputs(graph, random);
      *inputs[0]->data() = static_cast<char>(holds);
      const graph::Region* region = nullptr;
      for (const graph::Node& node : graph.nodes)
        if (graph::control_of(graph, node)) region = graph::control_of(graph, node);
      Graph plain;
      GraphBuilder b(plain);
      std::vector<Value> values;
      for (const TensorType& type : graph.input_types()) values.push_back(b.input(type));
      const auto outputs = inline_body(b, holds ? *region->body : *region->otherwise, 0,
                                       {values[1], values[2], values[3] * 0.5});
      for (const Value& output : outputs) b.output(output * 2.0);
      check_close(gradients(graph, inputs), gradients(plain, inputs),
                  "seed " + std::to_string(seed));
    }
  }
}

TEST_CASE("a gradient stacks only what it needs of the carried values") {
  // The sum needs nothing of itself; the product needs what it was.
  for (const bool is_product : {false, true}) {
    Graph graph;
    GraphBuilder b(graph);
    const TensorType rows{DType::kFloat64, {6, 2}}, row{DType::kFloat64, {2}};
    const Value x = b.input(rows), state = b.input(row);
    Graph body;
    GraphBuilder inside(body);
    const Value one = inside.input(row), carried = inside.input(row);
    inside.output(is_product ? one * carried : one + carried);
    graph::Region region;
    region.kind = graph::RegionKind::kLoop;
    region.loop.sliced = region.loop.carried = 1;
    region.loop.maximum = 6;
    region.body = std::make_shared<const Graph>(std::move(body));
    const graph::ValueId operands[] = {x.id(), state.id()};
    b.output(b.add_control(std::move(region), operands)[0]);
    const graph::Joint joint = graph::reverse(graph, {true, true}).take();
    CHECK(graph::verify(joint.graph).ok());
    const size_t outputs = joint.graph.nodes[0].outputs.size();
    CHECK(outputs == (is_product ? 2 : 1));
  }
}
