// Chains against node-by-node evaluation: random elementwise programs over every dtype that a chain
// takes, with operands that repeat along either axis, in rows that blocks do not divide.
#include "executor/lowering/chain.h"

#include <algorithm>
#include <cmath>

#include "core/executor/graph_testing.h"
#include "core/executor/run_testing.h"
#include "executor/plan/plan.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/passes/pipeline.h"
#include "kernels/isa/isa.h"

using namespace weft;
using namespace weft::testing;

namespace {

bool is_nan(const Tensor& tensor, int64_t i) {
  const std::byte* const at = reinterpret_cast<const std::byte*>(tensor.data());
  uint32_t bits = 0;
  std::memcpy(&bits, at + i * size_of(tensor.dtype()),
              static_cast<size_t>(size_of(tensor.dtype())));
  switch (tensor.dtype()) {
    case DType::kFloat32: return (bits & 0x7fffffff) > 0x7f800000;
    case DType::kFloat16: return (bits & 0x7fff) > 0x7c00;
    case DType::kBFloat16: return (bits & 0x7fff) > 0x7f80;
    default: return false;
  }
}

// Equal bits, but for which of two NaNs an operation hands on.
bool same_values(const Tensor& a, const Tensor& b) {
  if (same_bits(a, b)) return true;
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  const int64_t size = size_of(a.dtype());
  for (int64_t i = 0; i < a.elements(); ++i)
    if (std::memcmp(a.data() + i * size, b.data() + i * size, static_cast<size_t>(size)) != 0 &&
        !(is_nan(a, i) && is_nan(b, i)))
      return false;
  return true;
}

Value draws(GraphBuilder& b, const Shape& shape) {
  return b.call("uniform", {},
                {Argument::of_float(-1), Argument::of_float(2), Argument::of_ints(shape.span()),
                 Argument::of_dtype(DType::kFloat32)});
}

// What repeats along an axis: the last axis alone, and all but the last one.
std::vector<Shape> row_and_column(const Shape& shape) {
  Shape column = shape;
  column[shape.rank() - 1] = 1;
  return {Shape{shape[shape.rank() - 1]}, column};
}
// What repeats in every row: of all planes, and of each.
std::vector<Shape> patterns(const Shape& shape) {
  Shape of_planes = shape;
  of_planes[shape.rank() - 2] = 1;
  return {Shape{shape[shape.rank() - 1]}, of_planes};
}

// Programs on arrays of `shape` and of those that repeat in it, and a constant.
Graph random_chain(unsigned seed, const Shape& shape, const std::vector<Shape>& repeated) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  const DType kDTypes[] = {DType::kFloat32, DType::kFloat32, DType::kBFloat16, DType::kFloat16,
                           DType::kInt32,   DType::kBool,    DType::kUInt8,    DType::kInt16};
  const DType kInner[] = {DType::kFloat32, DType::kFloat32,  DType::kInt32,
                          DType::kBool,    DType::kBFloat16, DType::kFloat16};
  std::vector<Value> values;
  for (const Shape& each : {shape, shape, shape, repeated[0], repeated[1]})
    values.push_back(b.input({kDTypes[pick(8)], each}));
  // Integers of 8 and 16 bits can only be converted in a chain.
  for (Value& value : values)
    if (value.dtype() == DType::kUInt8 || value.dtype() == DType::kInt16)
      value = ops::cast(value, kInner[pick(3)]);
  values[0] = ops::cast(values[0], DType::kFloat32);
  const auto any = [&] { return values[pick(values.size())]; };
  const auto number = [&] {  // not bool
    const Value v = any();
    return v.dtype() == DType::kBool ? ops::cast(v, kInner[pick(3)]) : v;
  };
  const auto real = [&] {
    return ops::cast(any(), pick(3) ? DType::kFloat32 : kInner[4 + pick(2)]);
  };
  const char* const kPairs[] = {"add", "subtract", "multiply", "maximum", "minimum"};
  const char* const kTests[] = {"less", "greater_equal", "equal"};
  const char* const kLong[] = {"exp", "tanh", "sigmoid", "relu", "negative", "square", "sin"};
  const size_t length = 4 + pick(14);
  for (size_t i = 0; i < length; ++i) {
    Value v;
    switch (pick(12)) {
      case 0:
      case 1:
      case 2: v = b.call(kPairs[pick(5)], {number(), number()}); break;
      case 3: v = number() * 0.75; break;
      case 4: v = 1.5 - number(); break;
      case 5: v = b.call(kTests[pick(3)], {any(), any()}); break;
      case 6: {
        const Value a = real();
        v = ops::where(ops::cast(any(), DType::kBool), a, ops::cast(any(), a.dtype()));
        break;
      }
      case 7: v = b.call(kLong[pick(7)], {real()}); break;
      case 8: v = b.call("arctan2", {real(), real()}); break;
      case 9: v = draws(b, shape) * real(); break;
      case 10: {
        const Value a = any();
        v = ops::cast(a, kInner[pick(a.dtype() == DType::kInt32 ? 4 : 6)]);
        break;
      }
      default: {
        const Value a = number();
        v = a * a;
      }
    }
    values.push_back(v);
  }
  for (size_t i = 0; i < 3; ++i) {
    const Value v = i == 0 ? values.back() : any();
    b.output(v.shape() == shape
                 ? v
                 : v + ops::cast(values[0], v.dtype() == DType::kBool ? DType::kInt32 : v.dtype()));
  }
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// Programs of short operators, many of whose results are read late: more than there are registers.
Graph random_short_chain(unsigned seed, const Shape& shape, const std::vector<Shape>& repeated) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  const DType kStored[] = {DType::kFloat32, DType::kBFloat16, DType::kFloat16, DType::kBool,
                           DType::kUInt8,   DType::kInt8,     DType::kInt16,   DType::kInt32};
  std::vector<Value> values, tests;
  const auto add = [&](const Value& v) {
    (v.dtype() == DType::kBool ? tests : values).push_back(v);
  };
  for (const Shape& each : {shape, shape, shape, repeated[0], repeated[1]}) {
    const Value v = b.input({kStored[pick(each == shape ? 8 : 4)], each});
    if (v.dtype() == DType::kBool) tests.push_back(v);
    values.push_back(ops::cast(v, DType::kFloat32));
  }
  const auto any = [&] { return values[pick(4) ? pick(values.size()) : values.size() - 1]; };
  const auto test = [&] {
    return tests.empty() || pick(3) == 0 ? ops::greater(any(), any()) : tests[pick(tests.size())];
  };
  const char* const kPairs[] = {"add",     "subtract", "multiply", "divide",
                                "maximum", "minimum",  "subtract", "maximum"};
  const char* const kTests[] = {"less",          "less_equal", "greater",
                                "greater_equal", "equal",      "not_equal"};
  const char* const kLogic[] = {"logical_and", "logical_or"};
  const char* const kAlone[] = {"negative", "abs", "square", "relu", "sqrt", "reciprocal", "rsqrt"};
  const size_t length = 4 + pick(26);
  for (size_t i = 0; i < length; ++i) switch (pick(10)) {
      case 0:
      case 1:
      case 2: add(b.call(kPairs[pick(8)], {any(), any()})); break;
      case 3: add(any() * 0.75); break;
      case 4: add(b.call(kTests[pick(6)], {any(), any()})); break;
      case 5: add(b.call(kLogic[pick(2)], {test(), test()})); break;
      case 6:
        add(pick(2) ? b.call("logical_not", {test()}) : ops::cast(any(), DType::kBool));
        break;
      case 7: add(ops::where(test(), any(), any())); break;
      case 8: {
        const DType half = pick(2) ? DType::kBFloat16 : DType::kFloat16;
        const Value rounded = ops::cast(any(), half);
        add(ops::cast(pick(2) ? rounded : b.call("add", {rounded, rounded}), DType::kFloat32));
        break;
      }
      default: add(b.call(kAlone[pick(7)], {any()}));
    }
  const auto whole = [&](const Value& v) { return v.shape() == shape ? v : v + values[0]; };
  b.output(whole(values.back()));
  b.output(ops::cast(whole(any()), kStored[pick(6)]));
  if (values[0].shape() == shape)
    b.output(b.call("logical_and", {ops::greater(values[0], any()), test()}));
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// Any bits, and every second time a number that is special.
std::vector<Ref<Tensor>> special_inputs(const Graph& graph, std::mt19937& random) {
  const float kSpecial[] = {0.0f,      -0.0f, 1.0f,   -1.5f, 2.0f,   INFINITY,
                            -INFINITY, NAN,   1e-40f, 3e38f, -1e-3f, 0.5f};
  std::vector<Ref<Tensor>> tensors = random_inputs(graph, random);
  for (const Ref<Tensor>& tensor : tensors) {
    if (tensor->dtype() == DType::kBool) continue;
    for (int64_t i = 0; i < tensor->bytes(); ++i) tensor->data()[i] = static_cast<char>(random());
    if (tensor->dtype() != DType::kFloat32) continue;
    auto* const floats = reinterpret_cast<float*>(tensor->data());
    for (int64_t i = 0; i < tensor->elements(); ++i)
      if (random() & 1) floats[i] = kSpecial[random() % std::size(kSpecial)];
  }
  return tensors;
}

// Has this build an encoder, and this processor instructions that it knows?
bool is_encoding() {
#if defined(WEFT_ENCODER)
  return kernels::active_isa() != kernels::Isa::kGeneric;
#else
  return false;
#endif
}

executor::Plan plan_of(const Graph& graph) {
  const Graph fused = graph::run_passes(graph, graph::Stage::kAfterSplit, {}, {}).take();
  executor::PlanOptions options;
  options.threads = 1;
  return executor::make_plan(fused, options).take();
}
// Of the plan without further passes: how many of its steps run as chains.
size_t chains_of(const Graph& graph) {
  const executor::Plan plan = plan_of(graph);
  return static_cast<size_t>(std::ranges::count_if(plan.steps, [](const executor::PlanStep& step) {
    return step.code && !step.code->chain.empty();
  }));
}
// And have machine code.
size_t encoded_of(const Graph& graph) {
  executor::Plan plan = plan_of(graph);
  executor::encode_chains(plan);
  return static_cast<size_t>(std::ranges::count_if(
      plan.steps, [](const executor::PlanStep& step) { return step.code && step.code->encoded; }));
}

// How many of 240 programs have chains; their bits are those of operators one by one.
size_t check_chains(std::span<const Shape> shapes, std::vector<Shape> repeated_in(const Shape&)) {
  std::mt19937 random(1);
  size_t chains = 0;
  for (unsigned seed = 0; seed < 240; ++seed) {
    const Shape& shape = shapes[seed % shapes.size()];
    const Graph graph = random_chain(seed, shape, repeated_in(shape));
    const auto inputs = random_inputs(graph, random);
    const auto expected = executor::evaluate(graph, inputs, 7, 3);
    REQUIRE_MESSAGE(expected.ok(), expected.status().message());
    for (const char* const passes : {"", "-encode"}) {
      const auto got = run(graph, inputs, passes);
      for (size_t i = 0; i < got.size(); ++i)
        CHECK_MESSAGE(same_values(*got[i], *expected.value()[i]),
                      "seed " << seed << " output " << i << " passes " << passes << "\n"
                              << graph::print(graph));
    }
    chains += chains_of(graph);
  }
  return chains;
}

// How many of 400 programs have machine code; it gives the bits of instructions.
size_t check_encoded(std::span<const Shape> shapes, std::vector<Shape> repeated_in(const Shape&)) {
  std::mt19937 random(1);
  size_t encoded = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Shape& shape = shapes[seed % shapes.size()];
    const Graph graph = random_short_chain(seed, shape, repeated_in(shape));
    const auto inputs = special_inputs(graph, random);
    const auto expected = run(graph, inputs, "-encode");
    const auto got = run(graph, inputs, "");
    for (size_t i = 0; i < got.size(); ++i)
      CHECK_MESSAGE(same_values(*got[i], *expected[i]), "seed " << seed << " output " << i << "\n"
                                                                << graph::print(graph));
    encoded += encoded_of(graph);
  }
  return encoded;
}

}  // namespace

