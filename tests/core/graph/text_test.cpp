#include "graph/ir/text.h"

#include "core/executor/graph_testing.h"
#include "graph/ir/verifier.h"

using namespace weft;
using namespace weft::testing;

namespace {

std::string message_of(const char* text) {
  const Result<Graph> graph = graph::parse(text);
  return graph.ok() ? std::string() : graph.status().message();
}

}  // namespace

TEST_CASE("text of a graph parses back to the same text") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const Graph graph = random_graph(seed, 12);
    REQUIRE(graph::verify(graph).ok());
    const std::string text = graph::print(graph);
    const Result<Graph> back = graph::parse(text);
    REQUIRE_MESSAGE(back.ok(), back.status().message() << "\n" << text);
    CHECK(graph::print(back.value()) == text);
  }
}

TEST_CASE("text keeps names, lines, clones, states and odd scalars") {
  const char* text =
      "graph(%0 \"a \\\"b\\\\\": float32(2), %1: float32(2)) {\n"
      "  %2: float32(2) = add(%0, inf) @line \"train.py:3\"\n"
      "  %3: float32(2) = add(%0, -0.1) @clone %2 @rebuilt @precision bfloat16\n"
      "  %4: bool(2) = greater(%2, nan)\n"
      "  return %3, %4\n"
      "  state 1 -> 0\n"
      "}\n";
  const Result<Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  const std::string printed = graph::print(graph.value());
  CHECK(printed.find("@line \"train.py:3\"") != std::string::npos);
  CHECK(printed.find("@clone %2") != std::string::npos);
  CHECK(printed.find("@rebuilt") != std::string::npos);
  CHECK(printed.find("@precision bfloat16") != std::string::npos);
  CHECK(printed.find("inf") != std::string::npos);
  CHECK(graph::print(graph::parse(printed).value()) == printed);
}

TEST_CASE("text has lists of operands and of results") {
  const char* text =
      "graph(%0: float32(2,), %1: float32(3,)) {\n"
      "  %2: float32(7,) = concatenate(%0, %1, %0, axis=0)\n"
      "  %3: float32(1,), %4: float32(4,), %5: float32(2,) = split(%2, indices_or_sections=[1, 5], "
      "axis=0)\n"
      "  %6: float32(2,), %7: float32(2,) = split(%4, indices_or_sections=2, axis=0)\n"
      "  return %3, %5, %6, %7\n"
      "}\n";
  const Result<Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  CHECK(graph::print(graph.value()) == text);
  CHECK(message_of("graph() {\n %0: float32(0,) = concatenate(axis=0)\n return %0\n}")
            .find("got an empty list") != std::string::npos);
  CHECK(message_of("graph(%0: float32(2,)) {\n %1: float32(2,) = "
                   "concatenate(%0, _, axis=0)\n return %1\n}")
            .find("must have its operand `arrays[1]`") != std::string::npos);
  CHECK(message_of("graph(%0: float32(2,)) {\n %1: float32(1,) = "
                   "split(%0, indices_or_sections=2)\n return %1\n}")
            .find("must have 2 outputs, as inference says; got 1") != std::string::npos);
}

TEST_CASE("text that is no graph is refused with line and column") {
  CHECK(message_of("").find("line 1") != std::string::npos);
  CHECK(message_of("graph(%0: float33(2)) {\n return %0\n}").find("not a dtype") !=
        std::string::npos);
  CHECK(message_of("graph(%0: float32(2)) {\n %1: float32(2) = exp(%0) @precision half\n "
                   "return %1\n}")
            .find("`half` is not a dtype") != std::string::npos);
  CHECK(message_of("graph(%0: float32(2)) {\n %1: float32(2) = exp(%0) @precision int8\n "
                   "return %1\n}")
            .find("float32, float16 or bfloat16; got int8") != std::string::npos);
  CHECK(message_of("graph(%0: float32(2)) {\n %1: float32(2) = frobnicate(%0)\n return %1\n}")
            .find("`frobnicate` is not an operator") != std::string::npos);
  CHECK(message_of("graph(%0: float32(2)) {\n %1: float32(2) = add(%0, %2)\n return %1\n}")
            .find("used before it is defined") != std::string::npos);
  CHECK(message_of("graph(%0: float32(2)) {\n %1: float32(3) = add(%0, %0)\n return %1\n}")
            .find("as inference says") != std::string::npos);
  CHECK(message_of("graph(%0: float32(2)) { return %0 } more").find("follows") !=
        std::string::npos);
}

TEST_CASE("a text cut anywhere never crashes") {
  const std::string text = graph::print(random_graph(3, 10));
  for (size_t length = 0; length < text.size(); ++length) {
    const bool ok = graph::parse(text.substr(0, length)).ok();
    CHECK((!ok || length + 1 >= text.size()));
  }
}
