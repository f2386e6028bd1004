// Effects keep their order: under each pass, in text, and from graph to plan.
#include "core/executor/graph_testing.h"
#include "core/executor/output_testing.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"

using namespace weft;
using namespace weft::testing;
using graph::Node;

namespace {

// The texts of the effects as they stand in the list of nodes.
std::string order(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes)
    if (node.effect >= 0) text += std::string(node.attributes.view()[0].as_text()) + "; ";
  return text;
}

// What a run prints, node by node: the order in which the program was written.
std::string evaluated(const Graph& graph, std::span<const Ref<Tensor>> inputs) {
  const CapturedOutput output;
  REQUIRE(executor::evaluate(graph, inputs, 3, 5).ok());
  return output.text();
}

std::string planned(const Graph& graph, std::span<const Ref<Tensor>> inputs, const char* passes) {
  const auto program = executor::Program::create(graph, graph::PassSelection(passes)).take();
  const auto compiled = program->compile(graph.input_types()).take();
  const std::vector<Ref<Tensor>> in(inputs.begin(), inputs.end());
  const auto out = empty_tensors(compiled->output_types());
  const auto frame = compiled->checkout().take();
  const CapturedOutput output;
  REQUIRE(compiled->forward(*frame, pointers(in), pointers(out), 3, 5).ok());
  return output.text();
}

std::string broken(void (*change)(Graph& graph)) {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2}));
  print(b, "first {}", {x});
  print(b, "second {}", {x});
  b.output(x + 1.0);
  REQUIRE(graph::verify(graph).ok());
  change(graph);
  return graph::verify(graph).message();
}

bool says(const std::string& message, const char* part) {
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every pass keeps all effects in order") {
  int prints = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    Graph graph = random_graph(seed, 24, false, DType::kFloat32, true);
    prints += graph.effects;
    const std::string written = order(graph);
    for (const graph::Pass& pass : graph::passes()) {
      Result<Graph> next = pass.run(graph, {executor::fold_node});
      REQUIRE_MESSAGE(next.ok(), next.status().message());
      graph = next.take();
      const Status status = graph::verify(graph);
      REQUIRE_MESSAGE(status.ok(), pass.name << ": " << status.message());
      REQUIRE_MESSAGE(order(graph) == written, pass.name);
    }
  }
  CHECK(prints > 1000);
}

TEST_CASE("a plan prints what node by node is printed, with each pass and without it") {
  constexpr const char* kAllThese =
      "-remove_dead_code,-fold_constants,-eliminate_common,-fuse_elementwise";
  std::mt19937 random(1);
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph = random_graph(seed, 20, false, DType::kFloat32, true);
    const auto inputs = random_inputs(graph, random);
    const std::string wanted = evaluated(graph, inputs);
    for (const char* passes : {"", "-remove_dead_code", "-fold_constants", "-eliminate_common",
                               "-fuse_elementwise", kAllThese})
      CHECK_MESSAGE(planned(graph, inputs, passes) == wanted, passes);
  }
}

TEST_CASE("effects are not merged, folded or removed") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2}));
  std::mt19937 random(1);
  const Value c = b.constant(random_tensor(f32({2}), random));
  for (int i = 0; i < 2; ++i) print(b, "same {}", {c});
  print(b, "nothing", {});
  print(b, "dead {}", {b.call("exp", {x})});
  b.output(x + 1.0);
  for (const graph::Pass& pass : graph::passes())
    graph = pass.run(graph, {executor::fold_node}).take();
  CHECK(order(graph) == "same {}; same {}; nothing; dead {}; ");
}

TEST_CASE("effects keep their order in text") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Graph graph = random_graph(seed, 16, false, DType::kFloat32, true);
    const std::string text = graph::print(graph);
    const Result<Graph> back = graph::parse(text);
    REQUIRE_MESSAGE(back.ok(), back.status().message() << "\n" << text);
    CHECK(graph::print(back.value()) == text);
    CHECK(order(back.value()) == order(graph));
    CHECK(back.value().effects == graph.effects);
  }
  const char* text =
      "graph(%0: bool(2,)) {\n"
      "  print(_, format=\"begin\")\n"
      "  check(%0, %0, message=\"not {}\", where=\"here\")\n"
      "  return %0\n"
      "}\n";
  const Result<Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  CHECK(graph::print(graph.value()) == text);
}

TEST_CASE("the verifier sees effects that moved, went or came twice") {
  CHECK(says(broken([](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); }),
             "must have effect 0 in the order of effects; got 1"));
  CHECK(says(broken([](Graph& g) { g.nodes[1].effect = 0; }),
             "must have effect 1 in the order of effects; got 0"));
  CHECK(says(broken([](Graph& g) { g.nodes[1].effect = -1; }),
             "must have a number, because it has an effect"));
  CHECK(says(broken([](Graph& g) { g.nodes[2].effect = 2; }), "because it has none"));
  CHECK(says(broken([](Graph& g) { g.effects = 3; }), "must have 3 effects; got 2"));
  CHECK(says(broken([](Graph& g) { g.nodes[1].clone_of = 0; }),
             "must not be a clone, because it has an effect"));
}

TEST_CASE("a pass that loses an effect is refused in every build") {
  Graph graph;
  GraphBuilder b(graph);
  print(b, "only", {});
  b.output(b.input(f32({2})));
  graph.nodes.clear();
  CHECK(says(graph::verify_effects(graph).message(), "must have 1 effects; got 0"));
  const Result<Graph> after =
      graph::run_passes(graph, graph::Stage::kWhole, {}, graph::PassSelection(""));
  CHECK(says(after.status().message(), "broke the graph"));
}

TEST_CASE("formats that do not fit their arrays are refused") {
  const auto refused = [](const std::string& format, std::initializer_list<Value> arrays) {
    Graph graph;
    GraphBuilder b(graph);
    std::vector<Value> inputs;
    for (size_t i = 0; i < arrays.size(); ++i) inputs.push_back(b.input(f32({2})));
    b.emit(ops::op_named("print"), inputs, std::vector<Argument>{Argument::of_string(format)});
    return b.status().message();
  };
  CHECK(says(refused("{}", {}), "one `{}` for each of 0 arrays"));
  CHECK(says(refused("", {Value()}), "one `{}` for each of 1 arrays"));
  CHECK(says(refused("{:.3f}", {Value()}), "no other braces"));
  CHECK(says(refused("{", {}), "no other braces"));
  CHECK(refused("{{}}", {}).empty());
}
