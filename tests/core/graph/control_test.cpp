#include "graph/ir/control.h"

#include "core/executor/control_testing.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"
#include "graph/passes/pipeline.h"
#include "graph/sizes/sizes.h"

using namespace weft;
using namespace weft::testing;

namespace {

const char* const kWhile =
    "graph(%0: bool(), %1: float32(2,), %2: int64()) {\n"
    "  %3: bool(), %4: float32(2,), %5: int64(), %6: float32(5, 2) = loop(%2, %0, %1) sliced 0 "
    "carried 2 most 5 while counted backwards (%0: bool(), %1: float32(2,)) {\n"
    "    %2: float32(2,) = multiply(%1, 2)\n"
    "    return %0, %2, %1\n"
    "  } @line \"net.py:3\"\n"
    "  return %4, %5, %6\n"
    "}\n";

const char* const kCond =
    "graph(%0: bool(), %1: float32(2,)) {\n"
    "  %2: float32(2,) = cond(%0, %1) (%0: float32(2,)) {\n"
    "    %1: float32(2,) = exp(%0)\n"
    "    return %1\n"
    "  } (%0: float32(2,)) {\n"
    "    return %0\n"
    "  }\n"
    "  return %2\n"
    "}\n";

std::string broken(std::string text, const std::string& part, const std::string& by) {
  const size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  const Result<Graph> graph = graph::parse(text.replace(at, part.size(), by));
  return graph.ok() ? "it is sound" : graph.status().message();
}

bool says(const std::string& message, const char* part) {
  CHECK_MESSAGE(message.find(part) != std::string::npos, message);
  return true;
}

}  // namespace

TEST_CASE("text of loops and branches parses back to the same text") {
  for (const std::string text : {kWhile, kCond}) {
    const Result<Graph> graph = graph::parse(text);
    REQUIRE_MESSAGE(graph.ok(), graph.status().message());
    CHECK(graph::print(graph.value()) == text);
  }
  for (unsigned seed = 0; seed < 30; ++seed) {
    const Graph graph = seed % 2 ? random_loop_graph(seed, 6) : random_cond_graph(seed, 6);
    REQUIRE_MESSAGE(graph::verify(graph).ok(), graph::verify(graph).message());
    const std::string text = graph::print(graph);
    const Result<Graph> back = graph::parse(text);
    REQUIRE_MESSAGE(back.ok(), back.status().message() << "\n" << text);
    CHECK(graph::print(back.value()) == text);
  }
}

TEST_CASE("the verifier refuses each kind of broken control flow") {
  says(broken(kWhile, "carried 2", "carried 9"), "must not slice or carry more");
  says(broken(kWhile, "sliced 0", "sliced 1"), "must not slice or carry more");
  says(broken(kWhile, "return %0, %2, %1", "return %0, %0, %1"),
       "carried value 1, float32(2,); got");
  says(broken(kWhile, "return %0, %2, %1", "return %2, %2, %1"), "carried value 0, bool(); got");
  says(broken(kWhile, "most 5", "most 4"), "output 3 must be float32(4, 2), as its body says");
  says(broken(kWhile, "most 5", "most -1"), "carry more");
  says(broken(kWhile, "loop(%2, %0", "loop(%0, %0"), "an int64 of rank 0 as its count");
  says(broken(kWhile, "(%2, %0, %1)", "(%2, %0)"), "3 operands for its body; got 2");
  says(broken(kWhile, "%0: bool(), %1: float32(2,)) {\n    ",
              "%0: bool(), %1: float32(2,)) {\n    print(%1, format=\"{}\")\n    "),
       "without states, effects and sizes");
  says(broken(kCond, "cond(%0, %1)", "cond(%1, %1)"), "a bool of rank 0 as its predicate");
  says(broken(kCond, "return %0\n", "return %0, %0\n"), "results of the same types");
  says(broken(kCond, "%2: float32(2,) =", "%2: float32(3,) ="), "as its body says");
  Graph loop = random_loop_graph(1, 4);
  for (graph::Region& region : loop.regions) region.body = nullptr;
  says(graph::verify(loop).message(), "must have all its bodies");
}

TEST_CASE("loops own the ordinals of all their iterations") {
  Graph graph = random_loop_graph(4, 20);
  const graph::Node* loop = nullptr;
  for (const graph::Node& node : graph.nodes)
    if (graph::control_of(graph, node)) loop = &node;
  REQUIRE(loop);
  const graph::Region& region = *graph::control_of(graph, *loop);
  REQUIRE(region.body->ordinals > 0);
  CHECK(graph::ordinals_of(region) == 4 * region.body->ordinals);
  CHECK(graph.ordinals == 4 * region.body->ordinals);
  graph.ordinals -= 1;
  says(graph::verify(graph).message(), "must have ordinals below");
}

TEST_CASE("a loop is made for other numbers of rows") {
  const Graph graph = random_loop_graph(2, 6);
  std::vector<TensorType> types = graph.input_types();
  types[0].shape = {7, 3, 4};
  const Result<Graph> longer = graph::with_input_types(graph, types);
  REQUIRE_MESSAGE(longer.ok(), longer.status().message());
  CHECK(graph::verify(longer.value()).ok());
  CHECK(longer.value().output_types()[1].shape == Shape{7, 3, 4});
  types[1].shape = {1};  // broadcasts to the state that follows
  const Result<Graph> changed = graph::with_input_types(graph, types);
  REQUIRE(!changed.ok());
  says(changed.status().message(), "the type of carried value 0, float32(1,); got");
}

