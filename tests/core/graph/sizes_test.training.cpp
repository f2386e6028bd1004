// Sizes: from examples to one graph, its stages, and its text and file.
#include "graph/sizes/sizes.h"

#include "core/executor/graph_testing.h"
#include "executor/program/program.h"
#include "executor/program/stages.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"

using namespace weft;
using namespace weft::testing;
using graph::kExamples;

namespace {

std::vector<std::vector<int64_t>> examples_of(size_t sizes) {
  std::vector<std::vector<int64_t>> examples(kExamples);
  for (size_t round = 0; round < kExamples; ++round)
    for (size_t size = 0; size < sizes; ++size)
      examples[round].push_back(graph::example_of(round, size, 100));
  return examples;
}

template <class Function>
graph::Fit fit(size_t sizes, const Function& function) {
  const auto examples = examples_of(sizes);
  std::vector<double> values;
  for (const auto& example : examples) values.push_back(function(example));
  return graph::fit_polynomial(values, examples);
}

// The positive elements of %0, doubled, as one example of it has them.
std::string chosen(int64_t count) {
  const std::string n = std::to_string(count);
  return "graph(%0: float32(12)) {\n"
         "  %1: bool(12) = greater(%0, 0.0)\n"
         "  %2: int64() = sum(%1)\n"
         "  %3: int64(1, " +
         n + ") = nonzero_rows(%1, count=" + n +
         ")\n"
         "  %4: int64(" +
         n + ") = reshape(%3, newshape=[" + n +
         "])\n"
         "  %5: float32(" +
         n +
         ") = gather(%0, %4, axes=[0], position=0, shown_axes=[])\n"
         "  %6: float32(" +
         n +
         ") = multiply(%5, 2.0)\n"
         "  return %6, %0\n"
         "  size %2 = " +
         n +
         " up to 12\n"
         "}\n";
}

Result<Graph> joined() {
  std::vector<Graph> graphs;
  for (size_t round = 0; round < kExamples; ++round)
    graphs.push_back(graph::parse(chosen(graph::example_of(round, 0, 12))).take());
  std::vector<const Graph*> pointers;
  for (const Graph& graph : graphs) pointers.push_back(&graph);
  return graph::generalize(pointers);
}

}  // namespace

TEST_CASE("numbers follow from sizes by the simplest polynomial") {
  CHECK(fit(2, [](const auto&) { return 7.0; }).polynomial == graph::Polynomial::constant(7));
  const auto checked = [](size_t sizes, const auto& function) {
    const graph::Fit found = fit(sizes, function);
    REQUIRE(found.found);
    const std::vector<int64_t> other = {5000, 70, 3, 19};
    const std::vector<int64_t> own(other.begin(), other.begin() + static_cast<long>(sizes));
    CHECK(found.polynomial.evaluate(own) == doctest::Approx(function(own)));
  };
  const auto at = [](const std::vector<int64_t>& sizes, size_t i) {
    return static_cast<double>(sizes[i]);
  };
  checked(1, [&](const auto& s) { return 3 * at(s, 0) - 4; });
  checked(1, [&](const auto& s) { return at(s, 0) * at(s, 0) + at(s, 0); });
  checked(2, [&](const auto& s) { return at(s, 0) * at(s, 1); });
  checked(2, [&](const auto& s) { return (at(s, 0) + 2) * (at(s, 1) - 1); });
  checked(3, [&](const auto& s) { return at(s, 0) + 2 * at(s, 2) + 1; });
  checked(4, [&](const auto& s) { return at(s, 0) + at(s, 1) + at(s, 2) + at(s, 3); });
  CHECK_FALSE(fit(1, [&](const auto& s) { return 1 / at(s, 0); }).found);
  CHECK_FALSE(fit(1, [&](const auto& s) { return std::floor(at(s, 0) / 2); }).found);
  CHECK_FALSE(fit(1, [&](const auto& s) { return std::min(at(s, 0), 50.0); }).found);
}

TEST_CASE("examples of a size differ, and the last one passes the bound") {
  for (size_t size = 0; size < 40; ++size) {
    std::vector<int64_t> seen;
    for (size_t round = 0; round < kExamples; ++round) {
      const int64_t example = graph::example_of(round, size, 3);
      CHECK(example >= 2);
      CHECK(std::ranges::find(seen, example) == seen.end());
      seen.push_back(example);
    }
    CHECK(graph::example_of(kExamples - 1, size, 1000) > 1000);
  }
}

TEST_CASE("a joined graph is verified, printed and parsed, and runs at every size") {
  const Result<Graph> graph = joined();
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  const Status sound = graph::verify(graph.value());
  REQUIRE_MESSAGE(sound.ok(), sound.message());
  CHECK(graph.value().sized.size() == 2);
  const std::string text = graph::print(graph.value());
  const Result<Graph> back = graph::parse(text);
  REQUIRE_MESSAGE(back.ok(), back.status().message());
  CHECK(graph::print(back.value()) == text);
  CHECK(back.value().sizes == graph.value().sizes);
  CHECK(back.value().sized == graph.value().sized);

  const auto program = executor::Program::create(graph.value()).take();
  executor::Stages& stages = *program->stages();
  REQUIRE(stages.stages().size() == 2);
  CHECK(stages.output(1).stage == 1);  // an input that is handed on
  for (const int64_t count : {0, 1, 12, 5, 12}) {
    const int64_t sizes[] = {count};
    CHECK(stages.check_size(0, sizes).ok());
    const auto types = stages.stages()[1].graph.input_types();
    const auto part = stages.program(1, types, sizes).take();
    CHECK(part->graph().type(part->graph().outputs[0]).shape == Shape{count});
    CHECK(graph::verify(part->graph()).ok());
    CHECK(stages.program(1, types, sizes).take() == part);
  }
  const int64_t outside[] = {13};
  CHECK_FALSE(stages.check_size(0, outside).ok());
  CHECK(graph::largest_sizes(graph.value(), {}) == std::vector<int64_t>{12});
}

