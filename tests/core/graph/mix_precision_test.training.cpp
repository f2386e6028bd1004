// Mixed precision as a pass: which nodes become narrow, that nothing is cast twice, and that values
// and gradients stay those of float32 within what a half dtype rounds.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/executor/graph_testing.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"
#include "graph/reverse/reverse.h"
#include "ops/precision.h"

using namespace weft;
using namespace weft::testing;

namespace {

Graph checked(Result<Graph> graph) {
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  const Status status = graph::verify(graph.value());
  REQUIRE_MESSAGE(status.ok(), status.message());
  return graph.take();
}

Graph mixed(const Graph& graph) { return checked(graph::mix_precision(graph, {})); }
std::string mixed(const std::string& text) {
  return graph::print(mixed(checked(graph::parse(text))));
}

size_t count(const std::string& text, std::string_view word) {
  size_t n = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

Graph asking(Graph graph, DType precision) {
  for (graph::Node& node : graph.nodes) node.precision = precision;
  return graph;
}

// What a network of products is made of, each value (128, 128), for weights that keep its size.
Graph random_network(unsigned seed, int length) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  const Value w = b.input(f32({128, 128}), "w"), bias = b.input(f32({128}), "bias");
  std::vector<Value> values = {b.input(f32({128, 128}), "x")};
  const auto any = [&] { return values[pick(values.size())]; };
  const auto small = [&](const Value& x) { return b.call("tanh", {x * (1.0 / 128)}); };
  const int64_t last[] = {-1};
  for (int i = 0; i < length; ++i) {
    Value v;
    switch (pick(11)) {
      case 0:
      case 1: v = small(ops::matmul(any(), w)); break;
      case 2: v = small(ops::matmul(ops::swap_last_axes(any()), ops::swap_last_axes(w))); break;
      case 3: v = small(b.call("relu", {ops::matmul(any(), any()) + bias})); break;
      case 4: v = ops::matmul(any(), any()) * (1.0 / 128); break;
      case 5: v = any() + any() * 0.5; break;
      case 6: v = b.call("maximum", {any(), ops::Value(&b, Argument::of_float(0.3))}); break;
      case 7: v = any() - ops::sum(any(), last, true) * (1.0 / 128); break;
      case 8: v = b.call("softmax", {any()}); break;
      case 9: {
        const Value parts[] = {any(), any()};
        v = ops::slice(ops::concatenate(parts, 0), 0, 64, 128);
        break;
      }
      default: v = ops::reshape(ops::reshape(any(), {32, 512}), {128, 128});
    }
    values.push_back(v);
  }
  b.output(values.back());
  b.output(ops::sum(values[values.size() / 2] * any(), last, false));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// Largest difference over the largest magnitude.
double difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.dtype() == DType::kFloat32);
  REQUIRE(b.dtype() == DType::kFloat32);
  REQUIRE(a.shape() == b.shape());
  const auto* const x = reinterpret_cast<const float*>(a.data());
  const auto* const y = reinterpret_cast<const float*>(b.data());
  double largest = 0, maximum = 1e-6;
  for (int64_t i = 0; i < a.elements(); ++i) {
    if (!std::isfinite(y[i])) return INFINITY;
    largest = std::max(largest, std::abs(double{x[i]} - double{y[i]}));
    maximum = std::max(maximum, std::abs(double{x[i]}));
  }
  return largest / maximum;
}

double difference(const Graph& a, const Graph& b, unsigned seed) {
  std::mt19937 random(seed);
  const auto inputs = random_inputs(a, random);
  const auto wanted = executor::evaluate(a, inputs, 1, 0),
             found = executor::evaluate(b, inputs, 1, 0);
  REQUIRE_MESSAGE(wanted.ok(), wanted.status().message());
  REQUIRE_MESSAGE(found.ok(), found.status().message());
  double largest = 0;
  for (size_t i = 0; i < wanted.value().size(); ++i)
    largest = std::max(largest, difference(*wanted.value()[i], *found.value()[i]));
  return largest;
}

// Casts of one value to one dtype, at most.
size_t max_casts(const Graph& graph) {
  std::multiset<std::pair<graph::ValueId, DType>> casts;
  size_t maximum = 0;
  for (const graph::Node& node : graph.nodes) {
    if (!node.op || node.op->name != "cast") continue;
    const std::pair cast{node.operands[0].value, graph.type(node.outputs[0]).dtype};
    casts.insert(cast);
    maximum = std::max(maximum, casts.count(cast));
  }
  return maximum;
}

size_t narrow_products(const Graph& graph) {
  return static_cast<size_t>(std::ranges::count_if(graph.nodes, [&](const graph::Node& node) {
    return node.op && node.op->name == "matmul" &&
           graph.type(node.outputs[0]).dtype != DType::kFloat32;
  }));
}

constexpr DType kHalves[] = {DType::kFloat16, DType::kBFloat16};

