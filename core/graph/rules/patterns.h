// Patterns: what a rewrite looks for in a graph, and what it puts there, as a line of text.
//
//   where(logical_not(p), x, y)
//   divide(e:exp(x), sum(e, axis=@a, keepdims=true))
//
//   x            an array; the same name is the same value
//   $c           a number: a weak scalar, or a constant without axes
//   1, -0.0      this number, or an array whose elements all are this number
//   op(…)        a node of this operator. Attributes follow by name: a number, a list, true, false,
//                a word, or @name, which stands for what the node has. An attribute that is not
//                written may be anything
//   op?(…)       the same, or its operand alone
//   *f(…)        a node of any elementwise operator with this number of operands
//   xs...        all arrays of a list
//   e:op(…)      gives the value a name
//
// Operands of commutative operators match in both orders. On the right side of a rule, names stand
// for what they matched ($c also as an attribute), and attributes that are not written have their
// defaults.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph/ir/graph_builder.h"

namespace weft::graph {

// An attribute in a pattern: a variable, or a literal.
struct AttributeTerm {
  std::string attribute;
  std::string variable;       // of @name and $name; empty: a literal
  ops::Attributes literal{};  // one argument
};

// A node of the parsed text.
struct PatternTerm {
  enum class Kind : uint8_t { kValue, kScalar, kNumber, kNode, kAnyNode, kList };
  Kind kind = Kind::kValue;
  std::string name;     // of a variable or of *f
  std::string label{};  // `e` of e:op(…)
  const ops::OpDef* op = nullptr;
  bool optional = false;  // op?(…)
  ops::Argument number{};
  std::vector<PatternTerm> operands{};
  std::vector<AttributeTerm> attributes{};
  int swap = -1;  // commutative: the bit that says in which order operands are tried
};

// A parsed line.
struct Pattern {
  PatternTerm root;
  int swaps = 0;        // number of commutative operators in it
  bool has_all = true;  // all operators that it names are in this build
};

// Patterns are literals in the core, so a wrong one is a defect and ends the program.
Pattern parse_pattern(std::string_view text);
// Do the two operands of this operator commute?
bool commutes(std::string_view op);

// What names stand for in one match. Conditions of rules read it and may bind more names. Names are
// few, so lookups are linear. It points into names of the pattern, which has to live as long.
class Bindings {
 public:
  // Null where the name is not bound; the other lookups require that it is.
  const Operand* operand(std::string_view name) const { return find(operands_, name); }
  ValueId value(std::string_view name) const { return operand(name)->value; }
  double number(std::string_view name) const { return operand(name)->scalar.as_double(); }
  const ops::Argument& attribute(std::string_view name) const {
    return find(attributes_, name)->view()[0];
  }
  const std::vector<Operand>& list(std::string_view name) const { return *find(lists_, name); }
  const Node& node(std::string_view name) const { return *find(nodes_, name); }
  // The nodes that the pattern matched.
  const std::vector<int32_t>& matched() const { return matched_; }

  // For a part of a pattern with names of its own: starts with the matched nodes and without names.
  // absorb takes over what the part matched.
  Bindings without_names() const {
    Bindings rest;
    rest.matched_ = matched_;
    return rest;
  }
  void absorb(const Bindings& part) {
    matched_.insert(matched_.end(), part.matched_.begin(), part.matched_.end());
  }

  // Is the value `id` the same as `known`, which was matched? Then the nodes that compute it once
  // more count as matched, too.
  bool takes_same(const Graph& graph, ValueId known, ValueId id);

  void set(std::string_view name, const Operand& operand) { operands_.emplace_back(name, operand); }
  void set(std::string_view name, const ops::Argument& attribute) {
    attributes_.emplace_back(name, ops::Attributes(std::span(&attribute, 1)));
  }
  void set_ints(std::string_view name, std::span<const int64_t> numbers) {
    set(name, ops::Argument::of_ints(numbers));
  }

 private:
  friend class Matcher;
  friend class Emitter;
  template <class T>
  using Named = std::vector<std::pair<std::string_view, T>>;
  template <class T>
  static const T* find(const Named<T>& named, std::string_view name) {
    for (const auto& [known, value] : named)
      if (known == name) return &value;
    return nullptr;
  }

  Named<Operand> operands_;
  Named<ops::Attributes> attributes_;
  Named<std::vector<Operand>> lists_;
  Named<Node> nodes_;
  std::vector<int32_t> matched_;  // nodes, perhaps repeated
};

// Calls use(bindings) for each way in which the pattern matches the value, until it returns true.
// With n commutative operators there are 2^n ways.
bool match(const Graph& graph, const Pattern& pattern, ValueId id,
           const std::function<bool(Bindings&)>& use);

// The same for a part of a pattern. Names that are bound already keep their meaning, and new ones
// are added to `found` where the part matches.
bool match_more(const Graph& graph, const Pattern& pattern, ValueId id, Bindings& found,
                const std::function<bool(Bindings&)>& use = {});

// Do two values have equal contents, because they are computed alike? Nothing that is random or has
// an effect does. `nodes` receives the nodes that compute b once more.
bool same_value(const Graph& graph, ValueId a, ValueId b, std::vector<int32_t>& nodes);

// The number that each element of the operand is, where that is known; as a weak scalar.
std::optional<ops::Argument> number_of(const Graph& graph, const Operand& operand);

// Writes the right side of a rule through a builder. `finish` gives the value that a new node is
// replaced by.
ops::Value emit(GraphBuilder& builder, const PatternTerm& term, const Bindings& bindings,
                const std::function<ValueId(ValueId)>& finish);

}  // namespace weft::graph
