// Parsing of the text form: statements, on top of the reader of tokens (text_reader_impl.h). After
// an error the reader yields harmless tokens, so that no function here has to check each one.
#include <cmath>
#include <unordered_map>

#include "base/errors.h"
#include "graph/ir/text.h"
#include "graph/ir/text_reader_impl.h"
#include "graph/ir/verifier.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

using ops::Argument;

// Nested regions, so that a hostile text cannot exhaust the stack.
constexpr int kMaxDepth = 8;

// Reads one graph; bodies are read by readers of their own.
class GraphReader {
 public:
  GraphReader(Reader& in, int depth) : in_(in), depth_(depth) {}

  Graph read() {
    if (depth_ > kMaxDepth) in_.fail("regions are nested too deeply");
    in_.expect("(");
    while (in_.status.ok() && !in_.accept(")")) {
      if (!graph_.inputs.empty()) in_.expect(",");
      const Definition d = definition();
      number(d, graph_.add_input(d.type, d.name));
    }
    in_.expect("{");
    while (in_.status.ok() && !in_.accept("}")) statement();
    return std::move(graph_);
  }

 private:
  // The left side of a statement: `%3 "name": float32(2, 3)`.
  struct Definition {
    int64_t number = 0;
    std::string name;
    TensorType type;
  };

  // Notes which value a number of the text stands for.
  void number(const Definition& d, ValueId id) {
    if (!in_.status.ok()) return;
    if (!ids_.emplace(d.number, id).second) in_.fail("a value is defined twice");
  }

  Definition definition() {
    Definition d;
    in_.expect("%");
    d.number = in_.integer();
    if (in_.peek() == '"') d.name = in_.quoted();
    in_.expect(":");
    const std::string_view dtype = in_.word();
    const std::optional<DType> found = dtype_named(dtype);
    if (!found || !is_known(*found)) in_.fail("`" + std::string(dtype) + "` is not a dtype");
    d.type.dtype = found.value_or(DType::kFloat32);
    in_.expect("(");
    while (in_.status.ok() && !in_.accept(")")) {
      if (d.type.shape.rank() == kMaxRank) {
        in_.fail("an array has at most 16 axes");
        break;
      }
      d.type.shape.push_back(in_.integer());
      if (!in_.accept(",") && in_.peek() != ')') in_.fail("expected ',' or ')'");
    }
    return d;
  }

  // A value that is read; it must have been defined above.
  ValueId use() {
    in_.expect("%");
    const int64_t number = in_.integer();
    const auto found = ids_.find(number);
    if (found != ids_.end()) return found->second;
    in_.fail("value %" + std::to_string(number) + " is used before it is defined");
    return 0;
  }

  // One statement, chosen by its first word. An operator without results has no left side.
  void statement() {
    if (in_.peek() == '%') return node();
    const std::string_view keyword = in_.word();
    if (keyword == "const") return constant();
    if (keyword == "state") {
      StatePair pair;
      pair.input = in_.small_integer();
      in_.expect("->");
      pair.output = in_.small_integer();
      graph_.states.push_back(pair);
    } else if (keyword == "ordinals") {
      graph_.ordinals = in_.small_integer();
    } else if (keyword == "size") {
      Size size;
      size.value = use();
      in_.expect("=");
      rest_of_size(std::move(size));
    } else if (keyword == "dimension") {
      dimension();
    } else if (keyword == "node") {
      sized_number();
    } else if (keyword == "return") {
      while (in_.status.ok() && in_.peek() == '%') {
        graph_.outputs.push_back(use());
        if (!in_.accept(",")) break;
      }
    } else if (ops::find_op(keyword)) {
      applied(std::string(keyword), {});
    } else {
      in_.fail("`" + std::string(keyword) + "` does not begin a statement");
    }
  }

  // `dimension "batch" = 3 from 1 up to 64 at 0:0`: an extent of axis 0 of input 0.
  void dimension() {
    Size size;
    size.name = in_.quoted();
    in_.expect("=");
    rest_of_size(std::move(size));
  }

  // The part that sizes and dimensions have in common.
  void rest_of_size(Size size) {
    size.example = in_.integer();
    if (in_.accept("from")) size.minimum = in_.integer();
    in_.expect("up");
    in_.expect("to");
    size.bound = polynomial();
    while (in_.status.ok() && in_.accept("at")) {
      InputAxis& place = size.axes.emplace_back();
      place.input = in_.small_integer();
      in_.expect(":");
      place.axis = in_.small_integer();
    }
    graph_.sizes.push_back(std::move(size));
  }