// Roundings of several layers, of which differences may be read; float16 has three bits more.
double tolerance(DType dtype) { return dtype == DType::kFloat16 ? 0.02 : 0.15; }

}  // namespace

TEST_CASE("products and what follows them are narrow, results are not") {
  const std::string text = mixed(
      "graph(%0: float32(128, 128), %1: float32(128, 128), %2: float32(128)) {\n"
      "  %3: float32(128, 128) = matmul(%0, %1) @precision bfloat16\n"
      "  %4: float32(128, 128) = add(%3, %2) @precision bfloat16\n"
      "  %5: float32(128, 128) = relu(%4) @precision bfloat16\n"
      "  %6: float32(128, 128) = exp(%5) @precision bfloat16\n"
      "  return %6, %5\n}");
  CHECK_MESSAGE(count(text, ": bfloat16(128, 128) = matmul") == 1, text);
  CHECK(count(text, ": bfloat16(128, 128) = add") == 1);
  CHECK(count(text, ": bfloat16(128, 128) = relu") == 1);
  CHECK(count(text, ": float32(128, 128) = exp") == 1);
  CHECK(count(text, "dtype=bfloat16") == 3);  // both factors and the bias
  CHECK(count(text, "dtype=float32") == 1);   // for exp and the result
  CHECK(count(text, "@precision") == 0);
}

TEST_CASE("a weight and its transpose share one cast") {
  const std::string text = mixed(
      "graph(%0: float32(128, 128), %1: float32(128, 128)) {\n"
      "  %2: float32(128, 128) = transpose(%1, axes=[1, 0])\n"
      "  %3: float32(128, 128) = matmul(%0, %2) @precision bfloat16\n"
      "  %4: float32(128, 128) = matmul(%3, %1) @precision bfloat16\n"
      "  return %4\n}");
  CHECK_MESSAGE(count(text, "cast") == 3, text);  // of the data, the weight and the result
  CHECK(count(text, ": bfloat16(128, 128) = transpose") == 1);
}

TEST_CASE("casts that cancel disappear") {
  const std::string text = mixed(
      "graph(%0: bfloat16(128, 128), %1: float32(128, 128)) {\n"
      "  %2: float32(128, 128) = cast(%0, dtype=float32)\n"
      "  %3: float32(128, 128) = matmul(%2, %1) @precision bfloat16\n"
      "  %4: bfloat16(128, 128) = cast(%3, dtype=bfloat16)\n"
      "  return %4\n}");
  CHECK_MESSAGE(count(text, "cast") == 1, text);  // of the second factor
}

TEST_CASE("what gains nothing stays as it is") {
  const auto stays = [](const std::string& text) {
    const Graph graph = checked(graph::parse(text));
    std::string wanted = graph::print(asking(graph, DType::kFloat32));
    CHECK(graph::print(mixed(graph)) == wanted);
  };
  stays(
      "graph(%0: float32(4, 4)) {\n"  // casts would take longer
      "  %1: float32(4, 4) = matmul(%0, %0) @precision bfloat16\n  return %1\n}");
  stays(
      "graph(%0: float32(512, 64), %1: float32(64, 512)) {\n"  // short sums
      "  %2: float32(512, 512) = matmul(%0, %1) @precision bfloat16\n  return %2\n}");
  stays(
      "graph(%0: int32(128, 128)) {\n"
      "  %1: int32(128, 128) = matmul(%0, %0) @precision bfloat16\n  return %1\n}");
  stays(
      "graph(%0: float64(128, 128)) {\n"
      "  %1: float64(128, 128) = matmul(%0, %0) @precision bfloat16\n  return %1\n}");
  stays(
      "graph(%0: float32(128, 128)) {\n"  // nobody asks
      "  %1: float32(128, 128) = matmul(%0, %0)\n  return %1\n}");
  stays(
      "graph(%0: float32(128, 128)) {\n"  // no operand is narrow
      "  %1: float32(128, 128) = add(%0, %0) @precision bfloat16\n  return %1\n}");
  stays(
      "graph(%0: float32(1, 1, 4, 128, 128)) {\n"  // its sums are float32 anyway
      "  %1: float32(1, 1, 4, 128, 128), %2: float32(1, 1, 4, 128) = "
      "attention_blocks(%0, %0, %0, _, scale=1.0, causal=false) @precision bfloat16\n"
      "  return %1\n}");
  const auto convolution = [](const char* image, const char* weight, const char* result,
                              const char* half, const char* groups) {
    return std::string("graph(%0: float32") + image + ", %1: float32" + weight +
           ") {\n  %2: float32" + result +
           " = convolution_image(%0, %1, _, kernel=none, stride=none, pad=[1, 1], dilate=none, "
           "num_group=" +
           groups + ") @precision " + half + "\n  return %2\n}";
  };
  stays(convolution("(1, 64, 14, 14)", "(12, 64, 3, 3)", "(1, 12, 14, 14)", "bfloat16", "1"));
  stays(convolution("(1, 64, 14, 14)", "(64, 64, 3, 3)", "(1, 64, 14, 14)", "float16", "1"));
  stays(convolution("(1, 64, 14, 14)", "(64, 1, 3, 3)", "(1, 64, 14, 14)", "bfloat16", "64"));
}

