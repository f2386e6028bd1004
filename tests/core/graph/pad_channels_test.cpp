// The pass that gives convolutions filters of zeros, so that their results are whole blocks.
#include "core/graph/image_networks.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"

using namespace weft;
using namespace weft::testing;

namespace {

constexpr graph::PassContext kPrepares{.prepares = true};

Graph checked(const Result<Graph>& graph) {
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  const Status status = graph::verify(graph.value());
  REQUIRE_MESSAGE(status.ok(), status.message());
  return graph.value();
}
Graph widened(const Graph& graph) { return checked(graph::pad_channels(graph, kPrepares)); }

class Network {
 public:
  Value image(const Shape& shape) { return b_.input({DType::kFloat32, shape}); }
  Value weight(const Shape& shape) {
    const int64_t fan_in = shape[0] > 0 ? shape.elements() / shape[0] : 1;
    return b_.constant(random_tensor({DType::kFloat32, shape}, random_)) *
           (1.0 / static_cast<double>(fan_in));
  }
  Value relu(const Value& x) { return b_.call("relu", {x}); }
  Graph& result(const Value& y) {
    b_.output(y);
    REQUIRE_MESSAGE(b_.status().ok(), b_.status().message());
    return graph_;
  }

 private:
  Graph graph_;
  GraphBuilder b_{graph_};
  std::mt19937 random_{1};
};

// Filters of the convolutions, in order.
std::vector<int64_t> filters(const Graph& graph) {
  std::vector<int64_t> found;
  for (const graph::Node& node : graph.nodes)
    if (node.op && node.op->name == "convolution_image")
      found.push_back(graph.type(node.outputs[0]).shape[1]);
  return found;
}

// Channels that a filter of each convolution reads.
std::vector<int64_t> input_channels(const Graph& graph) {
  std::vector<int64_t> found;
  for (const graph::Node& node : graph.nodes)
    if (node.op && node.op->name == "convolution_image")
      found.push_back(graph.type(node.operands[1].value).shape[1]);
  return found;
}

void check_same_values(const Graph& graph, const Graph& result) {
  std::mt19937 random(2);
  CHECK(difference(graph, result, random) < 1e-5);
}

}  // namespace

TEST_CASE("what depthwise convolutions read and write is widened, to the slice at the end") {
  Network net;
  Value x = net.relu(convolved(net.image({1, 58, 9, 9}), net.weight({58, 58, 1, 1})));
  x = convolved(x, net.weight({58, 1, 3, 3}), 1, 1, 58) + net.weight({58, 1, 1});
  x = net.relu(convolved(pooled(x, "max"), net.weight({20, 58, 1, 1})));
  const Graph& graph = net.result(ops::concatenate({{x, x}}, 1));
  const Graph result = widened(graph);
  CHECK(filters(result) == std::vector<int64_t>{64, 64, 32});
  CHECK(count(result, "slice") == 1);
  check_same_values(graph, result);
  const Graph blocked = checked(graph::block_channels(result, kPrepares));
  CHECK(count(blocked, "convolution_blocked") == 3);
  check_same_values(graph, blocked);
}

TEST_CASE("blocks of eight channels become blocks of sixteen where a tenth more fills them") {
  Network net;
  Value x = convolved(net.image({1, 16, 9, 9}), net.weight({72, 16, 1, 1}));
  x = x * net.relu(x + 3.0) / 6.0;
  x = net.relu(convolved(x, net.weight({72, 1, 3, 3}), 1, 1, 72));
  const Graph& graph = net.result(convolved(x, net.weight({40, 72, 1, 1})));
  const Graph result = widened(graph);
  CHECK(filters(result) == std::vector<int64_t>{80, 80, 40});
  CHECK(count(result, "slice") == 0);
  check_same_values(graph, result);
}