TEST_CASE("graphs of other programs are not joined") {
  const Graph one = graph::parse(chosen(4)).take();
  std::string text = chosen(5);
  text.replace(text.find("multiply"), 8, "subtract");
  const Graph other = graph::parse(text).take();
  const Graph* both[] = {&one, &other};
  const std::string message = graph::generalize(both).status().message();
  CHECK_MESSAGE(message.find("other operators") != std::string::npos, message);
}

TEST_CASE("the verifier refuses numbers that follow from nothing") {
  const std::string text = graph::print(joined().take());
  const auto said = [&](const char* from, const char* to) {
    std::string changed = text;
    const size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, std::string(from).size(), to);
    const Result<Graph> graph = graph::parse(changed);
    CHECK_FALSE(graph.ok());
    return graph.ok() ? std::string() : graph.status().message();
  };
  CHECK(said("size %2", "size %1").find("an int64 value") != std::string::npos);
  CHECK(said("up to 12", "up to 1*s0").find("earlier sizes only") != std::string::npos);
  CHECK(said("= 1*s0", "= 1*s1").find("must be an operand") != std::string::npos);
  CHECK(said("= 1*s0", "= 2*s0").find("the number that its sizes give") != std::string::npos);
  CHECK(said("node 2 attribute 0", "node 2 attribute 9").find("must be an operand") !=
        std::string::npos);
  CHECK(said("node 2 attribute 0", "node 1 attribute 0").find("a number where it depends") !=
        std::string::npos);
}

TEST_CASE("the same is known where it is computed twice from the same") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({4}));
  const auto positive = [&](double from) {
    return b.call("greater", {x * 2.0, ops::scalar(x, from)});
  };
  const Value one = positive(0), two = positive(0), other = positive(1);
  CHECK(graph::same_content(graph, one.id(), two.id()));
  CHECK_FALSE(graph::same_content(graph, one.id(), other.id()));
  CHECK_FALSE(graph::same_content(graph, one.id(), x.id()));
}

namespace {

// The mean of every third element from the first on, of a row of `extent`.
std::string thinned(int64_t extent) {
  const std::string all = std::to_string(extent), kept = std::to_string((extent + 2) / 3);
  return "graph(%0: float32(" + all +
         ")) {\n"
         "  %1: float32(" +
         kept + ") = slice(%0, begin=[0], size=[" + all +
         "], step=[3], clip=true)\n"
         "  %2: float32() = sum(%1)\n"
         "  %3: float32() = divide(%2, " +
         kept +
         ".0)\n"
         "  return %3\n"
         "  dimension \"n\" = " +
         all +
         " from 1 up to 100000 at 0:0\n"
         "}\n";
}

}  // namespace

TEST_CASE("numbers follow from extents behind strides, which are quotients of sizes") {
  std::vector<Graph> graphs;
  for (size_t round = 0; round < kExamples; ++round)
    graphs.push_back(graph::parse(thinned(graph::example_of(round, 0, 50))).take());
  std::vector<const Graph*> pointers;
  for (const Graph& graph : graphs) pointers.push_back(&graph);
  const Result<Graph> graph = graph::generalize(pointers);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  REQUIRE(graph::verify(graph.value()).ok());
  REQUIRE(graph.value().sized.size() == 2);
  CHECK(graph.value().sized[1].number.terms[0].quotients ==
        std::vector<graph::Quotient>{{0, 1, 2, 3}});
  const std::string text = graph::print(graph.value());
  CHECK(text.find("= 1*floor((s0 + 2)/3)") != std::string::npos);
  const Result<Graph> back = graph::parse(text);
  REQUIRE_MESSAGE(back.ok(), back.status().message());
  CHECK(back.value().sized == graph.value().sized);
  for (int64_t extent = 1; extent < 40; ++extent) {
    const int64_t sizes[] = {extent};
    const ops::TensorType type{DType::kFloat32, Shape{extent}};
    const Result<Graph> there = graph::for_sizes(back.value(), {&type, 1}, sizes);
    REQUIRE_MESSAGE(there.ok(), there.status().message());
    CHECK(there.value().nodes[2].operands[1].scalar.as_double() ==
          static_cast<double>((extent + 2) / 3));
  }
}

TEST_CASE("a quotient is evaluated by rounding down, and a bad one is refused") {
  for (int64_t size = -20; size < 20; ++size) {
    const int64_t sizes[] = {size};
    for (const int64_t divisor : {1, 2, 3, 32})
      CHECK(graph::Quotient{0, 2, -5, divisor}.evaluate(sizes) ==
            static_cast<int64_t>(
                std::floor(static_cast<double>(2 * size - 5) / static_cast<double>(divisor))));
  }
  const auto examples = examples_of(2);
  std::vector<int64_t> extents;
  for (const auto& example : examples) extents.push_back((example[1] + 7) / 8);
  for (const graph::PossibleQuotient& found : graph::possible_quotients(extents, examples))
    CHECK(found.quotient.offset <= found.most);
}