TEST_CASE("a clone and what it computes again stay in float32") {
  const std::string text = mixed(
      "graph(%0: float32(128, 128)) {\n"
      "  %1: float32(128, 128) = matmul(%0, %0) @precision bfloat16\n"
      "  %2: float32(128, 128) = matmul(%0, %0) @clone %1 @precision bfloat16\n"
      "  return %1, %2\n}");
  CHECK(count(text, "bfloat16") == 0);
}

TEST_CASE("only a number that the half dtype has becomes one") {
  const auto follows = [](const char* number) {
    return count(mixed("graph(%0: float32(128, 128)) {\n"
                       "  %1: float32(128, 128) = matmul(%0, %0) @precision float16\n"
                       "  %2: float32(128, 128) = maximum(%1, " +
                       std::string(number) + ") @precision float16\n  return %2\n}"),
                 ": float16(128, 128) = maximum") == 1;
  };
  CHECK(follows("0.5"));
  CHECK(follows("-inf"));
  CHECK(follows("2047"));
  CHECK(follows("65504"));
  CHECK_FALSE(follows("0.1"));
  CHECK_FALSE(follows("2049"));
  CHECK_FALSE(follows("65536"));
  CHECK_FALSE(follows("1e-6"));
  CHECK(ops::keeps_scalar(Argument::of_float(std::ldexp(1.0, 127)), DType::kBFloat16));
  CHECK_FALSE(ops::keeps_scalar(Argument::of_float(std::ldexp(1.0, 128)), DType::kBFloat16));
  CHECK_FALSE(ops::keeps_scalar(Argument::of_int(257), DType::kBFloat16));
}

TEST_CASE("mixed random networks keep their values, and cast nothing twice") {
  size_t narrow = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const Graph graph = random_network(seed, 4 + static_cast<int>(seed % 12));
    for (const DType dtype : kHalves) {
      const Graph result = mixed(asking(graph, dtype));
      CHECK(result.input_types() == graph.input_types());
      CHECK(result.output_types() == graph.output_types());
      CHECK(max_casts(result) <= 1);
      CHECK(difference(graph, result, seed) < tolerance(dtype));
      CHECK(graph::print(mixed(asking(result, dtype))) == graph::print(result));
      narrow += narrow_products(result);
    }
  }
  CHECK(narrow > 100);
}

TEST_CASE("gradients of mixed networks are those of float32, in its dtype") {
  size_t narrow = 0;
  for (unsigned seed = 100; seed < 130; ++seed) {
    CAPTURE(seed);
    const Graph graph = random_network(seed, 3 + static_cast<int>(seed % 8));
    const std::vector<bool> wanted(graph.inputs.size(), true);
    const Graph plain = graph::reverse(graph, wanted).take().graph;
    for (const DType dtype : kHalves) {
      const Graph joint = checked(graph::reverse(asking(graph, dtype), wanted).take().graph);
      const Graph result = mixed(joint);
      CHECK(result.output_types() == plain.output_types());
      CHECK(max_casts(result) <= 1);
      CHECK(difference(plain, result, seed) < 2 * tolerance(dtype));
      narrow += narrow_products(result);
    }
  }
  CHECK(narrow > 150);
}

TEST_CASE("what has no operands is cast like an input") {
  const std::string text = mixed(
      "graph(%0: float32(128, 128)) {\n"
      "  %1: float32(128, 128) = full(shape=[128, 128], fill_value=0.5, dtype=float32)\n"
      "  %2: float32(128, 128) = matmul(%0, %1) @precision bfloat16\n"
      "  return %2\n}");
  CHECK_MESSAGE(count(text, "cast") == 3, text);
}

TEST_CASE("bodies of control flow are mixed, too") {
  const std::string text = mixed(
      "graph(%0: float32(3, 128, 128), %1: float32(128, 128)) {\n"
      "  %2: float32(3, 128, 128) = loop(%0, %1) sliced 1 carried 0 most 3 "
      "(%0: float32(128, 128), %1: float32(128, 128)) {\n"
      "    %2: float32(128, 128) = matmul(%0, %1) @precision bfloat16\n"
      "    return %2\n  }\n"
      "  return %2\n}");
  CHECK_MESSAGE(count(text, ": bfloat16(128, 128) = matmul") == 1, text);
}

TEST_CASE("a program without the pass is the one of float32") {
  const Graph graph = asking(random_network(7, 9), DType::kBFloat16);
  const auto run = [&](const char* switches) {
    graph::PassContext context{executor::fold_node};
    return checked(
        graph::run_passes(graph, graph::Stage::kWhole, context, graph::PassSelection(switches)));
  };
  CHECK(narrow_products(run("")) > 0);
  CHECK(narrow_products(run("-mix_precision")) == 0);
}
