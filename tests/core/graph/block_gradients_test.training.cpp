// Channels in blocks in graphs that have gradients.
#include <algorithm>
#include <cmath>

#include "core/graph/image_networks.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"
#include "graph/reverse/reverse.h"

using namespace weft;
using namespace weft::testing;

namespace {

Graph blocked(const Graph& graph) {
  const Result<Graph> result = graph::block_channels(graph, {});
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  const Status status = graph::verify(result.value());
  REQUIRE_MESSAGE(status.ok(), status.message());
  return result.value();
}

// Values, and gradients of all inputs.
Graph with_gradients(const Graph& graph) {
  Result<graph::Joint> joint = graph::reverse(graph, std::vector<bool>(graph.inputs.size(), true));
  REQUIRE_MESSAGE(joint.ok(), joint.status().message());
  Result<Graph> result = graph::eliminate_common(joint.value().graph, {});
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  result = graph::remove_dead_code(result.value(), {});
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  return result.value();
}

Value normalized(GraphBuilder& b, const Value& x) {
  const int64_t channels = x.shape()[1];
  return b.call_all("batch_norm_training", {x, b.input(f32({channels})), b.input(f32({channels}))},
                    {})[0];
}

}  // namespace

TEST_CASE("a residual network's gradients need no conversion") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2, 3, 18, 18}));
  Value y = b.call("relu", {normalized(b, convolved(x, b.input(f32({16, 3, 7, 7})), 3, 2))});
  y = pooled(y, "max");
  Value z = b.call("relu", {normalized(b, convolved(y, b.input(f32({32, 16, 3, 3})), 1, 2))});
  z = normalized(b, convolved(z, b.input(f32({32, 32, 3, 3})), 1));
  z = b.call("relu", {z + normalized(b, convolved(y, b.input(f32({32, 16, 1, 1})), 0, 2))});
  b.output(ops::matmul(sum_of_planes(z, false), b.input(f32({32, 10}))));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  std::vector<bool> wanted(graph.inputs.size(), true);
  wanted[0] = false;
  const Result<graph::Joint> joint = graph::reverse(graph, wanted);
  REQUIRE_MESSAGE(joint.ok(), joint.status().message());
  Graph step = joint.value().graph;
  for (size_t n = graph.nodes.size(); n < step.nodes.size(); ++n) step.nodes[n].backward = true;
  const Graph result = blocked(step);
  for (const graph::Node& node : result.nodes)
    if (node.op && node.op->name.starts_with("convolution_"))
      CHECK(node.backward == (node.op->name != "convolution_blocked"));
  CHECK(count(result, "convolution_blocked") == 4);
  CHECK(count(result, "convolution_data_blocked") == 3);
  CHECK(count(result, "convolution_weight_blocked") == 4);
  CHECK(count(result, "batch_norm_training_gradient_blocked") == 4);
  CHECK(count(result, "pooling_scatter_blocked") == 1);
  for (const char* plain : {"convolution_image", "convolution_data", "convolution_weight", "copy",
                            "batch_norm_training", "pooling_indices", "pooling_scatter"})
    CHECK(count(result, plain) == 0);
  const auto at = [&](std::string_view name) {
    return std::ranges::find_if(
        result.nodes, [&](const graph::Node& node) { return node.op && node.op->name == name; });
  };
  CHECK(at("pooling_taps_blocked") - at("pooling_blocked") == 1);  // what is pooled need not stay
  std::mt19937 random(1);
  CHECK(difference(joint.value().graph, result, random) < 1e-4);
}

TEST_CASE("gradients of bfloat16 are float32 between casts") {
  Graph graph;
  GraphBuilder b(graph);
  const auto half = [&](const Shape& shape) {
    const TensorType type{DType::kFloat32, shape};
    return ops::cast(b.input(type), DType::kBFloat16);
  };
  const Value y = b.call("relu", {convolved(half({2, 3, 9, 9}), half({16, 3, 3, 3}), 1)});
  const Value z = convolved(y, half({32, 16, 3, 3}), 1, 2);
  b.output(ops::cast(sum_of_planes(z, false), DType::kFloat32));
  const Graph joint = with_gradients(graph), result = blocked(joint);
  CHECK(count(result, "convolution_blocked") == 2);
  CHECK(count(result, "convolution_data_blocked") == 1);
  CHECK(count(result, "convolution_weight_blocked") == 2);
  CHECK(count(result, "convolution_data") == 1);  // of 3 channels
  std::mt19937 random(1);
  CHECK(difference(joint, result, random) < 0.02);
}

TEST_CASE("offsets of maxima that something else reads stay offsets") {
  Graph graph;
  GraphBuilder b(graph);
  const Value y = convolved(b.input(f32({1, 3, 9, 9})), b.input(f32({16, 3, 3, 3})));
  const int64_t kernel = 3;
  b.output(b.call("pooling_indices", {y}, {Argument::of_ints({&kernel, 1})}));
  const Graph result = blocked(graph);
  CHECK(count(result, "pooling_indices") == 1);
  CHECK(count(result, "pooling_taps_blocked") == 0);
}

TEST_CASE("Winograd's tiles are for gradients of the data, too") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({2, 32, 26, 30}));
  b.output(sum_of_planes(b.call("relu", {convolved(x, b.input(f32({48, 32, 3, 3})), 1)}), false));
  const Graph joint = with_gradients(graph), result = blocked(joint);
  const auto node = std::ranges::find_if(result.nodes, [](const graph::Node& each) {
    return each.op && each.op->name == "convolution_data_blocked";
  });
  REQUIRE(node != result.nodes.end());
  CHECK(node->op->reader(node->attributes.view()).integer("winograd") == 4);
  std::mt19937 random(1);
  CHECK(difference(joint, result, random) < 1e-4);
}

TEST_CASE("random networks keep their gradients") {
  int data = 0, weight = 0, norms = 0;
  for (unsigned seed = 0; seed < 120; ++seed) {
    CAPTURE(seed);
    const Graph joint = with_gradients(random_network(seed, 8, true, 1 + seed % 3));
    std::mt19937 random(seed);
    const Graph result = blocked(joint);
    data += count(result, "convolution_data_blocked");
    weight += count(result, "convolution_weight_blocked");
    norms += count(result, "batch_norm_training_gradient_blocked");
    // Normalised batches cancel most of a cotangent.
    CHECK(difference(joint, result, random) < 2e-3);
  }
  // Compilers draw the arguments of one call in orders of their own, so networks differ.
  CHECK(data > 100);
  CHECK(weight > 100);
  CHECK(norms > 40);
}
