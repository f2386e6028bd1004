// Matching and writing of patterns. Matching backtracks only over the orders of commutative
// operands, so it tries every assignment of orders and starts anew for each.
#include "graph/rules/patterns.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ops/registry.h"

namespace weft::graph {

using ops::Argument;

namespace {

// An element of a constant; nothing for dtypes that no weak scalar stands for.
std::optional<Argument> element(const Tensor& tensor, int64_t i) {
  const std::byte* const at =
      reinterpret_cast<const std::byte*>(tensor.data()) + i * size_of(tensor.dtype());
  const auto read = [&]<class T>(T value) {
    std::memcpy(&value, at, sizeof(T));
    return value;
  };
  switch (tensor.dtype()) {
    case DType::kBool: return Argument::of_bool(read(uint8_t{}) != 0);
    case DType::kInt32: return Argument::of_int(read(int32_t{}));
    case DType::kInt64: return Argument::of_int(read(int64_t{}));
    case DType::kFloat32: return Argument::of_float(static_cast<double>(read(float{})));
    case DType::kFloat64: return Argument::of_float(read(double{}));
    default: return {};
  }
}

// The number that all elements of a constant are; only small constants are read.
std::optional<Argument> number_of_constant(const Constant& constant) {
  constexpr int64_t kMaxRead = 64;
  const Tensor& content = *constant.content;
  if (content.elements() < 1 || content.elements() > kMaxRead) return {};
  const std::optional<Argument> first = element(content, 0);
  for (int64_t i = 1; first && i < content.elements(); ++i)
    if (!ops::same_argument(*first, *element(content, i))) return {};
  return first;
}

// The number in another dtype, if it is the same number there. Small integers are exact in every
// dtype.
std::optional<Argument> converted(const Argument& number, DType dtype) {
  const double real = number.as_double();
  const bool is_small = std::abs(real) <= 2 && real == std::trunc(real);
  if (is_floating(dtype)) {
    if (!is_small && dtype != DType::kFloat64) return {};
    return Argument::of_float(real);
  }
  if (dtype == DType::kBool) return Argument::of_bool(real != 0);
  if (!is_small || real < 0 || std::signbit(real)) return {};
  return Argument::of_int(static_cast<int64_t>(real));
}

// Equal, with the sign of zero, and of the same kind (bool or number).
bool same_number(const Argument& a, const Argument& b) {
  if ((a.tag == ops::Tag::kBool) != (b.tag == ops::Tag::kBool)) return false;
  const double x = a.as_double(), y = b.as_double();
  return x == y && std::signbit(x) == std::signbit(y);
}

}  // namespace

// Looks through views, casts and `full`.
std::optional<Argument> number_of(const Graph& graph, const Operand& operand) {
  if (operand.is_scalar()) return operand.scalar;
  if (!operand.is_value()) return {};
  const Value& value = graph.values[static_cast<size_t>(operand.value)];
  if (value.origin == Origin::kConstant)
    return number_of_constant(graph.constants[static_cast<size_t>(value.index)]);
  const Node* const node = graph.producer(operand.value);
  if (!node || !node->op || node->clone_of != kNoValue || value.type.shape.elements() == 0)
    return {};
  if (node->op->name == "full") {
    const Argument fill =
        Argument::of_float(node->op->reader(node->attributes.view()).real("fill_value"));
    return converted(fill, value.type.dtype);
  }
  if (node->op->name == "stop_gradient" || !(keeps_elements(*node) || node->op->name == "cast"))
    return {};
  const std::optional<Argument> from = number_of(graph, node->operands[0]);
  if (!from || node->op->name != "cast") return from;
  return converted(*from, value.type.dtype);
}

// Compares the two expressions recursively.
bool same_value(const Graph& graph, ValueId a, ValueId b, std::vector<int32_t>& nodes) {
  if (a == b) return true;
  const Node *const x = graph.producer(a), *const y = graph.producer(b);
  if (!x || !y || !x->op || x->op != y->op || x->op->is_random || x->effect >= 0 ||
      x->clone_of != kNoValue || y->clone_of != kNoValue ||
      x->operands.size() != y->operands.size() || !(x->attributes == y->attributes))
    return false;
  const auto output = [&](ValueId id) { return graph.values[static_cast<size_t>(id)].output; };
  if (output(a) != output(b)) return false;
  for (size_t i = 0; i < x->operands.size(); ++i) {
    const Operand &p = x->operands[i], &q = y->operands[i];
    if (p.is_value() && q.is_value() ? !same_value(graph, p.value, q.value, nodes) : !(p == q))
      return false;
  }
  nodes.push_back(static_cast<int32_t>(y - graph.nodes.data()));
  return true;
}

bool Bindings::takes_same(const Graph& graph, ValueId known, ValueId id) {
  std::vector<int32_t> nodes;
  if (!same_value(graph, known, id, nodes)) return false;
  matched_.insert(matched_.end(), nodes.begin(), nodes.end());
  return true;
}

// ---- matching

// One attempt with a given order of the operands of commutative nodes: bit i of `swapped` exchanges
// those of the i-th.
class Matcher {
 public:
  Matcher(const Graph& graph, uint32_t swapped, Bindings known = {})
      : graph_(graph), swapped_(swapped), found_(std::move(known)) {}

