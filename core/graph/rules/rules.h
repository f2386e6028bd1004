// Rules: pattern → replacement, as data. Two tables have them, rule_table.cpp (algebra) and
// idioms.cpp (networks written out by hand); what applies them is here.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "graph/passes/pipeline.h"
#include "graph/rules/patterns.h"

namespace weft::graph {

struct RewriteRule {
  const char* left;
  const char* right;
  PassClass exactness;
  // More that has to hold of what was found; may add names for the right side.
  bool (*when)(const Graph& graph, Bindings& found) = nullptr;
};

std::span<const RewriteRule> algebraic_rules();
std::span<const RewriteRule> idioms();

// Rules with their patterns read, by the operator at the root.
class RuleSet {
 public:
  // `whole`: a rule applies only if nothing else reads what lies inside the pattern, which then
  // need not be computed any more.
  enum class Reads : uint8_t { kAny, kWhole };
  RuleSet(std::span<const RewriteRule> rules, Reads reads);
  ~RuleSet();

  struct Compiled;
  const std::vector<Compiled>& of(const ops::OpDef* op) const;
  Reads reads() const { return reads_; }

 private:
  std::vector<std::vector<Compiled>> by_op_;
  Reads reads_;
};

// The tables, read once.
const RuleSet& algebra();
const RuleSet& hand_written();

struct Rewritten {
  Graph graph;                    // nodes that nobody reads any more are still there
  std::vector<ValueId> became;    // by value of the source; of constants nothing
  std::vector<int32_t> made_for;  // by node: the node of the source that it copies or stands for
  std::vector<bool> is_copy;      // by node
  int fired = 0;
};
// `may_match`: by node of the source, whether a rule may find it; empty: all.
Result<Rewritten> rewrite(const Graph& source, const RuleSet& rules,
                          const std::vector<bool>& may_match = {});

}  // namespace weft::graph
