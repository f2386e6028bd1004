// Buckets of reductions, and the places of starts and waits.
#include <algorithm>
#include <functional>
#include <numeric>

#include "core/executor/graph_testing.h"
#include "executor/program/program.h"
#include "graph/ir/verifier.h"
#include "graph/passes/bucket_bytes.h"
#include "graph/passes/passes.h"

using namespace weft;
using namespace weft::testing;
using graph::Node;

namespace {

// Sets the size of buckets for a scope.
class Buckets {
 public:
  explicit Buckets(graph::BucketBytes bytes) { graph::set_bucket_bytes(bytes); }
  ~Buckets() { graph::set_bucket_bytes({}); }
};

// A chain of products whose squares are reduced and added to parameters at the end, as a training
// step is written.
Graph step(int layers, int64_t extent) {
  Graph graph;
  GraphBuilder b(graph);
  Value x = b.input(f32({extent, extent}));
  std::vector<Value> gradients;
  for (int i = 0; i < layers; ++i) {
    x = ops::matmul(x, b.input(f32({extent, extent})));
    gradients.push_back(x * x);
  }
  std::vector<Value> sums;
  for (auto g = gradients.rbegin(); g != gradients.rend(); ++g)
    sums.push_back(b.call("all_reduce", {*g}));
  for (const Value& sum : sums) b.output(sum * 0.5);
  b.output(x);
  REQUIRE(b.status().ok());
  return graph;
}

std::vector<size_t> places(const Graph& graph, std::string_view op) {
  std::vector<size_t> found;
  for (size_t n = 0; n < graph.nodes.size(); ++n)
    if (graph.nodes[n].op && graph.nodes[n].op->name == op) found.push_back(n);
  return found;
}

Graph passed(Result<Graph> (*pass)(const Graph&, const graph::PassContext&), const Graph& graph) {
  Graph result = pass(graph, {}).take();
  CHECK(graph::verify(result).message() == "");
  return result;
}

}  // namespace

TEST_CASE("reductions are joined in the order in which their arrays are ready") {
  const Buckets two_a_bucket({2 * 64 * 64 * 4, 2 * 64 * 64 * 4});
  const Graph graph = step(5, 64);
  const Graph joined = passed(graph::bucket_reductions, graph);
  const auto reductions = places(joined, "all_reduce");
  REQUIRE(reductions.size() == 3);
  CHECK(joined.effects == 3);
  const auto bytes = [&](size_t i) {
    return joined.type(joined.nodes[reductions[i]].outputs[0]).bytes();
  };
  CHECK(bytes(0) == 2 * 64 * 64 * 4);
  CHECK(bytes(1) == 2 * 64 * 64 * 4);
  CHECK(bytes(2) == 64 * 64 * 4);
}

TEST_CASE("buckets become smaller towards the end") {
  constexpr int64_t kArray = 64 * 64 * 4;
  const Buckets large({kArray, 100 * kArray});
  const Graph joined = passed(graph::bucket_reductions, step(16, 64));
  std::vector<int64_t> arrays;
  for (const size_t n : places(joined, "all_reduce"))
    arrays.push_back(joined.type(joined.nodes[n].outputs[0]).bytes() / kArray);
  REQUIRE(arrays.size() > 4);
  CHECK(std::accumulate(arrays.begin(), arrays.end(), int64_t{0}) == 16);
  CHECK(arrays.front() == 1);
  CHECK(arrays[1] == 2);
  CHECK(std::is_sorted(arrays.begin() + 1, arrays.end(), std::greater<>()));
  CHECK(arrays.back() == 1);
}

TEST_CASE("what another effect depends on is not joined") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({8}));
  const Value first = b.call("all_reduce", {x});
  b.output(b.call("all_reduce", {first + 1.0}));
  b.output(first);
  const Graph joined = passed(graph::bucket_reductions, graph);
  CHECK(places(joined, "all_reduce").size() == 2);
}

TEST_CASE("starts come early, waits behind all that needs none") {
  const Buckets alone({0, 0});
  const Graph graph = step(4, 64);
  const Graph split = passed(graph::split_collectives, graph);
  CHECK(places(split, "all_reduce").empty());
  const auto starts = places(split, "all_reduce_start"), waits = places(split, "collective_wait");
  const auto products = places(split, "matmul");
  REQUIRE(starts.size() == 4);
  REQUIRE(waits.size() == 4);
  CHECK(waits.front() > products.back());
  CHECK(waits.front() > starts.back());
  // The reductions are written from the last layer to the first, and keep that order.
  CHECK(starts.front() > products.back());
}

