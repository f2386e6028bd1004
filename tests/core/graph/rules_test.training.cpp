// Each rule of algebra against its own left side: graphs are drawn from the pattern, with other
// shapes, dtypes, numbers and attributes each time, until enough of them have been rewritten.
#include "graph/rules/rules.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <list>
#include <map>

#include "core/executor/graph_testing.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/passes/passes.h"
#include "graph/reverse/reverse.h"

using namespace weft;
using namespace weft::testing;
using graph::PassClass;
using graph::PatternTerm;
using graph::RewriteRule;
using graph::RuleSet;

namespace {

constexpr DType kDTypes[] = {DType::kFloat32, DType::kFloat64,  DType::kFloat32,
                             DType::kFloat16, DType::kBFloat16, DType::kInt32,
                             DType::kInt64,   DType::kUInt8,    DType::kBool};

// A graph of what a pattern matches, if it is one. Wrong guesses give no graph.
class Drawing {
 public:
  explicit Drawing(std::mt19937& random) : random_(random), builder_(graph_) {
    dtype_ = pick(kDTypes);
    const size_t rank = 1 + below(3);
    for (size_t axis = 0; axis < rank; ++axis) shape_.push_back(static_cast<int64_t>(1 + below(3)));
  }

  bool draw(const PatternTerm& root) {
    builder_.output(value(root));
    return builder_.status().ok();
  }
  Graph take() { return std::move(graph_); }

 private:
  size_t below(size_t count) { return random_() % count; }
  template <class T, size_t n>
  T pick(const T (&choices)[n]) {
    return choices[below(n)];
  }

  Value input() {
    const DType dtype = below(4) ? dtype_ : pick(kDTypes);
    Shape shape = shape_;
    if (below(4) == 0) shape[static_cast<int>(below(static_cast<size_t>(shape.rank())))] = 1;
    const Value given = builder_.input({dtype, shape});
    return below(4) ? given : builder_.call("square", {given});
  }

  Argument number() {
    constexpr double kNumbers[] = {-2, -1, -0.5, 0, 0.25, 1, 2, 3, 4, 1.5, 0.1};
    const double number = pick(kNumbers);
    if (number == std::trunc(number) && below(2))
      return Argument::of_int(static_cast<int64_t>(number));
    return Argument::of_float(number);
  }

  Value literal(const Argument& number) {
    if (below(2) && number.tag != ops::Tag::kBool) return {&builder_, number};
    const DType dtype = number.tag == ops::Tag::kBool ? DType::kBool : dtype_;
    const Shape shape = below(2) ? shape_ : Shape();
    return builder_.call("full", {},
                         {Argument::of_ints(shape.span()), Argument::of_float(number.as_double()),
                          Argument::of_dtype(dtype)});
  }

  Value value(const PatternTerm& term) {
    switch (term.kind) {
      case PatternTerm::Kind::kScalar:
        if (!values_.contains(term.name)) values_[term.name] = {&builder_, number()};
        return values_[term.name];
      case PatternTerm::Kind::kNumber: return literal(term.number);
      case PatternTerm::Kind::kNode: return node(term);
      case PatternTerm::Kind::kAnyNode: return any_node(term);
      default:
        if (!values_.contains(term.name)) values_[term.name] = input();
        return values_[term.name];
    }
  }

  Value any_node(const PatternTerm& term) {
    constexpr const char* kOne[] = {"exp", "negative", "tanh", "relu"};
    constexpr const char* kTwo[] = {"add", "subtract", "multiply", "maximum"};
    ops::Values inputs;
    for (const PatternTerm& operand : term.operands) inputs.push_back(value(operand));
    return builder_.emit(ops::op_named(inputs.size() == 1 ? pick(kOne) : pick(kTwo)), inputs,
                         {})[0];
  }