  // Does the operand match the term? Binds names on the way; after a failure the bindings are of no
  // use.
  bool matches(const PatternTerm& term, const Operand& operand) {
    switch (term.kind) {
      case PatternTerm::Kind::kValue: return operand.is_value() && bind(term.name, operand);
      case PatternTerm::Kind::kScalar: return scalar(term, operand);
      case PatternTerm::Kind::kNumber: {
        const std::optional<Argument> number = number_of(graph_, operand);
        return number && same_number(*number, term.number);
      }
      // A list stands for all operands, see operands().
      case PatternTerm::Kind::kList: return false;
      default: return node(term, operand);
    }
  }

  Bindings take() { return std::move(found_); }

 private:
  // A name that is known must stand for an equal value.
  bool bind(const std::string& name, const Operand& operand) {
    const Operand* const known = found_.operand(name);
    if (known) return found_.takes_same(graph_, known->value, operand.value);
    found_.set(name, operand);
    return true;
  }

  // A number without axes.
  bool scalar(const PatternTerm& term, const Operand& operand) {
    if (operand.is_value() && graph_.type(operand.value).shape.rank() > 0) return false;
    const std::optional<Argument> number = number_of(graph_, operand);
    if (!number) return false;
    const Operand* const known = found_.operand(term.name);
    if (known) return same_number(known->scalar, *number);
    found_.set(term.name, Operand::of_scalar(*number));
    return true;
  }

  // A node, or for op? its operand. If the node does not match after all, the bindings are put
  // back.
  bool node(const PatternTerm& term, const Operand& operand) {
    if (!operand.is_value()) return false;
    const bool labels = !term.label.empty();
    if (!term.optional) return own_node(term, operand) && (!labels || bind(term.label, operand));
    const Node* const found = graph_.producer(operand.value);
    const bool may_be = found && fits(term, *found, operand.value);
    Bindings before;
    if (may_be) before = found_;
    if (!may_be || !own_node(term, operand)) {
      if (may_be) found_ = std::move(before);
      if (!matches(term.operands[0], operand)) return false;
    }
    return !labels || bind(term.label, operand);
  }

  // The node itself with its operands and attributes.
  bool own_node(const PatternTerm& term, const Operand& operand) {
    const Node* const found = graph_.producer(operand.value);
    if (!found || !fits(term, *found, operand.value)) return false;
    found_.matched_.push_back(static_cast<int32_t>(found - graph_.nodes.data()));
    return operands(term, *found) && attributes(term, *found);
  }

  // Is it the operator, and a node that rules may touch?
  bool fits(const PatternTerm& term, const Node& node, ValueId id) const {
    if (!node.op || node.op->is_random || node.effect >= 0 || node.clone_of != kNoValue ||
        graph_.values[static_cast<size_t>(id)].output != 0)
      return false;
    if (term.kind == PatternTerm::Kind::kAnyNode)
      return node.op->slot.elementwise && node.operands.size() == term.operands.size();
    return node.op == term.op;
  }

  // Operands that the pattern does not write must be absent.
  bool operands(const PatternTerm& term, const Node& node) {
    if (term.kind == PatternTerm::Kind::kAnyNode) found_.nodes_.emplace_back(term.name, node);
    if (!term.operands.empty() && term.operands[0].kind == PatternTerm::Kind::kList) {
      found_.lists_.emplace_back(term.operands[0].name, node.operands);
      return true;
    }
    const size_t count = term.operands.size();
    if (node.operands.size() < count || (node.op->takes_list() && node.operands.size() != count))
      return false;
    const bool swaps = term.swap >= 0 && (swapped_ >> term.swap & 1);
    for (size_t i = 0; i < count; ++i)
      if (!matches(term.operands[i], node.operands[swaps ? 1 - i : i])) return false;
    return std::ranges::all_of(std::span(node.operands).subspan(count), [](const Operand& rest) {
      return rest.kind == Operand::Kind::kAbsent;
    });
  }

  // Literals must be equal; variables are bound, or compared with what they are bound to.
  bool attributes(const PatternTerm& term, const Node& node) {
    if (term.attributes.empty()) return true;
    const ops::AttributeReader reader = node.op->reader(node.attributes.view());
    return std::ranges::all_of(term.attributes, [&](const AttributeTerm& attribute) {
      const Argument& has = reader.get(attribute.attribute);
      if (attribute.variable.empty()) return is_literal(has, attribute.literal.view()[0]);
      const ops::Attributes* const known = Bindings::find(found_.attributes_, attribute.variable);
      if (known) return ops::same_argument(known->view()[0], has);
      found_.set(attribute.variable, has);
      return true;
    });
  }