TEST_CASE("passes go into bodies") {
  const Result<Graph> graph = graph::parse(kCond);
  Graph twice = graph.value();
  const Result<Graph> passed = graph::run_passes(twice, graph::Stage::kWhole, {});
  REQUIRE(passed.ok());
  CHECK(graph::print(passed.value()) == kCond);
  const Graph loop = random_loop_graph(8, 16);
  const Graph after = graph::run_passes(graph::run_passes(loop, graph::Stage::kWhole, {}).take(),
                                        graph::Stage::kAfterSplit, {})
                          .take();
  CHECK_MESSAGE(graph::verify(after).ok(), graph::verify(after).message());
  CHECK(graph::print(after).find("= fused(") != std::string::npos);
}

TEST_CASE("numbers in bodies follow from the sizes of the graph around them") {
  const std::string text =
      "graph(%0: float32(3, 2), %1: float32(2,)) {\n"
      "  %2: float32(2,) = loop(%0, %1) sliced 1 carried 1 most 3 (%0: float32(2,), "
      "%1: float32(2,)) {\n"
      "    %2: float32(2,) = multiply(%1, 6)\n"
      "    %3: float32(2,) = add(%2, %0)\n"
      "    return %3\n"
      "    node 0 operand 1 = 2*s0\n"
      "  }\n"
      "  return %2\n"
      "  dimension \"rows\" = 3 from 1 up to 50 at 0:0\n"
      "}\n";
  const Result<Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  CHECK(graph::print(graph.value()) == text);
  std::vector<TensorType> types = graph.value().input_types();
  types[0].shape = {5, 2};
  const int64_t five[] = {5};
  const Graph longer = graph::for_sizes(graph.value(), types, five).take();
  CHECK(graph::verify(longer).ok());
  CHECK(graph::print(longer).find("multiply(%1, 10)") != std::string::npos);
  CHECK(graph::print(longer).find("most 5") != std::string::npos);
  says(broken(text, "2*s0", "2*s1"), "must be an operand or attribute of its node; got node 0");
  says(broken(text, "2*s0", "3*s0"), "the number that its sizes give");
  says(broken(text, "  dimension \"rows\" = 3 from 1 up to 50 at 0:0\n", ""), "must be an operand");
}

TEST_CASE("what nobody reads of a loop or a cond is not computed") {
  const Graph graph =
      graph::parse(
          "graph(%0: float32(3, 2), %1: float32(2,), %2: bool()) {\n"
          "  %3: float32(2,), %4: float32(3, 2), %5: float32(3, 2) = loop(%0, %1) sliced 1 "
          "carried 1 most 3 (%0: float32(2,), %1: float32(2,)) {\n"
          "    %2: float32(2,) = exp(%0)\n"
          "    %3: float32(2,) = add(%1, %0)\n"
          "    return %3, %2, %3\n"
          "  }\n"
          "  %6: float32(2,), %7: float32(2,) = cond(%2, %3) (%0: float32(2,)) {\n"
          "    %1: float32(2,) = sin(%0)\n"
          "    return %1, %0\n"
          "  } (%0: float32(2,)) {\n"
          "    %1: float32(2,) = cos(%0)\n"
          "    return %1, %0\n"
          "  }\n"
          "  return %5, %7\n"
          "}\n")
          .take();
  const Graph after = graph::run_passes(graph, graph::Stage::kWhole, {}).take();
  CHECK_MESSAGE(graph::verify(after).ok(), graph::verify(after).message());
  const std::string text = graph::print(after);
  for (const char* gone : {"exp", "sin", "cos"}) CHECK(text.find(gone) == std::string::npos);
  CHECK(text.find("%3: float32(2,), %4: float32(3, 2) = loop(") != std::string::npos);
  CHECK(after.output_types() == graph.output_types());
}

TEST_CASE("what a loop computes from captured arrays alone is computed before it") {
  const std::string text =
      "graph(%0: float32(3, 2), %1: float32(2,), %2: float32(2, 2)) {\n"
      "  %3: float32(2,) = loop(%0, %1, %2) sliced 1 carried 1 most 3 (%0: float32(2,), "
      "%1: float32(2,), %2: float32(2, 2)) {\n"
      "    %3: float32(2, 2) = transpose(%2, axes=none)\n"
      "    %4: float32(2, 2) = exp(%3)\n"
      "    %5: float32(2, 2) = tanh(%4)\n"
      "    %6: float32(2,) = matmul(%0, %5)\n"
      "    %7: float32(2,) = add(%6, %1)\n"
      "    %8: float32(2,) = matmul(%7, %3)\n"
      "    return %8\n"
      "  }\n"
      "  return %3\n"
      "}\n";
  const Graph graph = graph::parse(text).take();
  const Graph hoisted = graph::hoist_invariants(graph, {}).take();
  CHECK_MESSAGE(graph::verify(hoisted).ok(), graph::verify(hoisted).message());
  const Graph after = graph::run_passes(graph, graph::Stage::kWhole, {}).take();  // dead code, too
  CHECK_MESSAGE(graph::verify(after).ok(), graph::verify(after).message());
  const std::string printed = graph::print(after);
  const size_t loop = printed.find("loop(");
  CHECK_MESSAGE(printed.find("exp(") < loop, printed);
  CHECK(printed.find("tanh(") < loop);
  CHECK(printed.find("exp(", loop) == std::string::npos);
  CHECK(printed.find("transpose(", loop) != std::string::npos);  // a view stays where it is read
  // Nothing is computed that might not be.
  for (bool graph::Loop::*const may_not_run : {&graph::Loop::counted, &graph::Loop::while_true}) {
    Graph other = graph;
    other.regions[0].loop.*may_not_run = true;
    CHECK(graph::print(graph::hoist_invariants(other, {}).take()) == graph::print(other));
  }
}