  Value node(const PatternTerm& term) {
    if (term.optional && below(2)) return value(term.operands[0]);
    ops::Values inputs;
    for (const PatternTerm& operand : term.operands)
      if (operand.kind != PatternTerm::Kind::kList) inputs.push_back(value(operand));
    const ops::OpDef& op = *term.op;
    std::vector<Argument> given(op.attributes.size());
    ints_.clear();
    const Shape shape = inputs.empty() ? shape_ : inputs[0].shape();
    if (op.name == "slice") draw_slice(term.operands[0].kind == PatternTerm::Kind::kNode, shape);
    for (size_t i = 0; i < given.size(); ++i) given[i] = attribute(term, op.attributes[i], shape);
    if (!term.operands.empty() && term.operands[0].kind == PatternTerm::Kind::kList)
      list(given, inputs);
    if (op.takes_list() && inputs.empty()) inputs.push_back(input());
    const Value result = builder_.emit(op, inputs, given)[0];
    if (!term.label.empty()) values_[term.label] = result;
    return result;
  }

  // Arrays to join, or the parts of one that was split.
  void list(const std::vector<Argument>& attributes, ops::Values& inputs) {
    const int64_t given = attributes[0].integer;
    const int axis = static_cast<int>(given < 0 ? given + shape_.rank() : given);
    Shape shape = shape_;
    if (below(2)) {
      shape[axis] = 2;
      const Argument parts = Argument::of_int(2);
      const Argument along[] = {parts, Argument::of_int(given)};
      const Value whole[] = {builder_.input({dtype_, shape})};
      inputs = builder_.emit(ops::op_named("split"), whole, along);
      return;
    }
    for (size_t i = 0, count = 2 + below(2); i < count; ++i) {
      shape[axis] = static_cast<int64_t>(1 + below(3));
      inputs.push_back(builder_.input({dtype_, shape}));
    }
  }

  Argument attribute(const PatternTerm& term, const ops::AttributeDef& def, const Shape& shape) {
    const graph::AttributeTerm* written = nullptr;
    for (const graph::AttributeTerm& each : term.attributes)
      if (each.attribute == def.name) written = &each;
    if (written && written->variable.empty()) return written->literal.view()[0];
    if (written && attributes_.contains(written->variable))
      return attributes_[written->variable].view()[0];
    const Argument drawn = draw_attribute(def, shape);
    if (written) attributes_[written->variable] = ops::Attributes(std::span(&drawn, 1));
    return drawn;
  }

  Argument keep(std::vector<int64_t> numbers) {
    ints_.push_back(std::move(numbers));
    return Argument::of_ints(ints_.back());
  }

  Argument draw_attribute(const ops::AttributeDef& def, const Shape& shape) {
    const auto rank = static_cast<size_t>(shape.rank());
    if (def.name == "axes") {
      std::vector<int64_t> axes;
      for (size_t axis = 0; axis < rank; ++axis) axes.push_back(static_cast<int64_t>(axis));
      std::shuffle(axes.begin(), axes.end(), random_);
      return below(4) ? keep(axes) : Argument::none();
    }
    if (def.name == "axis" && def.kind == ops::AttributeKind::kInts) {
      std::vector<int64_t> axes;
      for (size_t axis = 0; axis < rank; ++axis)
        if (below(2)) axes.push_back(static_cast<int64_t>(axis) - (below(2) ? shape.rank() : 0));
      return below(4) ? keep(axes) : Argument::none();
    }
    if (def.name == "axis") return Argument::of_int(static_cast<int64_t>(below(rank)));
    if (def.name == "newshape") {
      if (below(2)) return keep({shape.span().begin(), shape.span().end()});
      return below(2) ? keep({shape.elements()}) : keep({1, shape.elements(), 1});
    }
    if (def.name == "shape") {
      std::vector<int64_t> target(shape.span().begin(), shape.span().end());
      for (int64_t& extent : target) extent = extent == 1 && below(2) ? 3 : extent;
      if (below(2) && target.size() < 4) target.insert(target.begin(), 2);
      return keep(target);
    }
    if (def.name == "begin" || def.name == "size" || def.name == "step")
      return keep(slice_[def.name]);
    if (def.name == "kernel") return keep({static_cast<int64_t>(1 + below(3))});
    if (def.name == "stride" && below(2)) return keep({static_cast<int64_t>(1 + below(2))});
    if (def.name == "pad" && below(2)) return keep({static_cast<int64_t>(below(2))});
    if (def.name == "data_shape") return keep({shape_.span().begin(), shape_.span().end()});
    if (def.name == "dtype") return Argument::of_dtype(pick(kDTypes));
    if (def.name == "keepdims") return Argument::of_bool(below(2));
    return {};
  }

