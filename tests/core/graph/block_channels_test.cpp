// The passes that lay channels in blocks and give convolutions what follows them.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/executor/graph_testing.h"
#include "graph/passes.h"
#include "graph/text.h"
#include "graph/verifier.h"

using namespace weft;
using namespace weft::testing;

namespace {

Graph checked(const Result<Graph>& graph) {
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  const Status status = graph::verify(graph.value());
  REQUIRE_MESSAGE(status.ok(), status.message());
  return graph.value();
}
Graph blocked(const Graph& graph) { return checked(graph::block_channels(graph, {})); }
Graph with_epilogues(const Graph& graph) {
  return checked(graph::remove_dead_code(checked(graph::fuse_epilogues(blocked(graph), {})), {}));
}

int count(const Graph& graph, std::string_view name) {
  return static_cast<int>(std::ranges::count_if(
      graph.nodes, [&](const graph::Node& node) { return node.op && node.op->name == name; }));
}

Value convolved(const Value& x, const Value& w, int64_t pad = 0, int64_t stride = 1,
                int64_t groups = 1) {
  return x.builder().call(
      "convolution_image", {x, w},
      {Argument::none(), Argument::of_ints({&stride, 1}), Argument::of_ints({&pad, 1}),
       Argument::none(), Argument::of_int(groups)});
}
Value pooled(const Value& x, const char* type) {
  const int64_t kernel = 3, stride = 2, pad = 1;
  return x.builder().call("pooling_image", {x},
                          {Argument::of_ints({&kernel, 1}), Argument::of_string(type),
                           Argument::of_ints({&stride, 1}), Argument::of_ints({&pad, 1})});
}
Value sum_of_planes(const Value& x, bool keepdims) {
  const int64_t axes[] = {-1, 2};
  return ops::sum(x, axes, keepdims);
}

// The largest difference of two graphs' results, as a share of the largest element.
double difference(const Graph& a, const Graph& b, std::mt19937& random) {
  const auto inputs = random_inputs(a, random);
  const auto wanted = executor::evaluate(a, inputs, 1, 0);
  const auto found = executor::evaluate(b, inputs, 1, 0);
  REQUIRE_MESSAGE(wanted.ok(), wanted.status().message());
  REQUIRE_MESSAGE(found.ok(), found.status().message());
  double worst = 0;
  for (size_t i = 0; i < wanted.value().size(); ++i) {
    const Tensor &want = *wanted.value()[i], &have = *found.value()[i];
    REQUIRE(want.shape() == have.shape());
    double largest = 1e-30, gap = 0;
    for (int64_t k = 0; k < want.elements(); ++k) {
      const double x = reinterpret_cast<const float*>(want.data())[k];
      const double y = reinterpret_cast<const float*>(have.data())[k];
      largest = std::max(largest, std::fabs(x));
      gap = std::isnan(y) ? INFINITY : std::max(gap, std::fabs(x - y));
    }
    worst = std::max(worst, gap / largest);
  }
  return worst;
}

// A network on one image of 3 channels; every operator that the pass knows, and others.
Graph random_network(unsigned seed, int length) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t n) { return static_cast<int64_t>(random() % n); };
  Graph graph;
  GraphBuilder b(graph);
  std::vector<Value> images = {b.input(f32({2, 3, 11, 9}), "x")};
  const auto weight = [&](Shape shape) {
    const double size = static_cast<double>(shape[1] * shape[2] * shape[3]);
    return b.constant(random_tensor({DType::kFloat32, shape, {}}, random)) * (1 / size);
  };
  const auto any = [&] { return images[static_cast<size_t>(pick(images.size()))]; };
  const int64_t filters[] = {8, 16, 24, 32, 48, 20};
  for (int i = 0; i < length; ++i) {
    const Value x = i < 2 ? images.back() : any();
    const int64_t channels = x.shape()[1];
    Value v;
    switch (i < 2 ? 0 : pick(11)) {
      case 0:
      case 1: {
        const int64_t k = 1 + 2 * pick(2);
        v = convolved(x, weight({filters[pick(6)], channels, k, k}), pick(2) ? k / 2 : 1,
                      1 + pick(2));
        break;
      }
      case 2: v = convolved(x, weight({channels, 1, 3, 3}), 1, 1, channels); break;
      case 3:
        v = channels % 2 ? b.call("tanh", {x})
                         : convolved(x, weight({channels, channels / 2, 3, 1}), 1, 1, 2);
        break;
      case 4: v = x * weight({1, channels, 1, 1}) - weight({1, channels, 1, 1}); break;
      case 5: v = b.call("relu", {x + weight({1, channels, 1, 1})}); break;
      case 6: v = pooled(x, pick(2) ? "max" : "avg"); break;
      case 7: v = x * b.call("sigmoid", {sum_of_planes(x, true) * 0.01}); break;
      case 8: {
        v = x;
        for (const Value& other : images)
          if (other.shape() == x.shape()) v = v + other * 0.5;
        v = b.call("minimum", {b.call("maximum", {v, ops::scalar(v, 0)}), ops::scalar(v, 6)});
        break;
      }
      case 9: {
        std::vector<Value> parts;
        for (const Value& other : images)
          if (other.shape()[2] == x.shape()[2] && other.shape()[3] == x.shape()[3])
            parts.push_back(other);
        v = ops::concatenate(parts, 1);
        break;
      }
      default: v = ops::slice(x, 3, 0, std::max<int64_t>(1, x.shape()[3] - 1)); break;
    }
    if (!b.status().ok()) break;
    images.push_back(v);
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  b.output(images.back());
  b.output(sum_of_planes(any(), false));
  b.output(any());
  return graph;
}

}  // namespace

