#include "graph/partition/preparation.h"

#include "core/executor/graph_testing.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"

using namespace weft;

namespace {

graph::SplitPreparation split(const char* text, const std::vector<bool>& frozen) {
  Result<graph::Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  graph::SplitPreparation result = graph::split_preparation(graph.value(), frozen);
  for (const graph::Graph* part : {&result.preparation, &result.rest}) {
    const Status status = graph::verify(*part);
    CHECK_MESSAGE(status.ok(), status.message());
  }
  return result;
}

bool has(const graph::Graph& graph, const char* op) {
  return graph::print(graph).find(std::string(op) + "(") != std::string::npos;
}

}  // namespace

TEST_CASE("what follows from frozen inputs alone is prepared, with what it needs") {
  const auto parts = split(
      "graph(%0: float32(2), %1: float32(2), %2: float32(2)) {\n"
      "  %3: float32(2) = exp(%2)\n"
      "  %4: float32(2) = add(%3, 1.0)\n"
      "  %5: float32(2) = multiply(%0, %4)\n"
      "  %6: float32(2) = tanh(%1)\n"  // nobody reads it
      "  return %5\n}",
      {false, true, true});
  CHECK(parts.inputs == std::vector<int32_t>{2});
  CHECK(parts.preparation.nodes.size() == 2);
  CHECK(parts.preparation.outputs.size() == 1);
  CHECK(parts.rest.inputs.size() == 4);
  CHECK(parts.rest.nodes.size() == 1);
  CHECK(has(parts.rest, "multiply"));
}

TEST_CASE("views, draws and what the graph writes are not prepared") {
  const auto parts = split(
      "graph(%0: float32(2, 3), %1: float32(2, 3), %2: float32(2, 3)) {\n"
      "  %3: float32(3, 2) = transpose(%1, axes=[1, 0])\n"
      "  %4: float32(2, 3) = exp(%2)\n"
      "  %5: float32(2, 3) = uniform(shape=[2, 3], dtype=float32) @ordinal 0\n"
      "  %6: float32(2, 2) = matmul(%0, %3)\n"
      "  return %6, %4, %5\n"
      "  state 2 -> 1\n"
      "  ordinals 1\n}",
      {false, true, true});
  CHECK(parts.preparation.outputs.empty());
  CHECK(parts.rest.nodes.size() == 4);
}

TEST_CASE("what is far larger than what it comes from is not kept") {
  const auto parts = split(
      "graph(%0: float32(1000, 1000), %1: float32(1000, 1), %2: float32(1, 1000)) {\n"
      "  %3: float32(1000, 1) = exp(%1)\n"
      "  %4: float32(1000, 1000) = add(%3, %2)\n"
      "  %5: float32(1000, 1000) = multiply(%0, %4)\n"
      "  return %5\n}",
      {false, true, true});
  CHECK(parts.preparation.outputs.size() == 1);
  CHECK(has(parts.preparation, "exp"));
  CHECK(has(parts.rest, "add"));
}

TEST_CASE("a view that both sides read is in both") {
  const auto parts = split(
      "graph(%0: float32(3, 2), %1: float32(2, 3)) {\n"
      "  %2: float32(3, 2) = transpose(%1, axes=[1, 0])\n"
      "  %3: float32(3, 2) = exp(%2)\n"
      "  %4: float32(3, 2) = add(%0, %2)\n"
      "  %5: float32(3, 2) = multiply(%4, %3)\n"
      "  return %5\n}",
      {false, true});
  CHECK(parts.preparation.outputs.size() == 1);
  CHECK(has(parts.preparation, "transpose"));
  CHECK(has(parts.rest, "transpose"));
}
