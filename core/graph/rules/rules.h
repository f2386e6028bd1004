// Rewrite rules, pattern → replacement, as data. There are two tables: rule_table.cpp (algebra) and
// idioms.cpp (what programs write out by hand). This file declares what reads and applies them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "graph/passes/pipeline.h"
#include "graph/rules/patterns.h"

namespace weft::graph {

// One rule: nodes that match `left` are computed as `right` says (the text is that of patterns.h).
struct RewriteRule {
  const char* left;
  const char* right;
  // kExact: every bit of the result stays.
  PassClass exactness;
  // A further condition on what was found; it may bind more names for the right side. Null: none.
  bool (*when)(const Graph& graph, Bindings& found) = nullptr;
};

// The tables.
std::span<const RewriteRule> algebraic_rules();
std::span<const RewriteRule> idioms();

// A table with its patterns parsed, grouped by the operator at the root of the left side.
class RuleSet {
 public:
  // kWhole: a rule applies only if nothing outside reads a value inside the pattern, because that
  // value would still have to be computed. kAny: it applies anyway.
  enum class Reads : uint8_t { kAny, kWhole };
  RuleSet(std::span<const RewriteRule> rules, Reads reads);
  ~RuleSet();

  struct Compiled;
  // The rules whose left side has this operator at the root.
  const std::vector<Compiled>& of(const ops::OpDef* op) const;
  Reads reads() const { return reads_; }

 private:
  std::vector<std::vector<Compiled>> by_op_;
  Reads reads_;
};

// The two tables, parsed once and shared by all threads.
const RuleSet& algebra();
const RuleSet& hand_written();

// The result of applying rules.
struct Rewritten {
  Graph graph;                    // nodes that nothing reads any more are still in it
  std::vector<ValueId> became;    // by value of the source; kNoValue for constants
  std::vector<int32_t> made_for;  // by node: the node of the source that it copies or stands for
  std::vector<bool> is_copy;      // by node
  int fired = 0;
};
// Applies the rules until none fires. `may_match`: by node of the source, whether a rule may look
// at it; empty: all nodes.
Result<Rewritten> rewrite(const Graph& source, const RuleSet& rules,
                          const std::vector<bool>& may_match = {});

}  // namespace weft::graph
