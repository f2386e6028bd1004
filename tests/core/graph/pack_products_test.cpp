// The pass that packs frozen matrices, and what their products do with what follows them.
#include <algorithm>

#include "core/executor/graph_testing.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"
#include "ops/registry.h"

using namespace weft;
using namespace weft::testing;

namespace {

Graph checked(const Result<Graph>& graph) {
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  const Status status = graph::verify(graph.value());
  REQUIRE_MESSAGE(status.ok(), status.message());
  return graph.value();
}

// All inputs but the first are frozen.
graph::PassContext frozen(const Graph& graph) {
  std::vector<bool> inputs(graph.inputs.size(), true);
  inputs[0] = false;
  return {nullptr, inputs, true};
}
Graph packed(const Graph& graph) { return checked(graph::pack_products(graph, frozen(graph))); }
Graph with_epilogues(const Graph& graph) {
  return checked(graph::remove_dead_code(checked(graph::fuse_epilogues(packed(graph), {})), {}));
}

int count(const Graph& graph, std::string_view name) {
  return static_cast<int>(std::ranges::count_if(
      graph.nodes, [&](const graph::Node& node) { return node.op && node.op->name == name; }));
}

void check_same(const Graph& a, const Graph& b) {
  std::mt19937 random(5);
  const auto inputs = random_inputs(a, random);
  const auto wanted = executor::evaluate(a, inputs, 1, 0);
  const auto found = executor::evaluate(b, inputs, 1, 0);
  REQUIRE_MESSAGE(wanted.ok(), wanted.status().message());
  REQUIRE_MESSAGE(found.ok(), found.status().message());
  for (size_t i = 0; i < wanted.value().size(); ++i) {
    const Tensor &want = *wanted.value()[i], &have = *found.value()[i];
    REQUIRE(want.shape() == have.shape());
    CHECK(std::memcmp(want.data(), have.data(),
                      static_cast<size_t>(want.elements() * size_of(want.dtype()))) == 0);
  }
}

struct Net {
  Graph graph;
  GraphBuilder b{graph};
  Value x = b.input(f32({3, 6, 40}), "x");
  Value rows = ops::reshape(x, {18, 40});
  Value matrix(int64_t k, int64_t n, const char* name) { return b.input(f32({k, n}), name); }
};

}  // namespace

TEST_CASE("products with frozen matrices are packed, one matrix once, to the bit") {
  Net net;
  const Value w = net.matrix(50, 40, "w"), v = net.matrix(50, 20, "v");
  const Value once = ops::matmul(net.rows, ops::swap_last_axes(w));
  net.b.output(once);
  net.b.output(ops::matmul(net.x, ops::swap_last_axes(w)));
  net.b.output(ops::matmul(ops::slice(once, 0, 0, 2), v));
  const Graph graph = checked(graph::eliminate_common(net.graph, {}));
  const Graph after = packed(graph);
  CHECK(count(after, "matmul") == 0);
  CHECK(count(after, "matmul_packed") == 3);
  CHECK(count(after, "pack_matmul") == 2);
  check_same(graph, after);
}

TEST_CASE("small matrices, other dtypes and what is not frozen stay plain") {
  Net net;
  const Value w = net.matrix(40, 50, "w"), thin = net.matrix(40, 3, "thin");
  net.b.output(ops::matmul(net.rows, thin));
  net.b.output(ops::matmul(ops::swap_last_axes(w), ops::swap_last_axes(net.rows)));
  net.b.output(ops::matmul(net.rows, ops::swap_last_axes(net.rows)));
  net.b.output(ops::matmul(ops::cast(net.rows, DType::kFloat64), ops::cast(w, DType::kFloat64)));
  CHECK(count(packed(net.graph), "matmul") == 4);
}

TEST_CASE("a plan that would pack in every call packs nothing") {
  Net net;
  net.b.output(ops::matmul(net.rows, net.matrix(40, 50, "w")));
  graph::PassContext context = frozen(net.graph);
  CHECK(count(checked(graph::pack_products(net.graph, context)), "matmul") == 0);
  context.prepares = false;
  CHECK(count(checked(graph::pack_products(net.graph, context)), "matmul") == 1);
}

TEST_CASE("a packed product takes the bias, the sum and the bounds that follow it") {
  Net net;
  const Value w = net.matrix(40, 40, "w"), bias = net.b.input(f32({1, 40}), "bias");
  const Value product = ops::reshape(ops::matmul(net.rows, w), {3, 6, 40});
  net.b.output(net.b.call("relu", {bias + product + net.x}));
  const Graph after = with_epilogues(net.graph);
  CHECK(count(after, "add") == 0);
  CHECK(count(after, "relu") == 0);
  check_same(net.graph, after);
}

TEST_CASE("what others read, a second bias and another shape stay behind the product") {
  Net net;
  const Value w = net.matrix(40, 40, "w"), bias = net.b.input(f32({40}), "bias");
  const Value column = net.b.input(f32({18, 1}), "column");
  const Value read_twice = ops::matmul(net.rows, w) + bias;
  net.b.output(read_twice);
  net.b.output(net.b.call("relu", {read_twice}));
  net.b.output(ops::matmul(net.rows * 2.0, w) + bias + bias);
  net.b.output(ops::matmul(net.rows * 3.0, w) + column);
  net.b.output(ops::reshape(ops::matmul(net.rows * 4.0, w), {36, 20}) + 1.0);
  const Graph after = with_epilogues(net.graph);
  CHECK(count(after, "relu") == 1);
  CHECK(count(after, "add") == 3);
  check_same(net.graph, after);
}

TEST_CASE("recurrent steps with frozen weights read them packed, to the bit") {
  constexpr struct {
    const char* name;
    int64_t gates, hidden;
  } kCells[] = {{"lstm_steps", 4, 40}, {"gru_steps", 3, 33}, {"rnn_steps", 1, 64}};
  for (const auto& cell : kCells) {
    CAPTURE(cell.name);
    Graph graph;
    GraphBuilder b(graph);
    const int64_t rows = cell.gates * cell.hidden;
    ops::Values inputs{b.input(f32({3, 2, rows}), "sums"), b.input(f32({2, cell.hidden}), "state")};
    if (cell.gates == 4) inputs.push_back(b.input(f32({2, cell.hidden}), "cell"));
    inputs.push_back(b.input(f32({rows, cell.hidden}), "weight"));
    if (cell.gates == 3) inputs.push_back(b.input(f32({cell.hidden}), "bias"));
    for (const Value& value : b.emit(ops::op_named(cell.name), inputs, {})) b.output(value);
    const Graph after = packed(graph);
    CHECK(count(after, std::string(cell.name) + "_packed") == 1);
    CHECK(count(after, "pack_recurrent") == 1);
    check_same(graph, after);
    const graph::PassContext none{nullptr, std::vector<bool>(graph.inputs.size(), false), true};
    CHECK(count(checked(graph::pack_products(graph, none)), "pack_recurrent") == 0);
  }
}

TEST_CASE("recurrent steps of few elements stay plain") {
  Graph graph;
  GraphBuilder b(graph);
  const Value sums = b.input(f32({3, 2, 8}), "sums"), state = b.input(f32({2, 8}), "state");
  b.output(b.call("rnn_steps", {sums, state, b.input(f32({8, 8}), "weight")}));
  CHECK(count(packed(graph), "rnn_steps") == 1);
}