TEST_CASE("a network from image to sums of planes needs no conversion") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({1, 3, 12, 12}));
  const Value y = b.call("relu", {convolved(x, b.input(f32({16, 3, 3, 3})), 1)});
  const Value z = convolved(pooled(y, "max"), b.input(f32({24, 16, 1, 1})));
  b.output(sum_of_planes(z * b.input(f32({24, 1, 1})), false));
  const Graph result = blocked(graph);
  CHECK(count(result, "convolution_blocked") == 2);
  CHECK(count(result, "pack_convolution") == 2);
  CHECK(count(result, "pooling_blocked") == 1);
  CHECK(count(result, "transpose") == 0);
  CHECK(count(result, "convolution_image") == 0);
}

TEST_CASE("what reads the plain array twice has one conversion") {
  Graph graph;
  GraphBuilder b(graph);
  const Value y = convolved(b.input(f32({1, 3, 6, 6})), b.input(f32({8, 3, 3, 3})));
  b.output(y);
  b.output(ops::slice(y, 2, 0, 2));
  b.output(b.call("relu", {y}));
  const Graph result = blocked(graph);
  CHECK(count(result, "transpose") == 2);  // the other one is relu's
}

TEST_CASE("other channels, dtypes and ranks stay as they are") {
  const TensorType images[] = {
      f32({1, 3, 6, 6}), {DType::kFloat64, {1, 3, 6, 6}, {}}, f32({1, 3, 6})};
  const Shape weights[] = {{20, 3, 3, 3}, {16, 3, 3, 3}, {16, 3, 3}};
  for (size_t i = 0; i < 3; ++i) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(images[i]);
    b.output(convolved(x, b.input({images[i].dtype, weights[i], {}})));
    REQUIRE(b.status().ok());
    CHECK(graph::print(blocked(graph)) == graph::print(graph));
  }
}

TEST_CASE("a graph with gradients of convolutions stays as it is") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({1, 16, 6, 6})), w = b.input(f32({16, 16, 1, 1}));
  const int64_t shape[] = {1, 16, 6, 6};
  b.output(b.call("convolution_data", {convolved(x, w), w},
                  {Argument::none(), Argument::none(), Argument::none(), Argument::none(),
                   Argument::of_int(1), Argument::of_ints(shape)}));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  CHECK(graph::print(blocked(graph)) == graph::print(graph));
}

TEST_CASE("bias, residual and bounds join the convolution, once each and in this order") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({1, 16, 6, 6})), w = b.input(f32({16, 16, 1, 1}));
  const Value first = b.call("relu", {convolved(x, w)});
  const Value biased = convolved(first, w) + b.input(f32({1, 16, 1, 1}));
  const Value sum = biased + first;
  b.output(sum_of_planes(b.call("minimum", {b.call("relu", {sum}), ops::scalar(sum, 6)}), false));
  const Graph result = with_epilogues(graph);
  CHECK(count(result, "add") == 0);
  CHECK(count(result, "relu") == 0);
  CHECK(count(result, "minimum") == 0);
  CHECK(count(result, "convolution_blocked") == 2);
}

TEST_CASE("a result that others read too, and bounds before a sum, stay outside") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({1, 16, 6, 6})), w = b.input(f32({16, 16, 1, 1}));
  const Value read_twice = convolved(x, w);
  const Value bounded = b.call("relu", {convolved(x, w)});
  b.output(sum_of_planes(b.call("relu", {read_twice}) + bounded + read_twice, false));
  const Graph result = with_epilogues(graph);
  CHECK(count(result, "relu") == 1);
  CHECK(count(result, "add") == 2);
}

TEST_CASE("kernels of 3 x 3 on large images are summed by Winograd's tiles, unless switched off") {
  Graph graph;
  GraphBuilder b(graph);
  Value x = convolved(b.input(f32({2, 3, 28, 30})), b.input(f32({32, 3, 3, 3})), 1);
  x = convolved(x - 14.0, b.input(f32({48, 32, 3, 3})), 1);
  x = convolved(pooled(x, "max"), b.input(f32({32, 48, 3, 3})), 1);
  b.output(sum_of_planes(x, false));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  const auto tiles = [](const Graph& result) {
    std::vector<int64_t> found;
    for (const graph::Node& node : result.nodes)
      if (node.op && node.op->name == "convolution_blocked")
        found.push_back(node.op->reader(node.attributes.view()).integer("winograd"));
    return found;
  };
  std::mt19937 random(1);
  const Graph result = blocked(graph);
  CHECK(tiles(result) == std::vector<int64_t>{0, 4, 2});
  CHECK(difference(graph, result, random) < 1e-5);
  setenv("WEFT_WINOGRAD", "0", 1);
  const Graph direct = blocked(graph);
  unsetenv("WEFT_WINOGRAD");
  CHECK(tiles(direct) == std::vector<int64_t>{0, 0, 0});
}

TEST_CASE("random networks keep their results") {
  int blocks = 0, epilogues = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const Graph graph = random_network(seed, 10);
    std::mt19937 random(seed);
    const Graph result = blocked(graph);
    blocks += count(result, "convolution_blocked");
    CHECK(difference(graph, result, random) < 1e-5);
    const Graph joined = with_epilogues(graph);
    epilogues += count(result, "relu") - count(joined, "relu");
    CHECK(difference(graph, joined, random) < 1e-5);
  }
  CHECK(blocks > 60);
  CHECK(epilogues > 5);
}