TEST_CASE("a chain gives the bits of its operators one by one") {
  const Shape shapes[] = {{3, 577}, {1, 2000}, {2, 3, 530}, {5, 128}, {40, 1100}, {4, 70}};
  CHECK(check_chains(shapes, row_and_column) > 150);
}

TEST_CASE("machine code of a chain gives the chain's bits") {
  const Shape shapes[] = {{3, 577}, {1, 2000}, {2, 3, 530}, {9, 128}, {40, 1100}};
  const size_t encoded = check_encoded(shapes, row_and_column);
  if (is_encoding()) CHECK(encoded > 300);
}

TEST_CASE("short rows are one row of a chain, and what repeats in each is a pattern") {
  const Shape shapes[] = {{3, 49, 16}, {1, 200, 8}, {2, 5, 130, 16},
                          {9, 24, 32}, {70, 8, 64}, {3, 5, 128}};
  CHECK(check_chains(shapes, patterns) > 150);
  const size_t encoded = check_encoded(shapes, patterns);
  if (is_encoding()) CHECK(encoded > 300);
}

TEST_CASE("a chain that writes round the caches writes the same") {
  for (const Shape& shape : {Shape{3000, 2048}, Shape{12, 32000, 16}}) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input({DType::kFloat32, shape});
    const Value w = b.input(f32({shape[shape.rank() - 1]}));
    const Value y = x * w + 0.5;
    b.output(y);
    b.output(y * y - x);
    std::mt19937 random(1);
    auto inputs = random_inputs(graph, random);
    const auto expected = executor::evaluate(graph, inputs, 7, 3).take();
    CHECK(chains_of(graph) == 1);
    const auto got = run(graph, inputs);
    for (size_t i = 0; i < got.size(); ++i) CHECK(same_bits(*got[i], *expected[i]));
  }
}

