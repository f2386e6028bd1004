// Effects with results: what depends on them, and what is left without them.
#include "core/executor/graph_testing.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"
#include "graph/reverse/effects.h"
#include "ops/slots/host_function.h"

using namespace weft;
using namespace weft::testing;

namespace {

// A function that gives its argument, as a node of type float32(2).
Value callback(GraphBuilder& b, const Value& x) {
  const auto identity = Ref<ops::HostFunction>::adopt(new ops::HostFunction(
      "identity", [](std::span<const Ref<Tensor>> in, std::span<Ref<Tensor>> out) {
        out[0] = in[0];
        return Status();
      }));
  const int64_t types[] = {static_cast<int64_t>(DType::kFloat32), 1, 2};
  const Value inputs[] = {x};
  const Argument attributes[] = {Argument::of_function(identity.get()), Argument::of_ints(types)};
  return b.emit(ops::op_named("callback"), inputs, attributes)[0];
}

std::string names(const Graph& graph) {
  std::string text;
  for (const graph::Node& node : graph.nodes) text += (node.op ? node.op->name : "region") + " ";
  return text;
}

}  // namespace

TEST_CASE("a region never pulls an effect in front of another") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2}));
  const Value before = b.call("exp", {x});
  print(b, "{}", {before});
  // Were both sides of it one region, the region, and what it reads, would run before the print.
  b.output(before + callback(b, x));
  const Graph fused = graph::fuse_elementwise(graph, {}).take();
  const Status status = graph::verify(fused);
  CHECK_MESSAGE(status.ok(), status.message());
  CHECK(names(fused) == "exp print callback add ");
}

TEST_CASE("without effects their results are inputs") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2}));
  print(b, "{}", {x});
  const Value y = callback(b, x);
  b.output(y * callback(b, y));
  CHECK(graph::effect_results(graph).size() == 2);
  const Graph left = graph::without_effects(graph);
  const Status status = graph::verify(left);
  CHECK_MESSAGE(status.ok(), status.message());
  CHECK(names(left) == "multiply ");
  CHECK(left.inputs.size() == 3);
  std::mt19937 random(1);
  const auto inputs = random_inputs(left, random);
  const auto found = executor::evaluate(left, inputs).take();
  for (int i = 0; i < 2; ++i) {
    const auto at = [&](const Ref<Tensor>& t) {
      return reinterpret_cast<const float*>(t->data())[i];
    };
    CHECK(at(found[0]) == at(inputs[1]) * at(inputs[2]));
  }
}

TEST_CASE("functions live as long as a graph that has them") {
  int alive = 1;
  {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(f32({2}));
    {
      const std::shared_ptr<int> token(&alive, [](int* count) { --*count; });
      const auto function = Ref<ops::HostFunction>::adopt(
          new ops::HostFunction("f", [token](auto, auto) { return Status(); }));
      const Argument attributes[] = {Argument::of_function(function.get()), Argument::of_ints({})};
      b.emit(ops::op_named("callback"), {&x, 1}, attributes);
    }
    const Graph copy = graph;
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}
