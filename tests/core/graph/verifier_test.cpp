#include "graph/ir/verifier.h"

#include "core/executor/graph_testing.h"
#include "graph/passes/passes.h"
#include "ops/registry.h"

using namespace weft;
using namespace weft::testing;
using graph::Operand;

namespace {

// y = (x + w) * 2, z = sum(y), and a random node.
Graph sound() {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2, 3}), "x");
  const Value w = b.input(f32({3}), "w");
  const int64_t axes[] = {0};
  const int64_t shape[] = {3};
  const Value y = (x + w) * 2.0;
  const Value noise = b.call("uniform", {},
                             {Argument::of_float(0), Argument::of_float(1),
                              Argument::of_ints(shape), Argument::of_dtype(DType::kFloat32)});
  b.output(y);
  b.output(ops::sum(y, axes, false) + noise);
  graph.states = {{1, 1}};
  return graph;
}

std::string broken(void (*change)(Graph& graph)) {
  Graph graph = sound();
  change(graph);
  return graph::verify(graph).message();
}

bool says(const std::string& message, const char* part) {
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("verifier accepts a sound graph") {
  CHECK_MESSAGE(graph::verify(sound()).ok(), graph::verify(sound()).message());
}

TEST_CASE("verifier refuses each kind of broken graph") {
  CHECK(says(broken([](Graph& g) { g.nodes[0].operands[0].value = 5; }), "before it is defined"));
  CHECK(says(broken([](Graph& g) { g.nodes[0].operands[0].value = 99; }), "does not exist"));
  CHECK(says(broken([](Graph& g) { g.outputs[0] = 77; }), "does not exist"));
  CHECK(says(broken([](Graph& g) { g.nodes[1].outputs[0] = 0; }), "must be the only definition"));
  CHECK(says(broken([](Graph& g) { g.values.push_back({}); }), "must have one definition"));
  CHECK(says(broken([](Graph& g) { g.nodes[0].operands.pop_back(); }), "must have 2 operands"));
  CHECK(
      says(broken([](Graph& g) { g.nodes[0].operands[1] = Operand(); }), "must have its operand"));
  CHECK(says(broken([](Graph& g) { g.nodes[0].op = nullptr; }), "operator or a region"));
  CHECK(says(broken([](Graph& g) { g.values[2].type.shape = {2, 4}; }), "as inference says"));
  CHECK(says(broken([](Graph& g) { g.values[0].type.shape = {-2, 3}; }), "graph"));
  CHECK(says(broken([](Graph& g) { g.values[0].type.shape = {INT64_MAX, 3}; }), "graph"));
  CHECK(says(broken([](Graph& g) { g.values[0].type.dtype = static_cast<DType>(200); }),
             "must have a known dtype"));
  CHECK(says(broken([](Graph& g) { g.nodes[1].precision = DType::kInt8; }), "got int8"));
  CHECK(says(broken([](Graph& g) { g.values[0].type.dtype = DType::kFloat64; }), "cast"));
  CHECK(says(broken([](Graph& g) { g.values[1].name = "x"; }), "got `x` twice"));
  CHECK(says(broken([](Graph& g) { g.states[0].input = 9; }), "an existing input and output"));
  CHECK(says(broken([](Graph& g) { g.states[0].input = 0; }), "values of the same type"));
  CHECK(says(broken([](Graph& g) { g.states.push_back(g.states[0]); }), "of another pair"));
  CHECK(says(broken([](Graph& g) { g.ordinals = 0; }), "ordinal"));
  CHECK(says(broken([](Graph& g) { g.nodes[0].ordinal = 0; }), "because it is not random"));
  CHECK(says(broken([](Graph& g) { g.nodes[0].clone_of = 4; }), "earlier value"));
  CHECK(says(broken([](Graph& g) { g.nodes[0].backward = true; }), "belongs to the forward pass"));
}

namespace {

// A region that ends in a sum, after `change` to its body.
std::string broken_region(void (*change)(Graph& body)) {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.call("tanh", {b.input(f32({2, 3}))});
  const int64_t axes[] = {1};
  b.output(x);
  b.output(ops::sum(x, axes, true));
  graph = graph::fuse_elementwise(graph, {}).take();
  CHECK(graph::verify(graph).ok());
  Graph body = *graph.regions[0].body;
  change(body);
  graph.regions[0].body = std::make_shared<const Graph>(std::move(body));
  return graph::verify(graph).message();
}

// The sum of a body again, over other axes and with another shape.
void add_sum(Graph& body, int64_t axis, const TensorType& type) {
  graph::Node node = body.nodes[1];
  const auto old = node.attributes.view();
  std::vector<Argument> attributes(old.begin(), old.end());
  attributes[0] = Argument::of_ints({&axis, 1});
  node.attributes = ops::Attributes(attributes);
  body.add_node(std::move(node), {&type, 1});
  body.outputs.push_back(body.nodes.back().outputs[0]);
}

}  // namespace

TEST_CASE("verifier refuses regions that reductions do not end") {
  CHECK(says(broken_region([](Graph& body) { std::swap(body.outputs[0], body.outputs[1]); }),
             "reductions as its last outputs"));
  CHECK(says(broken_region([](Graph& body) {
               add_sum(body, 0, f32({1, 3}));
             }),
             "reduce the same axes"));
  CHECK(says(broken_region([](Graph& body) {
               graph::Node node = body.nodes[0];
               node.op = &ops::op_named("multiply");
               node.operands.push_back(Operand::of_value(body.nodes[1].outputs[0]));
               const TensorType type = f32({2, 3});
               body.add_node(std::move(node), {&type, 1});
             }),
             "must not read the result of its reduction sum"));
  CHECK(says(broken_region([](Graph& body) { body.outputs[0] = body.inputs[0]; }),
             "must not return one of its inputs"));
}

namespace {

// A node that prints an array and has no result.
graph::Node printing(graph::ValueId id) {
  graph::Node node;
  node.op = &ops::op_named("print");
  const Argument format = Argument::of_string("{}");
  node.attributes = ops::Attributes({&format, 1});
  node.operands.push_back(Operand::of_value(id));
  return node;
}

}  // namespace

TEST_CASE("verifier refuses regions with nodes or bodies that have no result") {
  CHECK(says(broken_region([](Graph& body) { body.add_node(printing(body.inputs[0]), {}); }),
             "effects"));
  CHECK(says(broken_region([](Graph& body) {
               const graph::Node node = printing(body.inputs[0]);
               body.nodes.insert(body.nodes.begin(), node);
               body.nodes[0].effect = body.effects++;
               for (graph::Value& value : body.values)
                 value.index += value.origin == graph::Origin::kNode;
             }),
             "effects"));
  CHECK(says(broken_region([](Graph& body) { body.outputs.clear(); }),
             "must have a node and an output"));
  CHECK(says(broken_region([](Graph& body) { body.nodes.clear(); }), "must have one definition"));
  for (const graph::RegionKind kind : {graph::RegionKind::kRowTiles, graph::RegionKind::kLoop,
                                       graph::RegionKind::kCond, graph::RegionKind::kFused}) {
    Graph graph, body;
    body.add_input(f32({2}));
    body.add_node(printing(body.inputs[0]), {});
    graph::Node node;
    node.operands.push_back(Operand::of_value(graph.add_input(f32({2}))));
    graph::Region region{kind, std::make_shared<const Graph>(body)};
    region.loop.maximum = 1;
    node.region = graph.add_region(std::move(region));
    graph.add_node(std::move(node), {});
    CHECK(says(graph::verify(graph).message(), "must have a result or an effect"));
  }
}

namespace {

// A region that ends in a norm, after `change` to its body.
std::string broken_rows(void (*change)(Graph& body)) {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2, 3})), gamma = b.input(f32({3}));
  const Value y = x * 2.0 + 1.0;
  b.output(y);
  b.output(b.call("normalize_rows", {y, gamma, Value()},
                  {Argument::of_float(0.1), Argument::of_bool(true)}));
  graph = graph::fuse_prologues(graph::fuse_elementwise(graph, {}).value(), {}).take();
  CHECK(graph::verify(graph).ok());
  Graph body = *graph.regions[0].body;
  change(body);
  graph.regions[0].body = std::make_shared<const Graph>(std::move(body));
  return graph::verify(graph).message();
}

}  // namespace

TEST_CASE("verifier refuses regions that an operator on rows does not end") {
  CHECK(says(broken_rows([](Graph& body) { std::swap(body.outputs[0], body.outputs[1]); }),
             "must compute the input of normalize_rows"));
  CHECK(says(broken_rows([](Graph& body) {
               graph::Node node = body.nodes[0];
               node.operands[0].value = body.nodes[2].outputs[0];
               const TensorType type = f32({2, 3});
               body.add_node(std::move(node), {&type, 1});
             }),
             "must have normalize_rows as its last node"));
  CHECK(says(broken_rows([](Graph& body) {
               body.nodes[1].op = &ops::op_named("add");
               body.nodes[1].operands[1] = Operand::of_value(body.inputs[1]);
             }),
             "must not share the inputs of normalize_rows"));
  CHECK(says(broken_rows([](Graph& body) {
               body.nodes[2].operands[0] = Operand::of_value(body.inputs[0]);
             }),
             "must compute the input of normalize_rows"));
}
