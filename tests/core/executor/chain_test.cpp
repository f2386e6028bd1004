// Chains against node-by-node evaluation: random elementwise programs over every dtype that a chain
// takes, with operands that repeat along either axis, in rows that blocks do not divide.
#include "executor/chain.h"

#include <algorithm>

#include "core/executor/graph_testing.h"
#include "core/executor/run_testing.h"
#include "executor/plan.h"
#include "executor/program.h"
#include "graph/pipeline.h"
#include "graph/text.h"

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

// Programs on arrays of `shape`, its last axis alone, all but its last axis, and a constant.
Graph random_chain(unsigned seed, const Shape& shape) {
  std::mt19937 random(seed);
  const auto pick = [&](size_t count) { return random() % count; };
  Graph graph;
  GraphBuilder b(graph);
  Shape column = shape;
  column[shape.rank() - 1] = 1;
  const Shape row{shape[shape.rank() - 1]};
  const DType kDTypes[] = {DType::kFloat32, DType::kFloat32, DType::kBFloat16, DType::kFloat16,
                           DType::kInt32,   DType::kBool,    DType::kUInt8,    DType::kInt16};
  const DType kInner[] = {DType::kFloat32, DType::kFloat32,  DType::kInt32,
                          DType::kBool,    DType::kBFloat16, DType::kFloat16};
  std::vector<Value> values;
  for (const Shape& each : {shape, shape, shape, row, column})
    values.push_back(b.input({kDTypes[pick(8)], each, {}}));
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

// Of the plan without further passes: how many of its steps run as chains.
size_t chains_of(const Graph& graph) {
  const Graph fused = graph::run_passes(graph, graph::Stage::kAfterSplit, {}, {}).take();
  executor::PlanOptions options;
  options.threads = 1;
  const executor::Plan plan = executor::make_plan(fused, options).take();
  return static_cast<size_t>(std::ranges::count_if(plan.steps, [](const executor::Step& step) {
    return step.code && !step.code->chain.empty();
  }));
}

}  // namespace

TEST_CASE("a chain gives the bits of its operators one by one") {
  const Shape shapes[] = {{3, 577}, {1, 2000}, {2, 3, 530}, {5, 128}, {40, 1100}, {4, 70}};
  std::mt19937 random(1);
  size_t chains = 0;
  for (unsigned seed = 0; seed < 240; ++seed) {
    const Graph graph = random_chain(seed, shapes[seed % std::size(shapes)]);
    const auto inputs = random_inputs(graph, random);
    const auto expected = executor::evaluate(graph, inputs, 7, 3);
    REQUIRE_MESSAGE(expected.ok(), expected.status().message());
    const auto got = run(graph, inputs);
    for (size_t i = 0; i < got.size(); ++i)
      CHECK_MESSAGE(same_values(*got[i], *expected.value()[i]), "seed " << seed << " output " << i
                                                                        << "\n"
                                                                        << graph::print(graph));
    chains += chains_of(graph);
  }
  CHECK(chains > 150);
}

TEST_CASE("a chain that writes round the caches writes the same") {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input(f32({3000, 2048})), w = b.input(f32({2048}));
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

TEST_CASE("draws in a region are those of the operator, in chains and on tiles") {
  std::mt19937 random(1);
  for (const Shape& shape : {Shape{3, 577}, Shape{5, 128}, Shape{40, 1100}, Shape{100, 7}})
    for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
      Graph graph;
      GraphBuilder b(graph);
      const Value x = b.input({dtype, shape, {}});
      const Value w = b.input({dtype, {shape[1]}, {}});
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
  for (const TensorType& type : {f32({100, 7}), TensorType{DType::kFloat64, Shape{1000}, {}}}) {
    Graph graph;
    GraphBuilder b(graph);
    const Value x = b.input(type);
    const Value w = b.input({type.dtype, Shape{type.shape[type.shape.rank() - 1]}, {}});
    b.output((type.shape.rank() == 1 ? x : x * w) * 2.0 + 1.0);
    CHECK(chains_of(graph) == 0);
  }
}