  // `node 4 attribute 0 element 1 = …`: a number that follows from sizes.
  void sized_number() {
    SizedNumber sized;
    sized.node = in_.small_integer();
    if (in_.accept("operand")) sized.operand = in_.small_integer();
    if (in_.accept("attribute")) sized.attribute = in_.small_integer();
    if (in_.accept("element")) sized.element = in_.small_integer();
    in_.expect("=");
    sized.number = polynomial();
    graph_.sized.push_back(std::move(sized));
  }

  // `2*s1 - 3)/4)` of a quotient.
  Quotient quotient() {
    Quotient quotient;
    if (!in_.accept("s")) {
      quotient.factor = in_.integer();
      in_.expect("*s");
    }
    quotient.size = in_.small_integer();
    const bool is_below = in_.accept("-");
    if (!is_below) in_.expect("+");
    quotient.offset = is_below ? -in_.integer() : in_.integer();
    in_.expect(")/");
    quotient.divisor = std::max<int64_t>(in_.integer(), 1);
    in_.expect(")");
    return quotient;
  }

  // The form that polynomial_text prints.
  Polynomial polynomial() {
    Polynomial polynomial;
    do {
      Term term;
      term.factor = in_.number().as_double();
      for (bool goes_on = true; goes_on;) {
        goes_on = in_.accept("*s");
        if (goes_on) term.sizes.push_back(in_.small_integer());
        while (in_.accept("*floor((")) {
          term.quotients.push_back(quotient());
          goes_on = true;
        }
      }
      if (term.factor != 0) polynomial.terms.push_back(std::move(term));
    } while (in_.status.ok() && in_.accept("+"));
    return polynomial;
  }

  // A constant, whose bytes have to fill its type.
  void constant() {
    const Definition d = definition();
    in_.expect("=");
    const std::vector<char> bytes = in_.bytes();
    if (!in_.status.ok()) return;
    const Result<int64_t> elements = checked_elements(d.type.shape.span(), "graph text", "const");
    if (!elements.ok() || elements.value() > INT64_MAX / 16 ||
        elements.value() * size_of(d.type.dtype) != static_cast<int64_t>(bytes.size()))
      return in_.fail("a constant must have as many bytes as its type");
    Result<Ref<Tensor>> tensor = Tensor::create(d.type.dtype, d.type.shape);
    if (!tensor.ok()) return in_.fail(tensor.status().message());
    if (!bytes.empty()) std::memcpy(tensor.value()->data(), bytes.data(), bytes.size());
    Result<ValueId> id = graph_.add_constant(tensor.value(), d.name);
    if (!id.ok()) return in_.fail(id.status().message());
    number(d, id.value());
  }

  // The definitions of the outputs, `=`, and then what computes them.
  void node() {
    std::vector<Definition> outputs;
    do outputs.push_back(definition());
    while (in_.accept(","));
    in_.expect("=");
    applied(std::string(in_.word()), outputs);
  }

  // An operator or a region applied to operands, with the marks that begin with `@`.
  void applied(const std::string& op, const std::vector<Definition>& outputs) {
    Node node;
    const bool is_region = op == "fused" || op == "row_tiles" || op == "loop" || op == "cond";
    if (!is_region) {
      node.op = ops::find_op(op);
      if (!node.op) return in_.fail("`" + op + "` is not an operator");
    }
    operands(node);
    if (is_region) node.region = graph_.add_region(region(op));
    while (in_.accept("@")) {
      const std::string_view key = in_.word();
      if (key == "ordinal")
        node.ordinal = in_.small_integer();
      else if (key == "clone")
        node.clone_of = use();
      else if (key == "rebuilt")
        node.rematerialized = true;
      else if (key == "precision")
        node.precision = precision(in_.word());
      else if (key == "line")
        node.line = graph_.add_line(in_.quoted());
      else
        in_.fail("`@" + std::string(key) + "` is unknown");
    }
    if (!in_.status.ok()) return;
    std::vector<TensorType> types;
    for (const Definition& d : outputs) types.push_back(d.type);
    const int32_t index = graph_.add_node(std::move(node), types);
    // The graph numbers values by itself; the names come from the text.
    for (size_t i = 0; i < outputs.size(); ++i) {
      const ValueId id = graph_.nodes[static_cast<size_t>(index)].outputs[i];
      graph_.values[static_cast<size_t>(id)].name = outputs[i].name;
      number(outputs[i], id);
    }
  }

  // The dtype behind `@precision`.
  DType precision(std::string_view name) {
    const std::optional<DType> dtype = dtype_named(name);
    if (!dtype) in_.fail("`" + std::string(name) + "` is not a dtype");
    return dtype.value_or(DType::kFloat32);
  }

