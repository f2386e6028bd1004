// Patterns: what a rewrite looks for in a graph, and what it puts there, as a line of text.
//
//   where(logical_not(p), x, y)
//   divide(e:exp(x), sum(e, axis=@a, keepdims=true))
//
//   x            an array; the same name is the same value
//   $c           a number: a weak scalar, or a constant without axes
//   1, -0.0      that number, or an array of which each element is it
//   op(…)        a node of this operator. Attributes by name: a number, a list, true, false, a
//   word,
//                or @name, which is what the node has; an attribute that is not written may be any
//   op?(…)       the same, or its operand alone
//   *f(…)        a node of any elementwise operator that has so many operands
//   xs...        all arrays of a list
//   e:op(…)      the value gets a name
//
// Operands of operators that commute match in both orders. On the right side of a rule names stand
// for what they matched, $c also as an attribute, and attributes that are not written have their
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

struct AttributeTerm {
  std::string attribute;
  std::string variable;       // of @name and $name; else empty
  ops::Attributes literal{};  // one argument
};

struct PatternTerm {
  enum class Kind : uint8_t { kValue, kScalar, kNumber, kNode, kAnyNode, kList };
  Kind kind = Kind::kValue;
  std::string name;     // of the variable; of *f
  std::string label{};  // e of e:op(…)
  const ops::OpDef* op = nullptr;
  bool optional = false;  // op?
  ops::Argument number{};
  std::vector<PatternTerm> operands{};
  std::vector<AttributeTerm> attributes{};
  int swap = -1;  // of operands that commute: the bit that says in which order they are tried
};

struct Pattern {
  PatternTerm root;
  int swaps = 0;
  bool has_all = true;  // the operators that it names are in this build
};

// Patterns are literals of the core: a wrong one ends the program.
Pattern parse_pattern(std::string_view text);
bool commutes(std::string_view op);

// What names stand for. Conditions of rules read it, and add what they compute.
class Bindings {
 public:
  const Operand* operand(std::string_view name) const { return find(operands_, name); }
  ValueId value(std::string_view name) const { return operand(name)->value; }
  double number(std::string_view name) const { return operand(name)->scalar.as_double(); }
  const ops::Argument& attribute(std::string_view name) const {
    return find(attributes_, name)->view()[0];
  }
  const std::vector<Operand>& list(std::string_view name) const { return *find(lists_, name); }
  const Node& node(std::string_view name) const { return *find(nodes_, name); }
  const std::vector<int32_t>& matched() const { return matched_; }

  // For a part that has names of its own, and what it matched taken over.
  Bindings without_names() const {
    Bindings rest;
    rest.matched_ = matched_;
    return rest;
  }
  void absorb(const Bindings& part) {
    matched_.insert(matched_.end(), part.matched_.begin(), part.matched_.end());
  }

  // Is it the same as a value that was matched? What computes it once more is matched, then.
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

// Calls use(bindings) for each way in which the pattern matches the value, until it gives true.
bool match(const Graph& graph, const Pattern& pattern, ValueId id,
           const std::function<bool(Bindings&)>& use);

// The same of a part: names that are known already stand for what they stand for, and what is found
// is added to them where the pattern matches.
bool match_more(const Graph& graph, const Pattern& pattern, ValueId id, Bindings& found,
                const std::function<bool(Bindings&)>& use = {});

// Are two values the same by what they are computed from? Nothing random or with an effect is.
// `nodes` gets those that compute b once more.
bool same_value(const Graph& graph, ValueId a, ValueId b, std::vector<int32_t>& nodes);

// The number that each element is, where that is known; as a weak scalar.
std::optional<ops::Argument> number_of(const Graph& graph, const Operand& operand);

// The right side of a rule, through a builder. `finish` gives what a new node is replaced by.
ops::Value emit(GraphBuilder& builder, const PatternTerm& term, const Bindings& bindings,
                const std::function<ValueId(ValueId)>& finish);

}  // namespace weft::graph