  void draw_slice(bool of_node, const Shape& shape) {
    slice_.clear();
    const bool whole = !of_node && below(2);
    for (const int64_t extent : shape.span()) {
      const int64_t begin = whole ? 0 : static_cast<int64_t>(below(static_cast<size_t>(extent)));
      const int64_t step = whole ? 1 : below(3) ? 1 : -1;
      const int64_t maximum = step > 0 ? extent - begin : begin + 1;
      slice_["begin"].push_back(begin);
      slice_["step"].push_back(step);
      slice_["size"].push_back(
          whole ? maximum : static_cast<int64_t>(1 + below(static_cast<size_t>(maximum))));
    }
  }

  std::mt19937& random_;
  Graph graph_;
  GraphBuilder builder_;
  DType dtype_{};
  Shape shape_;
  std::map<std::string, Value> values_;
  std::map<std::string, ops::Attributes> attributes_;
  std::map<std::string, std::vector<int64_t>> slice_;
  std::list<std::vector<int64_t>> ints_;
};

// ---- contents

template <class T>
T odd_number(std::mt19937& random) {
  using Limits = std::numeric_limits<T>;
  const T odd[] = {T(0),
                   T(-0.0),
                   T(1),
                   T(-1),
                   T(2),
                   T(3),
                   Limits::max(),
                   Limits::lowest(),
                   Limits::min(),
                   Limits::infinity(),
                   -Limits::infinity(),
                   Limits::quiet_NaN(),
                   Limits::denorm_min(),
                   T(0.3),
                   T(-1.7),
                   T(100)};
  return odd[random() % std::size(odd)];
}

double plain_number(std::mt19937& random, bool positive) {
  constexpr double kPlain[] = {0.5, 1, 1.5, 2, 3, 0.25, -2, -1, -0.5, 0};
  return kPlain[random() % (positive ? 6 : std::size(kPlain))];
}

Ref<Tensor> as(const Ref<Tensor>& tensor, DType dtype) {
  const ops::Values in{ops::Value(nullptr, tensor)};
  Graph graph;
  GraphBuilder b(graph);
  b.output(ops::cast(b.input({tensor->dtype(), tensor->shape()}), dtype));
  const Ref<Tensor> given[] = {tensor};
  return dtype == tensor->dtype() ? tensor : executor::evaluate(graph, given).value()[0];
}

enum class Numbers { kOdd, kPlain, kPositive };

Ref<Tensor> contents(const TensorType& type, Numbers numbers, std::mt19937& random) {
  const DType wide = type.dtype == DType::kFloat32 ? DType::kFloat32 : DType::kFloat64;
  Ref<Tensor> tensor = Tensor::create(wide, type.shape).take();
  for (int64_t i = 0; i < tensor->elements(); ++i) {
    const double plain = plain_number(random, numbers == Numbers::kPositive);
    if (wide == DType::kFloat32)
      reinterpret_cast<float*>(tensor->data())[i] =
          numbers == Numbers::kOdd ? odd_number<float>(random) : static_cast<float>(plain);
    else
      reinterpret_cast<double*>(tensor->data())[i] =
          numbers == Numbers::kOdd ? odd_number<double>(random) : plain;
  }
  return as(tensor, type.dtype);
}

// ---- comparisons

double element(const Ref<Tensor>& tensor, int64_t i) {
  return reinterpret_cast<const double*>(tensor->data())[i];
}

// Are all elements the same, with the sign of zeros, any NaN for any, or near?
bool agree(const Ref<Tensor>& a, const Ref<Tensor>& b, bool exact) {
  if (a->dtype() != b->dtype() || !(a->shape() == b->shape())) return false;
  if (!is_floating(a->dtype()) && exact) return same_bits(*a, *b);
  const double slack = a->dtype() == DType::kFloat64   ? 1e-12
                       : a->dtype() == DType::kFloat32 ? 1e-5
                                                       : 4e-2;
  const Ref<Tensor> x = as(a, DType::kFloat64), y = as(b, DType::kFloat64);
  for (int64_t i = 0; i < x->elements(); ++i) {
    const double p = element(x, i), q = element(y, i);
    if (std::isnan(p) && std::isnan(q)) continue;
    const bool equal = p == q && (!exact || std::signbit(p) == std::signbit(q));
    if (!equal && (exact || !(std::abs(p - q) <= slack * (1 + std::abs(p))))) return false;
  }
  return true;
}

std::vector<Ref<Tensor>> inputs_of(const Graph& graph, Numbers numbers, std::mt19937& random) {
  std::vector<Ref<Tensor>> inputs;
  for (const TensorType& type : graph.input_types())
    inputs.push_back(contents(type, numbers, random));
  return inputs;
}

void compare(const Graph& left, const Graph& right, bool exact, Numbers numbers,
             std::mt19937& random) {
  const auto inputs = inputs_of(left, numbers, random);
  const auto wanted = executor::evaluate(left, inputs), found = executor::evaluate(right, inputs);
  REQUIRE_MESSAGE(wanted.ok(), wanted.status().message());
  REQUIRE_MESSAGE(found.ok(), found.status().message());
  REQUIRE(wanted.value().size() == found.value().size());
  for (size_t k = 0; k < wanted.value().size(); ++k)
    CHECK_MESSAGE(agree(wanted.value()[k], found.value()[k], exact), graph::print(left)
                                                                         << "\n->\n"
                                                                         << graph::print(right));
}

// Gradients of both sides with respect to every floating input, at kinks and ties, too.
void compare_gradients(const Graph& left, const Graph& right, Numbers numbers,
                       std::mt19937& random) {
  std::vector<bool> wanted;
  for (const TensorType& type : left.input_types()) wanted.push_back(is_floating(type.dtype));
  if (!is_floating(left.output_types()[0].dtype) || std::ranges::count(wanted, true) == 0) return;
  auto a = graph::reverse(left, wanted), b = graph::reverse(right, wanted);
  REQUIRE_MESSAGE(a.ok(), a.status().message());
  REQUIRE_MESSAGE(b.ok(), b.status().message());
  graph::Joint one = a.take(), two = b.take();
  // Where one side has a gradient of zeros the other may have none.
  for (size_t i = 0, at = 1, to = 1; i < wanted.size(); ++i) {
    if (one.has_gradient[i] && !two.has_gradient[i])
      one.graph.outputs.erase(one.graph.outputs.begin() + static_cast<std::ptrdiff_t>(at--));
    if (two.has_gradient[i] && !one.has_gradient[i])
      two.graph.outputs.erase(two.graph.outputs.begin() + static_cast<std::ptrdiff_t>(to--));
    at += one.has_gradient[i];
    to += two.has_gradient[i];
  }
  compare(one.graph, two.graph, false, numbers, random);
}

Graph rewritten(const Graph& graph, const RuleSet& rules) {
  const Result<graph::Rewritten> result = graph::rewrite(graph, rules);
  REQUIRE_MESSAGE(result.ok(), result.status().message());
  const Graph clean = graph::remove_dead_code(result.value().graph, {}).take();
  const Status status = graph::verify(clean);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return clean;
}

}  // namespace