  // What follows the operands of a region: its kind of loop and its bodies.
  Region region(std::string_view name) {
    const auto body = [&] {
      return std::make_shared<const Graph>(GraphReader(in_, depth_ + 1).read());
    };
    if (name == "fused") return {RegionKind::kFused, body()};
    if (name == "row_tiles") {
      Region result{RegionKind::kRowTiles, nullptr};
      in_.expect("rows");
      result.loop.maximum = in_.integer();
      result.body = body();
      return result;
    }
    if (name == "cond") {
      Region cond{RegionKind::kCond, body()};
      cond.otherwise = body();
      return cond;
    }
    Region result{RegionKind::kLoop, nullptr};
    in_.expect("sliced");
    result.loop.sliced = in_.small_integer();
    in_.expect("carried");
    result.loop.carried = in_.small_integer();
    in_.expect("most");
    result.loop.maximum = in_.integer();
    result.loop.while_true = in_.accept("while");
    result.loop.counted = in_.accept("counted");
    result.loop.backwards = in_.accept("backwards");
    result.body = body();
    return result;
  }

  // Operands, then attributes by name in any order; attributes that are left out take their
  // defaults.
  void operands(Node& node) {
    std::vector<Argument> given(node.op ? node.op->attributes.size() : 0);
    in_.expect("(");
    bool first = true;
    while (in_.status.ok() && !in_.accept(")")) {
      if (!first) in_.expect(",");
      first = false;
      if (in_.peek() == '%') {
        node.operands.push_back(Operand::of_value(use()));
      } else if (std::isalpha(static_cast<unsigned char>(in_.peek()))) {
        attribute_or_scalar(node, given);
      } else if (in_.accept("_")) {
        node.operands.emplace_back();
      } else {
        node.operands.push_back(Operand::of_scalar(in_.number()));
      }
    }
    if (!node.op || !in_.status.ok()) return;
    std::vector<Argument> complete(given.size());
    const Status status = ops::complete_attributes(*node.op, given, complete);
    if (!status.ok()) in_.fail(status.message());
    node.attributes = ops::Attributes(complete);
  }

  // A word: `name=value` is an attribute, else it is a scalar such as `true`.
  void attribute_or_scalar(Node& node, std::vector<Argument>& given) {
    const std::string key(in_.word());
    if (in_.accept("=")) {
      for (size_t i = 0; i < given.size(); ++i)
        if (node.op->attributes[i].name == key) {
          given[i] = argument();
          return;
        }
      return in_.fail("`" + key + "` is not an attribute of the operator");
    }
    node.operands.push_back(Operand::of_scalar(named(key)));
    if (!node.operands.back().scalar.is_scalar()) in_.fail("`" + key + "` is not a scalar");
  }

  // A word as a value: a bool, none, inf, nan or a dtype.
  Argument named(const std::string& word) {
    if (word == "true" || word == "false") return Argument::of_bool(word == "true");
    if (word == "none") return Argument::none();
    if (word == "inf") return Argument::of_float(HUGE_VAL);
    if (word == "nan") return Argument::of_float(NAN);
    if (const std::optional<DType> dtype = dtype_named(word)) return Argument::of_dtype(*dtype);
    in_.fail("`" + word + "` is not a value");
    return {};
  }

  // The value of an attribute.
  Argument argument() {
    if (in_.peek() == '"') {
      texts_.push_back(std::make_unique<std::string>(in_.quoted()));
      return Argument::of_string(*texts_.back());
    }
    if (in_.accept("[")) {
      lists_.push_back(std::make_unique<std::vector<int64_t>>());
      while (in_.status.ok() && !in_.accept("]")) {
        lists_.back()->push_back(in_.integer());
        if (!in_.accept(",") && in_.peek() != ']') in_.fail("expected ',' or ']'");
      }
      return Argument::of_ints(*lists_.back());
    }
    if (std::isalpha(static_cast<unsigned char>(in_.peek()))) return named(std::string(in_.word()));
    return in_.number();
  }

  Reader& in_;
  const int depth_;
  Graph graph_;
  std::unordered_map<int64_t, ValueId> ids_;  // from numbers of the text
  // Strings and lists that arguments point to, until Attributes has copied them.
  std::vector<std::unique_ptr<std::string>> texts_;
  std::vector<std::unique_ptr<std::vector<int64_t>>> lists_;
};

}  // namespace

Result<Graph> parse(std::string_view text) {
  Reader in(text);
  in.expect("graph");
  Graph graph = GraphReader(in, 0).read();
  if (in.status.ok() && !in.at_end()) in.fail("text follows the end of the graph");
  WEFT_TRY(in.status);
  WEFT_TRY(verify(graph));
  return graph;
}

}  // namespace weft::graph