TEST_CASE("buckets let the first transfer begin before the last product") {
  const Buckets one_a_bucket({64 * 64 * 4, 64 * 64 * 4});
  const Graph split =
      passed(graph::split_collectives, passed(graph::bucket_reductions, step(4, 64)));
  const auto starts = places(split, "all_reduce_start");
  REQUIRE(starts.size() == 4);
  CHECK(starts.front() < places(split, "matmul")[1]);
  CHECK(places(split, "collective_wait").front() > places(split, "matmul").back());
}

// Layers whose weights and biases lie in parts, as zero3 keeps them; one rank alone has all parts.
Graph shared_layers(int layers, int64_t extent) {
  Graph graph;
  GraphBuilder b(graph);
  Value x = b.input(f32({extent, extent}));
  const auto gathered = [&](int64_t count) {
    return b.call("gather_parts", {b.input(f32({count}))},
                  {Argument::of_int(1), Argument::of_string("self")});
  };
  for (int i = 0; i < layers; ++i) {
    const Value bias = gathered(extent);
    const Value weight = ops::reshape(gathered(extent * extent), {extent, extent});
    x = ops::matmul(x, weight) + bias;
  }
  b.output(b.call("all_reduce", {x}));  // as a training step has effects
  REQUIRE(b.status().message() == "");
  return graph;
}

TEST_CASE("a layer's parts are gathered while the layer before it computes") {
  const Graph found = passed(graph::prefetch_parts, shared_layers(3, 8));
  CHECK(places(found, "gather_parts").empty());
  const auto starts = places(found, "gather_blocks_start");
  const auto waits = places(found, "collective_wait"), products = places(found, "matmul");
  REQUIRE(starts.size() == 6);
  REQUIRE(waits.size() == 6);
  for (size_t layer = 1; layer < 3; ++layer)
    for (const size_t of : {2 * layer, 2 * layer + 1}) {
      CHECK(starts[of] < products[layer - 1]);
      CHECK(starts[of] > waits[2 * layer - 1]);  // one layer ahead, and not all at once
      CHECK(waits[of] > products[layer - 1]);
      CHECK(waits[of] < products[layer]);
    }
}

TEST_CASE("nothing moves across a message to another rank") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({4}));
  const auto gathered = [&] {
    return b.call("gather_parts", {b.input(f32({4}))},
                  {Argument::of_int(1), Argument::of_string("self")});
  };
  const Value first = x + gathered();
  const Value token = b.call(
      "send", {first}, {Argument::of_int(0), Argument::of_int(0), Argument::of_string("self")});
  b.output(first * gathered());
  b.output(token);
  REQUIRE(b.status().message() == "");
  const Graph found = passed(graph::prefetch_parts, graph);
  CHECK(places(found, "gather_blocks_start")[1] > places(found, "send")[0]);
}

TEST_CASE("a plan that gathers ahead computes what the graph does") {
  const Graph graph = shared_layers(3, 8);
  std::mt19937 random(4);
  const std::vector<Ref<Tensor>> inputs = random_inputs(graph, random);
  const auto want = executor::evaluate(graph, inputs, 0, 0).take();
  const auto program = executor::Program::create(graph).take();
  const auto compiled = program->compile(graph.input_types()).take();
  const auto out = empty_tensors(compiled->output_types());
  const auto frame = compiled->checkout().take();
  REQUIRE(compiled->forward(*frame, pointers(inputs), pointers(out), 0, 0).ok());
  CHECK(same_bits(*out[0], *want[0]));
}

TEST_CASE("a plan with buckets computes what the graph does") {
  const Buckets small({100, 1000});
  const Graph graph = step(4, 24);
  std::mt19937 random(3);
  const std::vector<Ref<Tensor>> inputs = random_inputs(graph, random);
  const auto want = executor::evaluate(graph, inputs, 0, 0).take();
  const auto program = executor::Program::create(graph).take();
  const auto compiled = program->compile(graph.input_types()).take();
  const auto out = empty_tensors(compiled->output_types());
  const auto frame = compiled->checkout().take();
  REQUIRE(compiled->forward(*frame, pointers(inputs), pointers(out), 0, 0).ok());
  for (size_t i = 0; i < out.size(); ++i) CHECK(same_bits(*out[i], *want[i]));
}