TEST_CASE("each rule of algebra gives what its left side gives, and its gradients") {
  constexpr int kInstances = 24, kMaxTries = 20000;
  unsigned seed = 0;
  for (const RewriteRule& rule : graph::algebraic_rules()) {
    std::mt19937 random(++seed);
    CAPTURE(std::string(rule.left));
    const graph::Pattern left = graph::parse_pattern(rule.left);
    const RuleSet alone({&rule, 1}, RuleSet::Reads::kAny);
    const bool exact = rule.exactness == PassClass::kExact;
    const Numbers plain = exact ? Numbers::kPlain : Numbers::kPositive;
    int instances = 0;
    for (int tries = 0; instances < kInstances && tries < kMaxTries; ++tries) {
      Drawing drawing(random);
      if (!drawing.draw(left.root)) continue;
      const Graph drawn = drawing.take();
      const Result<graph::Rewritten> result = graph::rewrite(drawn, alone);
      REQUIRE_MESSAGE(result.ok(), result.status().message());
      if (result.value().fired == 0) continue;
      ++instances;
      const Graph after = rewritten(drawn, alone);
      CHECK(graph::print(after) != graph::print(drawn));
      compare(drawn, after, exact, exact ? Numbers::kOdd : Numbers::kPositive, random);
      compare_gradients(drawn, after, plain, random);
      // All rules together lead somewhere. What is left when a sum is gone may go only then.
      Graph all = drawn;
      int rounds = 0;
      while (graph::rewrite(all, graph::algebra()).value().fired > 0 && ++rounds < 4)
        all = rewritten(all, graph::algebra());
      CHECK_MESSAGE(rounds < 4, graph::print(drawn) << "\n->\n" << graph::print(all));
    }
    CHECK_MESSAGE(instances == kInstances, "only " << instances << " graphs matched");
  }
}

