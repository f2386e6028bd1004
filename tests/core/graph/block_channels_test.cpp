// The passes that lay channels in blocks and give convolutions what follows them.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/graph/image_networks.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"

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

TEST_CASE("bfloat16 lies in blocks as float32 does, casts and all") {
  Graph graph;
  GraphBuilder b(graph);
  const auto half = [&](const Shape& shape) {
    const double size = static_cast<double>(shape[1] * shape[2] * shape[3]);
    const TensorType type{DType::kFloat32, shape};
    return ops::cast(b.input(type) * (1 / size), DType::kBFloat16);
  };
  Value x = b.call("relu", {convolved(half({2, 3, 26, 23}), half({32, 3, 5, 5}), 2, 2)});
  x = pooled(convolved(x, half({32, 32, 3, 3}), 1), "max");
  x = convolved(x, half({32, 1, 3, 3}), 1, 1, 32) + x;
  x = pooled(convolved(x, half({24, 32, 1, 1})), "avg");
  const Value mean = sum_of_planes(ops::cast(x, DType::kFloat32), false);
  b.output(mean);
  const Graph result = with_epilogues(graph);
  CHECK(count(result, "convolution_blocked") == 4);
  CHECK(count(result, "pooling_blocked") == 2);
  for (const char* plain : {"convolution_image", "pooling_image", "transpose", "relu", "add"})
    CHECK(count(result, plain) == 0);
  std::mt19937 random(1);
  CHECK(difference(graph, result, random) < 0.02);
}

TEST_CASE("a plain image of bfloat16 with whole blocks of channels is laid in blocks") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = ops::cast(b.input(f32({1, 16, 5, 5})), DType::kBFloat16);
  const Value w = ops::cast(b.input(f32({8, 16, 1, 1})), DType::kBFloat16);
  b.output(ops::cast(convolved(x, w), DType::kFloat32));
  const Graph result = blocked(graph);
  for (const graph::Node& node : result.nodes)
    if (node.op && node.op->name == "convolution_blocked")
      CHECK(result.type(node.operands[0].value).shape == Shape{1, 1, 5, 5, 16});
  CHECK(count(result, "convolution_blocked") == 1);
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

TEST_CASE("other channels and dtypes stay as they are") {
  const TensorType images[] = {f32({1, 3, 6, 6}), {DType::kFloat64, {1, 3, 6, 6}}, f32({1, 3, 6})};
  const Shape weights[] = {{20, 3, 3, 3}, {16, 3, 3, 3}, {20, 3, 3}};
  for (size_t i = 0; i < 3; ++i) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(images[i]);
    b.output(convolved(x, b.input({images[i].dtype, weights[i]})));
    REQUIRE(b.status().ok());
    CHECK(graph::print(blocked(graph)) == graph::print(graph));
  }
}

TEST_CASE("a sequence is an image of height one") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2, 3, 40}));
  Value y = b.call("relu", {convolved(x, b.input(f32({16, 3, 7})), 3, 2)});
  y = y + convolved(y, b.input(f32({16, 1, 3})), 1, 1, 16) * b.input(f32({16, 1}));
  y = ops::concatenate({{pooled(y, "max"), pooled(y, "avg")}}, 1);
  b.output(sum_of_planes(convolved(y, b.input(f32({32, 32, 1}))), false));
  const Graph result = with_epilogues(graph);
  CHECK(count(result, "convolution_blocked") == 3);
  CHECK(count(result, "pooling_blocked") == 2);
  for (const char* plain : {"convolution_image", "pooling_image", "transpose", "copy"})
    CHECK(count(result, plain) == 0);
  std::mt19937 random(1);
  CHECK(difference(graph, result, random) < 1e-5);
}

TEST_CASE("a sequence of blocks is a plane to an image") {
  Graph graph;
  GraphBuilder b(graph);
  const Value shift = b.input(f32({16, 1}));
  const Value plane = convolved(b.input(f32({1, 16, 8})), b.input(f32({16, 16, 1}))) + shift;
  const Value image = convolved(b.input(f32({1, 16, 16, 8})), b.input(f32({16, 16, 1, 1})));
  b.output(image + plane);
  b.output(image * shift);
  const Graph result = blocked(graph);
  CHECK(count(result, "convolution_blocked") == 2);
  std::mt19937 random(1);
  CHECK(difference(graph, result, random) < 1e-5);
}