TEST_CASE("Winograd's tiles are worth zeros, and sums of planes take them away") {
  Network net;
  Value x = net.relu(convolved(net.image({1, 3, 30, 30}), net.weight({36, 3, 3, 3}), 1));
  x = convolved(x, net.weight({36, 36, 3, 3}), 1);
  const Graph& graph = net.result(sum_of_planes(net.relu(x), true));
  const Graph result = widened(graph);
  CHECK(filters(result) == std::vector<int64_t>{48, 48});
  CHECK(result.type(result.outputs[0]).shape == Shape{1, 36, 1, 1});
  check_same_values(graph, result);
}

TEST_CASE("blocks of eight channels become blocks of sixteen where Winograd's tiles take these") {
  for (const int64_t side : {9, 30}) {
    CAPTURE(side);
    Network net;
    const Value x = convolved(net.image({1, 16, side, side}), net.weight({24, 16, 3, 3}), 1);
    const Graph& graph = net.result(convolved(net.relu(x), net.weight({32, 24, 1, 1})));
    const Graph result = widened(graph);
    const int64_t wide = side == 30 ? 32 : 24;
    CHECK(filters(result) == std::vector<int64_t>{wide, 32});
    CHECK(input_channels(result) == std::vector<int64_t>{16, wide});
    check_same_values(graph, result);
  }
}

TEST_CASE("channels that are joined get zeros where a convolution gains by blocks") {
  struct Case {
    int64_t kernel, growth;
    std::vector<int64_t> filters, read;
  };
  const Case cases[] = {{3, 24, {48, 32, 32, 32}, {3, 48, 80, 96}},
                        {3, 12, {48, 16, 16, 16}, {3, 48, 64, 80}},
                        {1, 24, {48, 24, 24, 24}, {3, 48, 72, 96}}};
  for (const auto& [kernel, growth, made, read] : cases) {
    CAPTURE(kernel);
    CAPTURE(growth);
    Network net;
    Value x = convolved(net.image({2, 3, 25, 26}), net.weight({48, 3, 3, 3}), 1);
    for (const int64_t axis : {1, -3, 1}) {
      const int64_t channels = x.shape()[1];
      Value y = net.relu(x * net.weight({channels, 1, 1}) + net.weight({channels, 1, 1}));
      y = convolved(y, net.weight({growth, channels, kernel, kernel}), kernel / 2);
      x = x.builder().call("concatenate", {x, y}, {Argument::of_int(axis)});
    }
    const Graph& graph = net.result(net.relu(x));
    const Graph result = widened(graph);
    CHECK(filters(result) == made);
    CHECK(input_channels(result) == read);
    check_same_values(graph, result);
    check_same_values(graph, checked(graph::block_channels(result, kPrepares)));
  }
}

TEST_CASE("joins of the same images share their zeros") {
  Network net;
  const Value x = net.image({1, 20, 24, 24});
  const Value left = ops::concatenate({{x, x}}, 1), right = ops::concatenate({{x + 1.0, x}}, 1);
  const Value y = convolved(left, net.weight({32, 40, 3, 3}), 1);
  const Graph& graph = net.result(y + convolved(right, net.weight({32, 40, 3, 3}), 1));
  const Graph result = widened(graph);
  CHECK(input_channels(result) == std::vector<int64_t>{48, 48});
  std::vector<graph::ValueId> last;
  for (const graph::Node& node : result.nodes)
    if (node.op->name == "concatenate" && result.type(node.outputs[0]).shape[0] == 1)
      last.push_back(node.operands.back().value);
  REQUIRE(last.size() == 2);
  CHECK(last[0] == last[1]);
  check_same_values(graph, result);
}