TEST_CASE("random programs keep their values under all rules of algebra") {
  std::mt19937 random(3);
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Graph graph = random_graph(seed, 4 + static_cast<int>(seed % 20), false, DType::kFloat64);
    compare(graph, rewritten(graph, graph::algebra()), false, Numbers::kPositive, random);
  }
}

TEST_CASE("what would lose NaN, a sign, digits or a gradient is no rule") {
  const char* const kept[] = {
      "add(%0, 0)",           // -0.0
      "multiply(%0, 0)",      // NaN, infinity
      "subtract(%0, %0)",     // infinity
      "subtract(0, %0)",      // 0.0
      "divide(%0, 3.0)",      // no power of two
      "divide(%0, 65536.0)",  // its inverse is no normal float16
      "maximum(%0, 0)",       // relu has another gradient at 0
      "divide(%0, %0)",      "pow(%0, 3)",
  };
  for (const char* node : kept) {
    const std::string text = std::string("graph(%0: float32(2, 3)) {\n  %1: float32(2, 3) = ") +
                             node + "\n  return %1\n}";
    const Graph graph = graph::parse(text.c_str()).take();
    CHECK_MESSAGE(graph::rewrite(graph, graph::algebra()).value().fired == 0, node);
  }
  const char* const chains[] = {
      "  %2: float32(2, 3) = exp(%0)\n  %3: float32(2, 3) = log(%2)\n",
      ("  %2: float16(2, 3) = cast(%0, dtype=float16)\n"
       "  %3: float32(2, 3) = cast(%2, dtype=float32)\n"),
      "  %2: bool(2, 3) = less(%0, %1)\n  %3: bool(2, 3) = logical_not(%2)\n",             // NaN
      "  %2: float32(2, 3) = maximum(%0, 1.0)\n  %3: float32(2, 3) = maximum(%2, 1.0)\n",  // ties
      "  %2: int64(2, 3) = cast(%0, dtype=int64)\n  %3: float32(2, 3) = cast(%2, dtype=float32)\n",
  };
  for (const char* nodes : chains) {
    const std::string text =
        std::string("graph(%0: float32(2, 3), %1: float32(2, 3)) {\n") + nodes + "  return %3\n}";
    const Result<Graph> graph = graph::parse(text.c_str());
    REQUIRE_MESSAGE(graph.ok(), graph.status().message());
    CHECK_MESSAGE(graph::rewrite(graph.value(), graph::algebra()).value().fired == 0, nodes);
  }
}

TEST_CASE("a sum gets no view for an array, and what has no rules stays as it is") {
  const Graph viewed = graph::parse(
                           "graph(%0: float32(4, 5)) {\n"
                           "  %1: float32(5, 4) = transpose(%0, axes=[1, 0])\n"
                           "  %2: float32(5, 4) = multiply(%1, 1)\n"
                           "  %3: float32(5) = sum(%2, axis=[1], keepdims=false)\n"
                           "  return %3\n}")
                           .take();
  CHECK(graph::rewrite(viewed, graph::algebra()).value().fired == 0);
  const Graph drawn = graph::parse(
                          "graph(%0: float32(2)) {\n"
                          "  %1: float32(2) = exp(%0)\n"
                          "  %2: float32(2) = exp(%0) @clone %1\n"
                          "  %3: float32(2) = negative(%2)\n"
                          "  return %3, %1\n}")
                          .take();
  CHECK(graph::print(rewritten(drawn, graph::algebra())) == graph::print(drawn));
}