  // Equal as numbers, or in every detail for texts and lists.
  static bool is_literal(const Argument& has, const Argument& literal) {
    if (has.is_absent() || literal.is_absent()) return has.is_absent() && literal.is_absent();
    if (literal.tag == ops::Tag::kString || literal.tag == ops::Tag::kInts ||
        has.tag != literal.tag)
      return ops::same_argument(has, literal);
    return has.as_double() == literal.as_double();
  }

  const Graph& graph_;
  const uint32_t swapped_;
  Bindings found_;
};

namespace {

// A quick test, because most patterns do not match: is each operand there that has to be an
// operator's?
bool may_match(const Graph& graph, const PatternTerm& root, ValueId id) {
  const Node* const node = graph.producer(id);
  if (root.kind != PatternTerm::Kind::kNode || root.optional || !node) return true;
  if (node->op != root.op) return false;
  return std::ranges::all_of(root.operands, [&](const PatternTerm& term) {
    if (term.kind != PatternTerm::Kind::kNode || term.optional) return true;
    return std::ranges::any_of(node->operands, [&](const Operand& operand) {
      const Node* const from = operand.is_value() ? graph.producer(operand.value) : nullptr;
      return from && from->op == term.op;
    });
  });
}

}  // namespace

bool match(const Graph& graph, const Pattern& pattern, ValueId id,
           const std::function<bool(Bindings&)>& use) {
  Bindings nothing;
  return match_more(graph, pattern, id, nothing, use);
}

bool match_more(const Graph& graph, const Pattern& pattern, ValueId id, Bindings& found,
                const std::function<bool(Bindings&)>& use) {
  if (!may_match(graph, pattern.root, id)) return false;
  for (uint32_t swapped = 0; swapped < uint32_t{1} << pattern.swaps; ++swapped) {
    Matcher matcher(graph, swapped, found);
    if (!matcher.matches(pattern.root, Operand::of_value(id))) continue;
    Bindings more = matcher.take();
    if (use && !use(more)) continue;
    found = std::move(more);
    return true;
  }
  return false;
}

// ---- writing

// Writes a term with the names that were bound.
class Emitter {
 public:
  Emitter(GraphBuilder& builder, const Bindings& bindings,
          const std::function<ValueId(ValueId)>& finish)
      : builder_(builder), bindings_(bindings), finish_(finish) {}

  // An absent operand stays absent.
  ops::Value emit(const PatternTerm& term) {
    switch (term.kind) {
      case PatternTerm::Kind::kValue:
      case PatternTerm::Kind::kScalar: {
        const Operand* const operand = bindings_.operand(term.name);
        if (!operand || operand->kind == Operand::Kind::kAbsent) return {};
        if (operand->is_scalar()) return {&builder_, operand->scalar};
        return builder_.value(operand->value);
      }
      case PatternTerm::Kind::kNumber: return {&builder_, term.number};
      default: return node(term);
    }
  }

 private:
  // A new node; *f copies operator and attributes of what it matched.
  ops::Value node(const PatternTerm& term) {
    ops::Values inputs;
    for (const PatternTerm& operand : term.operands) {
      if (operand.kind != PatternTerm::Kind::kList) {
        inputs.push_back(emit(operand));
        continue;
      }
      for (const Operand& each : bindings_.list(operand.name))
        inputs.push_back(builder_.value(each.value));
    }
    const bool copies = term.kind == PatternTerm::Kind::kAnyNode;
    const ops::OpDef& op = copies ? *bindings_.node(term.name).op : *term.op;
    const ops::Attributes given = copies ? bindings_.node(term.name).attributes : attributes(term);
    const ops::Value result = builder_.emit(op, inputs, given.view())[0];
    if (!builder_.status().ok()) return result;
    return builder_.value(finish_(result.id()));
  }

  // Attributes in the order of the schema; those that are not written are left to their defaults.
  ops::Attributes attributes(const PatternTerm& term) const {
    std::vector<Argument> given(term.op->attributes.size());
    for (size_t i = 0; i < given.size(); ++i)
      for (const AttributeTerm& attribute : term.attributes)
        if (attribute.attribute == term.op->attributes[i].name) given[i] = argument(attribute);
    return ops::Attributes(given);
  }

  // A literal, a number that was matched, or an attribute.
  Argument argument(const AttributeTerm& term) const {
    if (term.variable.empty()) return term.literal.view()[0];
    const Operand* const number = bindings_.operand(term.variable);
    return number ? number->scalar : bindings_.attribute(term.variable);
  }

  GraphBuilder& builder_;
  const Bindings& bindings_;
  const std::function<ValueId(ValueId)>& finish_;
};

ops::Value emit(GraphBuilder& builder, const PatternTerm& term, const Bindings& bindings,
                const std::function<ValueId(ValueId)>& finish) {
  return Emitter(builder, bindings, finish).emit(term);
}

}  // namespace weft::graph
