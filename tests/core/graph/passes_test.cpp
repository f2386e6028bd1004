#include "graph/passes/passes.h"

#include "core/executor/graph_testing.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"

using namespace weft;
using namespace weft::testing;

namespace {

using PassFunction = Result<Graph> (*)(const Graph&, const graph::PassContext&);

std::string after(PassFunction pass, const char* text) {
  Result<Graph> graph = graph::parse(text);
  REQUIRE_MESSAGE(graph.ok(), graph.status().message());
  Result<Graph> result = pass(graph.value(), {executor::fold_node});
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  const Status status = graph::verify(result.value());
  CHECK_MESSAGE(status.ok(), status.message());
  return graph::print(result.value());
}

size_t count(const std::string& text, const char* word) {
  size_t n = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("dead code goes, ordinals stay") {
  const std::string text = after(graph::remove_dead_code,
                                 "graph(%0: float32(2)) {\n"
                                 "  %1: float32(2) = exp(%0)\n"
                                 "  %2: float32(2) = uniform(shape=[2], dtype=float32) @ordinal 0\n"
                                 "  %3: float32(2) = uniform(shape=[2], dtype=float32) @ordinal 1\n"
                                 "  return %3\n  ordinals 2\n}");
  CHECK(count(text, "exp") == 0);
  CHECK(count(text, "uniform") == 1);
  CHECK(count(text, "@ordinal 1") == 1);
  CHECK(count(text, "ordinals 2") == 1);
}

TEST_CASE("what only reads constants is folded") {
  const std::string text = after(graph::fold_constants,
                                 "graph(%0: float32(2)) {\n"
                                 "  const %1: float32(2) = 0x0000803f00000040\n"
                                 "  %2: float32(2) = add(%1, 1)\n"
                                 "  %3: float32(2) = multiply(%0, %2)\n"
                                 "  return %3\n}");
  CHECK(count(text, "add") == 0);
  CHECK(count(text, "0x0000004000004040") == 1);
  CHECK(count(text, "multiply") == 1);
}

namespace {

// A graph of an image, four parameters and what follows a convolution of them.
std::string convolved(const std::string& nodes, const char* result) {
  return "graph(%0: float32(1, 2, 4, 4), %1: float32(3, 2, 3, 3), %2: float32(3), "
         "%3: float32(3, 1, 1), %4: float32(1, 3, 2, 2)) {\n"
         "  %5: float32(1, 3, 2, 2) = convolution_image(%0, %1, %2, kernel=[3, 3], stride=[1, 1], "
         "dilate=[1, 1], pad=[0, 0], num_group=1)\n" +
         nodes + "  return " + result + "\n}";
}

Result<Graph> fold_affine(const Graph& graph, const graph::PassContext& given) {
  graph::PassContext context = given;
  context.frozen = {false, true, true, true, true};
  return graph::fold_affine(graph, context);
}

}  // namespace

TEST_CASE("factors and summands of channels go into the convolution") {
  const std::string text =
      after(fold_affine, convolved("  %6: float32(1, 3, 2, 2) = subtract(%5, %3)\n"
                                   "  %7: float32(1, 3, 2, 2) = multiply(%3, %6)\n"
                                   "  %8: float32(1, 3, 2, 2) = divide(%7, 2.0)\n"
                                   "  %9: float32(1, 3, 2, 2) = exp(%8)\n",
                                   "%9")
                             .c_str());
  CHECK(count(text, ": float32(1, 3, 2, 2) =") == 2);  // the convolution and exp
  CHECK(count(text, "convolution_image") == 1);
}

TEST_CASE("factors that are float32 between casts scale weights before these are rounded") {
  const auto text = [](const std::string& rest) {
    return "graph(%0: bfloat16(1, 3, 2, 2), %1: bfloat16(3, 3, 1, 1), %2: bfloat16(3), "
           "%3: float32(1, 3, 1, 1)) {\n"
           "  %4: bfloat16(1, 3, 2, 2) = convolution_image(%0, %1, %2, kernel=[1, 1], "
           "stride=[1, 1], dilate=[1, 1], pad=[0, 0], num_group=1)\n"
           "  %5: float32(1, 3, 2, 2) = cast(%4, dtype=float32)\n"
           "  %6: float32(1, 3, 2, 2) = multiply(%5, %3)\n" +
           rest;
  };
  const std::string folded =
      after(fold_affine,
            text("  %7: bfloat16(1, 3, 2, 2) = cast(%6, dtype=bfloat16)\n  return %7\n}").c_str());
  CHECK_MESSAGE(count(folded, "(1, 3, 2, 2) =") == 1, folded);
  CHECK_MESSAGE(count(folded, ": float32(3, 3, 1, 1) = multiply(") == 1, folded);
  CHECK_MESSAGE(count(folded, ": bfloat16(3, 3, 1, 1) = cast(") == 1, folded);
  // What is wider than the convolution's result stays as it is.
  const std::string wide = after(fold_affine, text("  return %6\n}").c_str());
  CHECK_MESSAGE(count(wide, "(1, 3, 2, 2) =") == 3, wide);
}

TEST_CASE("what else follows a convolution stays behind it") {
  const char* const nodes[] = {
      "  %6: float32(1, 3, 2, 2) = multiply(%5, %4)\n",  // not one a channel
      "  %6: float32(1, 3, 2, 2) = subtract(%3, %5)\n",  // a minuend
      "  %6: float32(1, 3, 2, 2) = multiply(%5, %5)\n",  // read twice
      "  %6: float32(1, 3, 2, 2) = maximum(%5, %3)\n"};
  for (const char* node : nodes) {
    const std::string text = after(fold_affine, convolved(node, "%6").c_str());
    CHECK_MESSAGE(count(text, ": float32(1, 3, 2, 2) =") == 2, text);
  }
  // One that leaves has to keep its value.
  const std::string text = after(
      fold_affine, convolved("  %6: float32(1, 3, 2, 2) = multiply(%5, %3)\n", "%5, %6").c_str());
  CHECK(count(text, ": float32(1, 3, 2, 2) =") == 2);
}

TEST_CASE("without frozen parameters nothing moves") {
  const std::string nodes = convolved("  %6: float32(1, 3, 2, 2) = multiply(%5, %3)\n", "%6");
  CHECK(after(graph::fold_affine, nodes.c_str()) == after(graph::remove_dead_code, nodes.c_str()));
}

namespace {

// What follows an array of images, with frozen arrays of one element for each channel.
std::string joined(const std::string& nodes, const char* result) {
  const std::string text =
      "graph(%0: float32(2, 3, 2, 2), %1: float32(3, 1, 1), "
      "%2: float32(1, 3, 1, 1), %3: float32(3, 1, 1), %4: float32(2, 2)) {\n" +
      nodes + "  return " + result + "\n}";
  return after(
      [](const Graph& graph, const graph::PassContext& given) {
        graph::PassContext context = given;
        context.frozen = {false, true, true, true, true};
        return graph::merge_affine(graph, context);
      },
      text.c_str());
}

}  // namespace

TEST_CASE("factors and summands of channels that follow one another become one of each") {
  const std::string text = joined(
      "  %5: float32(2, 3, 2, 2) = subtract(%0, %1)\n"
      "  %6: float32(2, 3, 2, 2) = divide(%5, %2)\n"
      "  %7: float32(2, 3, 2, 2) = multiply(%3, %6)\n"
      "  %8: float32(2, 3, 2, 2) = add(%7, %1)\n"
      "  %9: float32(2, 3, 2, 2) = exp(%8)\n",
      "%9");
  CHECK_MESSAGE(count(text, ": float32(2, 3, 2, 2) =") == 3, text);
  CHECK_MESSAGE(count(text, ": float32(2, 3, 2, 2) = multiply(%0, ") == 1, text);
  CHECK_MESSAGE(count(text, ": float32(2, 3, 2, 2) = add(") == 1, text);
  const std::string factors = joined(
      "  %5: float32(2, 3, 2, 2) = multiply(%0, %1)\n"
      "  %6: float32(2, 3, 2, 2) = divide(%5, %2)\n",
      "%6");
  CHECK_MESSAGE(count(factors, ": float32(2, 3, 2, 2) =") == 1, factors);
}

TEST_CASE(
    "a factor and a summand, two summands, what is read twice and what is none of a channel stay") {
  const char* const others[] = {
      "  %5: float32(2, 3, 2, 2) = multiply(%0, %1)\n"
      "  %6: float32(2, 3, 2, 2) = add(%5, %2)\n",
      "  %5: float32(2, 3, 2, 2) = multiply(%0, %4)\n"
      "  %6: float32(2, 3, 2, 2) = multiply(%5, %4)\n",
      "  %5: float32(2, 3, 2, 2) = multiply(%0, %1)\n"
      "  %6: float32(2, 3, 2, 2) = subtract(%2, %5)\n",
      "  %5: float32(2, 3, 2, 2) = add(%0, %1)\n"
      "  %6: float32(2, 3, 2, 2) = add(%5, %2)\n",
      "  %5: float32(2, 3, 2, 2) = multiply(%0, 2.0)\n"
      "  %6: float32(2, 3, 2, 2) = multiply(%5, 3.0)\n"};
  for (const char* nodes : others) {
    const std::string text = joined(nodes, "%6");
    CHECK_MESSAGE(count(text, ": float32(2, 3, 2, 2) =") == 2, text);
  }
  const std::string leaves = joined(
      "  %5: float32(2, 3, 2, 2) = multiply(%0, %1)\n"
      "  %6: float32(2, 3, 2, 2) = multiply(%5, %2)\n",
      "%5, %6");
  CHECK_MESSAGE(count(leaves, ": float32(2, 3, 2, 2) =") == 2, leaves);
}

TEST_CASE("a product that is read transposed is made transposed") {
  const auto text = [](const char* type, const char* result) {
    return "graph(%0: " + std::string(type) + "(2, 3), %1: " + type + "(3, 4)) {\n  %2: " + type +
           "(2, 4) = matmul(%0, %1)\n  %3: " + type +
           "(4, 2) = transpose(%2, axes=[1, 0])\n  %4: " + type + "(4, 2) = exp(%3)\n  return " +
           result + "\n}";
  };
  const std::string moved = after(graph::transpose_products, text("float32", "%4").c_str());
  CHECK(count(moved, "(4, 2) = matmul(") == 1);
  CHECK(count(moved, "(4, 2) = transpose(") == 0);
  // It is read otherwise, too; its kernels depend on the number of rows; a sum has another order.
  std::string summed = text("float32", "%5");
  summed.insert(summed.find("  return"), "  %5: float32(4) = sum(%3, axis=[1], keepdims=false)\n");
  for (const std::string& stays : {text("float32", "%4, %2"), text("bfloat16", "%4"), summed}) {
    const std::string kept = after(graph::transpose_products, stays.c_str());
    CHECK(count(kept, "(2, 4) = matmul(") == 1);
    CHECK(count(kept, "(4, 2) = transpose(") == 1);
  }
}

void check_same_values(const std::string& before, const std::string& after) {
  const Graph plain = graph::parse(before).value(), made = graph::parse(after).value();
  std::mt19937 random(5);
  const auto inputs = random_inputs(plain, random);
  const auto wanted = executor::evaluate(plain, inputs, 1, 0);
  const auto have = executor::evaluate(made, inputs, 1, 0);
  REQUIRE(wanted.ok());
  REQUIRE_MESSAGE(have.ok(), have.status().message());
  for (size_t i = 0; i < wanted.value().size(); ++i)
    CHECK(same_bits(*wanted.value()[i], *have.value()[i]));
}

TEST_CASE("arithmetic on what is transposed alike, and read transposed back, is done as it lies") {
  const auto text = [](const char* gated, const char* end, const char* result) {
    return "graph(%0: float32(1, 3, 4, 40), %1: float32(40, 1, 1), %2: float32(1, 3, 4, 40), "
           "%3: float32(1, 40, 3, 4)) {\n"
           "  %4: float32(1, 40, 3, 4) = transpose(%0, axes=[0, 3, 1, 2])\n"
           "  %5: float32(1, 40, 3, 4) = transpose(%2, axes=[0, -1, 1, 2])\n"
           "  %6: float32(1, 40, 3, 4) = " +
           std::string(gated) +
           "\n  %7: float32(1, 40, 3, 4) = add(%6, %5)\n"
           "  %8: float32(1, 40, 3, 4) = multiply(%7, 2.0)\n" +
           end + "  return " + result + "\n}";
  };
  const char* const back = "  %9: float32(1, 3, 4, 40) = transpose(%8, axes=[0, 2, 3, 1])\n";
  const auto check = [](const std::string& before, bool sinks) {
    const std::string found = after(graph::push_down_transposes, before.c_str());
    CHECK_MESSAGE(count(found, "(1, 3, 4, 40) = multiply(") == (sinks ? 2 : 0), found);
    CHECK_MESSAGE(count(found, "(1, 40, 3, 4) = multiply(") == (sinks ? 0 : 2), found);
    check_same_values(before, found);
  };
  check(text("multiply(%4, %1)", back, "%9"), true);
  // It is read as it is; a result, a factor as large as it, other axes back; a sum has an order.
  check(text("multiply(%4, %1)", back, "%9, %6"), false);
  check(text("multiply(%4, %1)", "", "%8"), false);
  check(text("multiply(%4, %3)", back, "%9"), false);
  check(text("multiply(%4, %1)", "  %9: float32(1, 4, 40, 3) = transpose(%8, axes=[0, 3, 1, 2])\n",
             "%9"),
        false);
  const std::string sum = std::string(back) +
                          "  %10: float32(3) = sum(%9, axis=[0, 2, 3], "
                          "keepdims=false)\n";
  check(text("multiply(%4, %1)", sum.c_str(), "%10"), false);
}

TEST_CASE("what undoes one transposed arithmetic may begin another") {
  const std::string before =
      "graph(%0: float32(1, 3, 4, 40), %1: float32(40, 1, 1), %2: float32(40)) {\n"
      "  %3: float32(1, 40, 3, 4) = transpose(%0, axes=[0, 3, 1, 2])\n"
      "  %4: float32(1, 40, 3, 4) = multiply(%3, %1)\n"
      "  %5: float32(1, 3, 4, 40) = transpose(%4, axes=[0, 2, 3, 1])\n"
      "  %6: float32(1, 3, 4, 40) = add(%5, %2)\n"
      "  %7: float32(1, 40, 3, 4) = transpose(%6, axes=[0, 3, 1, 2])\n"
      "  return %7\n}";
  const std::string found = after(graph::push_down_transposes, before.c_str());
  CHECK_MESSAGE(count(found, "(1, 3, 4, 40) = multiply(") == 1, found);
  CHECK_MESSAGE(count(found, "(1, 40, 3, 4) = add(") == 1, found);
  check_same_values(before, found);
}

TEST_CASE("a gate that was transposed is repeated, not sunk") {
  const std::string text =
      after(graph::push_down_transposes,
            "graph(%0: float32(2, 1, 1, 40), %1: float32(2, 3, 3, 40)) {\n"
            "  %2: float32(2, 40, 1, 1) = transpose(%0, axes=[0, 3, 1, 2])\n"
            "  %3: float32(2, 40, 1, 1) = exp(%2)\n"
            "  %4: float32(2, 40, 3, 3) = transpose(%1, axes=[0, 3, 1, 2])\n"
            "  %5: float32(2, 40, 3, 3) = multiply(%4, %3)\n"
            "  %6: float32(2, 3, 3, 40) = transpose(%5, axes=[0, 2, 3, 1])\n  return %6\n}");
  CHECK_MESSAGE(count(text, "(2, 40, 1, 1) = exp(") == 1, text);
  CHECK_MESSAGE(count(text, "(2, 3, 3, 40) = multiply(") == 1, text);
}

TEST_CASE("equal nodes are merged, clones and draws are not") {
  const std::string text = after(graph::eliminate_common,
                                 "graph(%0: float32(2)) {\n"
                                 "  %1: float32(2) = exp(%0)\n"
                                 "  %2: float32(2) = exp(%0)\n"
                                 "  %3: float32(2) = exp(%0) @clone %1\n"
                                 "  %4: float32(2) = uniform(shape=[2], dtype=float32) @ordinal 0\n"
                                 "  %5: float32(2) = uniform(shape=[2], dtype=float32) @ordinal 1\n"
                                 "  %6: float32(2) = add(%1, 1)\n"
                                 "  %7: float32(2) = add(%2, 1)\n"
                                 "  %8: float32(2) = add(%2, 1.0)\n"
                                 "  return %6, %7, %8, %3, %4, %5\n  ordinals 2\n}");
  CHECK(count(text, "exp") == 2);
  CHECK(count(text, "uniform") == 2);
  CHECK(count(text, "add") == 2);
}

TEST_CASE("a chain becomes one region, with what leaves it as outputs") {
  const std::string text = after(graph::fuse_elementwise,
                                 "graph(%0: float32(2, 3), %1: float32(3)) {\n"
                                 "  %2: float32(2, 3) = add(%0, %1)\n"
                                 "  %3: float32(2, 3) = multiply(%2, 0.5)\n"
                                 "  %4: float32(2, 3) = exp(%3)\n"
                                 "  %5: float32(2) = sum(%3, axis=[1])\n"
                                 "  %6: float32(3) = exp(%1)\n"
                                 "  return %4, %5, %6\n}");
  CHECK(count(text, "fused(%0, %1)") == 1);
  CHECK(count(text, "return %4, %5\n  }") == 1);
  CHECK(count(text, "= exp(%1)") == 1);
  CHECK(text.find("sum(") < text.find("  }"));
}

TEST_CASE("reductions over the same axes end the region that makes what they reduce") {
  const std::string text = after(graph::fuse_elementwise,
                                 "graph(%0: float32(2, 3)) {\n"
                                 "  %1: float32(2) = max(%0, axis=[1])\n"
                                 "  %2: float32(2, 3) = exp(%0)\n"
                                 "  %3: float32(2) = sum(%2, axis=[1])\n"
                                 "  %4: float32(2, 3) = negative(%2)\n"
                                 "  %5: float32(2, 1) = min(%4, axis=[-1], keepdims=true)\n"
                                 "  %6: float32(3) = sum(%4, axis=[0])\n"
                                 "  %7: int64(2) = argmax(%4, axis=[1])\n"
                                 "  return %1, %3, %5, %6, %7\n}");
  const std::string body = text.substr(text.find("fused("), text.find("  }") - text.find("fused("));
  CHECK(count(text, "fused(") == 1);
  for (const char* inside : {"exp(", "negative(", "sum(", "min("}) CHECK(count(body, inside) == 1);
  CHECK(count(body, "return %3, %2, %4\n") == 1);  // the array first
  CHECK(count(body, "axis=[0]") == 0);
  for (const char* outside : {"max(", "argmax("}) CHECK(count(body, outside) == 0);
}

TEST_CASE("a region never spans what must run between its members") {
  const std::string text = after(graph::fuse_elementwise,
                                 "graph(%0: float32(2, 3)) {\n"
                                 "  %1: float32(2, 3) = exp(%0)\n"
                                 "  %2: float32(2, 1) = sum(%1, axis=[1], keepdims=true)\n"
                                 "  %3: float32(2, 3) = divide(%1, %2)\n"
                                 "  %4: float32(2, 3) = multiply(%3, 2)\n"
                                 "  return %4\n}");
  CHECK(count(text, "fused(") == 2);
  CHECK(text.find("exp(%0)") < text.find("sum("));
  CHECK(text.find("sum(") < text.find("divide("));
  CHECK(text.find("  }") < text.find("divide("));
}

TEST_CASE("what makes the rows of a norm becomes one region with it") {
  const std::string text = after(graph::fuse_prologues,
                                 "graph(%0: float32(2, 3), %1: float32(3), %2: float32(3)) {\n"
                                 "  %3: float32(2, 3) = add(%0, %1)\n"
                                 "  %4: float32(3) = exp(%2)\n"
                                 "  %5: float32(2, 3) = normalize_rows(%3, %2, %2)\n"
                                 "  %6: float32(2, 3) = exp(%5)\n"
                                 "  %7: float32(2, 3) = normalize_rows(%6, %4, %4)\n"
                                 "  %8: float32(2, 3) = softmax_rows(%6)\n"
                                 "  return %6, %7, %8\n}");
  CHECK(count(text, "fused(%0, %1, %2)") == 1);  // the second vector is the first
  CHECK(count(text, "normalize_rows(%3, %2, %2") == 1);
  CHECK(count(text, "fused(") == 2);
  CHECK(count(text, "return %2, %3\n  }") == 1);  // others read what the second norm reads
  CHECK(text.rfind("softmax_rows(") > text.rfind("  }\n"));
}

TEST_CASE("a norm stays apart from rows that are made before its factors, or with them") {
  const std::string text = after(graph::fuse_prologues,
                                 "graph(%0: float32(3, 3), %1: float32(3)) {\n"
                                 "  %2: float32(3, 3) = exp(%0)\n"
                                 "  %3: float32(3) = sum(%2, axis=[0])\n"
                                 "  %4: float32(3, 3) = normalize_rows(%2, %3, %3)\n"
                                 "  %5: float32(3, 3) = add(%0, %1)\n"
                                 "  %6: float32(3, 3) = normalize_rows(%5, %1, %1)\n"
                                 "  %7: float32(3, 3) = transpose(%0)\n"
                                 "  %8: float32(3, 3) = normalize_rows(%7, %1, %1)\n"
                                 "  return %4, %6, %8\n}");
  CHECK(count(text, "fused(") == 0);
  CHECK(count(text, "normalize_rows(") == 3);
}

TEST_CASE("a region takes no more arrays than a tile program") {
  Graph graph;
  GraphBuilder b(graph);
  std::vector<Value> inputs;
  for (int i = 0; i < 40; ++i) inputs.push_back(b.input(f32({4})));
  Value sum = inputs[0];
  for (int i = 1; i < 40; ++i) sum = sum + inputs[static_cast<size_t>(i)];
  b.output(sum);
  const Result<Graph> fused = graph::fuse_elementwise(graph, {});
  REQUIRE(fused.ok());
  const Status status = graph::verify(fused.value());
  CHECK_MESSAGE(status.ok(), status.message());
  CHECK(fused.value().nodes.size() <= 4);
}

TEST_CASE("updates come behind the last reader of what they renew, and no later") {
  const std::string text =
      after(graph::schedule_updates,
            "graph(%0: float32(2, 2), %1: float32(2, 2), %2: float32(2, 2)) {\n"
            "  %3: float32(2, 2) = matmul(%0, %1)\n"
            "  %4: float32(2, 2) = matmul(%3, %3)\n"
            "  %5: float32(2, 2) = matmul(%4, %1)\n"
            "  %6: float32(2, 2) = matmul(%5, %5)\n"
            "  %7: float32(2, 2) = matmul(%6, %3)\n"
            "  %8: float32(2, 2) = multiply(%4, 0.5)\n"
            "  %9: float32(2, 2) = subtract(%1, %8)\n"
            "  %10: float32(2, 2) = subtract(%2, %6)\n"
            "  return %7, %9, %10\n"
            "  state 1 -> 1\n"
            "  state 2 -> 2\n}");
  const auto at = [&](const char* word, size_t number) {
    size_t found = text.find(word);
    while (number-- > 0) found = text.find(word, found + 1);
    REQUIRE(found != std::string::npos);
    return found;
  };
  // One behind the third product, which reads the old state; the other at once.
  CHECK(at("matmul", 2) < at("multiply", 0));
  CHECK(at("multiply", 0) < at("subtract", 0));
  CHECK(at("subtract", 0) < at("matmul", 3));
  CHECK(at("matmul", 3) < at("subtract", 1));
  CHECK(at("subtract", 1) < at("matmul", 4));
}

TEST_CASE("a share of the old state waits for the update that takes it") {
  const std::string text = after(graph::schedule_updates,
                                 "graph(%0: float32(2, 2), %1: float32(2, 2)) {\n"
                                 "  %2: float32(2, 2) = matmul(%0, %0)\n"
                                 "  %3: float32(2, 2) = matmul(%2, %2)\n"
                                 "  %4: float32(2, 2) = matmul(%3, %3)\n"
                                 "  %5: float32(2, 2) = multiply(%1, 0.9)\n"
                                 "  %6: float32(2, 2) = add(%5, %3)\n"
                                 "  return %4, %6\n"
                                 "  state 1 -> 1\n}");
  CHECK(text.find("multiply") > text.find("matmul(%2"));
  CHECK(text.find("multiply") < text.find("add"));
  CHECK(text.find("add") < text.rfind("matmul"));
}

TEST_CASE("what a result needs, too, is no update and stays") {
  const std::string text = after(graph::schedule_updates,
                                 "graph(%0: float32(2, 2), %1: float32(2, 2)) {\n"
                                 "  %2: float32(2, 2) = exp(%0)\n"
                                 "  %3: float32(2, 2) = matmul(%2, %1)\n"
                                 "  %4: float32(2, 2) = matmul(%3, %3)\n"
                                 "  %5: float32(2, 2) = subtract(%1, %2)\n"
                                 "  %6: float32(2, 2) = add(%5, %4)\n"
                                 "  return %6, %5\n"
                                 "  state 1 -> 1\n}");
  CHECK(text.find("subtract") > text.rfind("matmul"));
}

TEST_CASE("passes keep random graphs sound") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Graph graph = random_graph(seed, 20);
    for (const graph::Pass& pass : graph::passes()) {
      Result<Graph> next = pass.run(graph, {executor::fold_node});
      REQUIRE_MESSAGE(next.ok(), next.status().message());
      graph = next.take();
      const Status status = graph::verify(graph);
      REQUIRE_MESSAGE(status.ok(), pass.name << ": " << status.message());
    }
  }
}