TEST_CASE("a volume's slices are images, and a window reads them where they lie") {
  Graph graph;
  GraphBuilder b(graph);
  Value y = convolved(b.input(f32({2, 16, 6, 9, 8})), b.input(f32({32, 16, 3, 3, 3})), 1);
  y = b.call("relu", {y * b.input(f32({32, 1, 1, 1}))});
  y = convolved(pooled(y, "max"), b.input(f32({32, 32, 1, 1, 1}))) * 0.5;
  b.output(sum_of_planes(convolved(y, b.input(f32({8, 32, 2, 3, 3})), 0, 2), false));
  const Graph result = with_epilogues(graph);
  CHECK(count(result, "convolution_blocked") == 3);
  CHECK(count(result, "pooling_blocked") == 1);
  CHECK(count(result, "copy") == 1);  // of the input
  CHECK(count(result, "fold_depth") == 0);
  for (const graph::Node& node : result.nodes)
    if (node.op && node.op->name == "unfold_depth")
      CHECK(node.op->reader(node.attributes.view()).integer("kernel") == 1);  // zeros all round
  std::mt19937 random(1);
  CHECK(difference(graph, result, random) < 1e-5);
}

TEST_CASE("a plain image with whole blocks of channels is laid in them") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({1, 64, 56, 56}));
  b.output(sum_of_planes(convolved(x, b.input(f32({64, 64, 3, 3})), 1), false));
  const Graph result = blocked(graph);
  for (const graph::Node& node : result.nodes)
    if (node.op && node.op->name == "convolution_blocked") {
      CHECK(result.type(node.operands[0].value).shape == Shape{1, 4, 56, 56, 16});
      CHECK(node.op->reader(node.attributes.view()).integer("winograd") == 4);
    }
  CHECK(count(result, "copy") == 1);
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

TEST_CASE("means of planes are average poolings") {
  for (const bool keepdims : {true, false}) {
    for (const int64_t side : {7, 8}) {  // by a quotient, and by a product with 1/64
      Graph graph;
      GraphBuilder b(graph);
      const Value x = b.call(
          "relu", {convolved(b.input(f32({2, 3, side, side})), b.input(f32({16, 3, 1, 1})))});
      const double elements = static_cast<double>(side * side);
      const Value total = sum_of_planes(x, keepdims);
      const Value mean = side == 7 ? total / elements : total * (1 / elements);
      b.output(mean.shape().rank() == 4 ? x * mean : mean);
      const Graph result = blocked(checked(graph::pool_means(graph, {})));
      CHECK(count(result, "pooling_blocked") == 1);
      CHECK(count(result, "sum") == 0);
      CHECK(count(result, "divide") == 0);
      std::mt19937 random(1);
      CHECK(difference(graph, result, random) < 1e-5);
    }
  }
}

TEST_CASE("sums of planes stay sums where they are no means of images, or are read twice") {
  Graph graph;
  GraphBuilder b(graph);
  const Value data = b.input(f32({1, 16, 6, 6}));
  const Value x = convolved(data, b.input(f32({16, 16, 1, 1})));
  const Value once = sum_of_planes(x, true), twice = sum_of_planes(b.call("relu", {x}), true);
  b.output(once / 35.0);
  b.output(twice / 36.0 + twice);
  b.output(sum_of_planes(data, true) / 36.0);
  const int64_t rows[] = {2};
  b.output(ops::sum(x, rows, true) / 6.0);
  const Graph result = checked(graph::pool_means(graph, {}));
  CHECK(count(result, "pooling_image") == 0);
  CHECK(count(result, "sum") == 4);
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
  for (unsigned seed = 0; seed < 120; ++seed) {
    CAPTURE(seed);
    const Graph graph = random_network(seed, 10, false, 1 + seed % 3);
    std::mt19937 random(seed);
    const Graph result = blocked(graph);
    blocks += count(result, "convolution_blocked");
    CHECK(difference(graph, result, random) < 1e-5);
    const Graph joined = with_epilogues(graph);
    epilogues += count(result, "relu") - count(joined, "relu");
    CHECK(difference(graph, joined, random) < 1e-5);
  }
  CHECK(blocks > 120);
  CHECK(epilogues > 10);
}