TEST_CASE("groups of eight between blocks of sixteen are joined in pairs, others are not") {
  const int cases[][4] = {{32, 32, 8, 16},  {48, 96, 8, 16}, {32, 32, 4, 4},
                          {48, 48, 24, 24}, {40, 40, 8, 8},  {24, 24, 8, 8}};
  for (const auto& how : cases) {
    const int channels = how[0], made = how[1], width = how[2], joined = how[3];
    CAPTURE(channels);
    CAPTURE(width);
    const int groups = channels / width;
    Network net;
    Value x = net.relu(convolved(net.image({2, 6, 9, 7}), net.weight({channels, 6, 1, 1})));
    x = convolved(x, net.weight({made, width, 3, 3}), 1, 2, groups) + net.weight({made, 1, 1});
    const Graph& graph = net.result(convolved(net.relu(x), net.weight({16, made, 1, 1})));
    const Graph result = widened(graph);
    CHECK(input_channels(result)[1] == joined);
    check_same_values(graph, result);
    check_same_values(graph, checked(graph::block_channels(result, kPrepares)));
  }
}

TEST_CASE("groups without filters are not joined") {
  Network net;
  const Value x = convolved(net.image({1, 6, 9, 7}), net.weight({32, 6, 1, 1}));
  const Graph& graph = net.result(convolved(x, net.weight({0, 8, 3, 3}), 1, 1, 4));
  CHECK(input_channels(widened(graph)) == std::vector<int64_t>{6, 8});
}

TEST_CASE("products of plain images, few filters, whole blocks and weights that change stay") {
  Network products;
  const Value x = convolved(products.image({1, 100, 28, 28}), products.weight({100, 100, 1, 1}));
  const Graph plain = products.result(convolved(x, products.weight({100, 100, 1, 1})));
  CHECK(filters(widened(plain)) == std::vector<int64_t>{100, 100});

  Network few;
  const Value y = convolved(few.image({1, 16, 28, 28}), few.weight({24, 16, 1, 1}));
  const Graph narrow = few.result(convolved(y, few.weight({3, 24, 1, 1})));
  CHECK(filters(widened(narrow)) == std::vector<int64_t>{24, 3});

  Network trained;
  const Value w = trained.image({20, 1, 3, 3});
  const Value z = convolved(trained.image({1, 8, 9, 9}), trained.weight({20, 8, 1, 1}));
  const Graph training = trained.result(convolved(z, w, 1, 1, 20));
  CHECK(filters(widened(training)) == std::vector<int64_t>{20, 20});
  CHECK(filters(checked(graph::pad_channels(training, {}))) == std::vector<int64_t>{20, 20});
}

TEST_CASE("arithmetic that zeros make infinite sees a slice") {
  for (const char* function : {"log", "reciprocal", "exp", "divide"}) {
    CAPTURE(function);
    Network net;
    Value x = convolved(net.image({1, 16, 9, 9}), net.weight({20, 16, 1, 1}));
    x = convolved(x, net.weight({20, 1, 3, 3}), 1, 1, 20);
    const Value y = x * x + 1.0;
    x = function == std::string_view("divide") ? y / net.weight({20, 1, 1})
                                               : x.builder().call(function, {y});
    const Graph& graph = net.result(convolved(x, net.weight({16, 20, 1, 1})));
    const Graph result = widened(graph);
    CHECK(filters(result) == std::vector<int64_t>{32, 32, 16});
    CHECK(count(result, "slice") == 1);
    check_same_values(graph, result);
  }
}

TEST_CASE("random networks keep their results, widened and then laid in blocks") {
  int slices = 0, blocks = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    const Graph graph = random_network(seed, 12, false, 1 + seed % 3);
    std::mt19937 random(seed);
    const Graph result = widened(graph);
    slices += count(result, "slice") - count(graph, "slice");
    CHECK(difference(graph, result, random) < 1e-5);
    const Graph blocked = checked(graph::block_channels(result, kPrepares));
    blocks += count(blocked, "convolution_blocked") -
              count(checked(graph::block_channels(graph, kPrepares)), "convolution_blocked");
    CHECK(difference(graph, blocked, random) < 1e-5);
  }
  CHECK(slices > 20);
  CHECK(blocks > 30);
}