TEST_CASE("draws in a region are those of the operator, in chains and on tiles") {
  std::mt19937 random(1);
  for (const Shape& shape : {Shape{3, 577}, Shape{5, 128}, Shape{40, 1100}, Shape{100, 7}})
    for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
      Graph graph;
      GraphBuilder b(graph);
      const Value x = b.input({dtype, shape});
      const Value w = b.input({dtype, {shape[1]}});
      const Value drawn = ops::cast(draws(b, shape), dtype);
      b.output(ops::where(ops::greater(drawn, x), drawn * w, x));
      b.output(ops::cast(draws(b, shape), dtype) + drawn);
      const auto inputs = random_inputs(graph, random);
      const auto expected = executor::evaluate(graph, inputs, 7, 3).take();
      CHECK(chains_of(graph) == (dtype == DType::kFloat32 && shape[1] >= 128 ? 1 : 0));
      const auto got = run(graph, inputs);
      for (size_t i = 0; i < got.size(); ++i) CHECK(same_bits(*got[i], *expected[i]));
    }
}

TEST_CASE("short rows and operators without an instruction run as steps on tiles") {
  for (const TensorType& type : {f32({100, 7}), TensorType{DType::kFloat64, Shape{1000}}}) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(type);
    const Value w = b.input({type.dtype, Shape{type.shape[type.shape.rank() - 1]}});
    b.output((type.shape.rank() == 1 ? x : x * w) * 2.0 + 1.0);
    CHECK(chains_of(graph) == 0);
  }
}

TEST_CASE("one long step of halves runs as a chain") {
  std::mt19937 random(1);
  for (const DType dtype : {DType::kBFloat16, DType::kFloat16, DType::kFloat32})
    for (const char* const op : {"tanh", "relu"}) {
      Graph graph;
      GraphBuilder b(graph);
      b.output(b.call(op, {b.input({dtype, {3000}})}));
      CHECK(chains_of(graph) == (dtype != DType::kFloat32 && op[0] == 't' ? 1 : 0));
      const auto inputs = random_inputs(graph, random);
      const auto expected = executor::evaluate(graph, inputs, 7, 3).take();
      CHECK(same_bits(*run(graph, inputs)[0], *expected[0]));
    }
}
