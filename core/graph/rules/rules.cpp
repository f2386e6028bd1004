// Applies rules: one walk that copies the graph, and at each node tries the rules of its operator,
// also on nodes that a replacement has made. Uses are counted in the new graph, so that "nothing
// else reads it" is known at every moment.
#include "graph/rules/rules.h"

#include <algorithm>

#include "graph/passes/graph_rewrite_impl.h"
#include "ops/registry.h"

namespace weft::graph {

// A rule with its texts parsed.
struct RuleSet::Compiled {
  Pattern left;
  PatternTerm right;
  bool (*when)(const Graph& graph, Bindings& found);
  PassClass exactness;
};

// Place 0 stays empty: it is for operators without rules. Rules that name an operator which this
// build lacks are left out.
RuleSet::RuleSet(std::span<const RewriteRule> rules, Reads reads) : reads_(reads) {
  by_op_.resize(1);
  for (const RewriteRule& rule : rules) {
    Pattern left = parse_pattern(rule.left);
    Pattern right = parse_pattern(rule.right);
    if (!left.has_all || !right.has_all) continue;
    const auto op = static_cast<size_t>(left.root.op->id) + 1;
    if (by_op_.size() <= op) by_op_.resize(op + 1);
    by_op_[op].push_back({std::move(left), std::move(right.root), rule.when, rule.exactness});
  }
}

RuleSet::~RuleSet() = default;

const std::vector<RuleSet::Compiled>& RuleSet::of(const ops::OpDef* op) const {
  const size_t place = op ? static_cast<size_t>(op->id) + 1 : 0;
  return by_op_[place < by_op_.size() ? place : 0];
}

const RuleSet& algebra() {
  static const RuleSet rules(algebraic_rules(), RuleSet::Reads::kAny);
  return rules;
}
const RuleSet& hand_written() {
  static const RuleSet rules(idioms(), RuleSet::Reads::kWhole);
  return rules;
}

namespace {

// Copies the source node by node. A node is looked at when its operands have their final form, and
// so is each node of a replacement.
class Rewriter {
 public:
  Rewriter(const Graph& source, const RuleSet& rules, const std::vector<bool>& may_match)
      : source_(source),
        rules_(rules),
        may_match_(may_match),
        rewrite_(source),
        builder_(rewrite_.graph()),
        source_uses_(count_uses(source)),
        sensitive_(stride_sensitive(source)) {}

  // After a copy, its final form takes over its uses.
  Result<Rewritten> run() {
    for (size_t n = 0; n < source_.nodes.size(); ++n) {
      const Node& node = source_.nodes[n];
      now_ = static_cast<int32_t>(n);
      rewrite_.copy(node);
      note_nodes(true);
      if (!node.op || node.outputs.size() != 1 || node.clone_of != kNoValue) continue;
      const ValueId old = node.outputs[0], copy = rewrite_.map(old);
      uses(copy) = source_uses_[static_cast<size_t>(old)];
      builder_.stand_for(node);
      const ValueId last = last_form(copy);
      WEFT_TRY(builder_.status());
      if (last == copy) continue;
      uses(last) += source_uses_[static_cast<size_t>(old)];
      uses(copy) = 0;
      release(copy);
      rewrite_.set(old, last);
    }
    for (size_t id = 0; id < source_.values.size(); ++id) {
      const bool is_constant = source_.values[id].origin == Origin::kConstant;
      result_.became.push_back(is_constant ? kNoValue : rewrite_.map(static_cast<ValueId>(id)));
    }
    result_.graph = rewrite_.finish();
    return std::move(result_);
  }

 private:
  const Graph& graph() { return rewrite_.graph(); }

  // Reads of a value of the new graph that are known so far or still to come from the source.
  int32_t& uses(ValueId id) {
    if (uses_.size() <= static_cast<size_t>(id)) uses_.resize(static_cast<size_t>(id) + 1, 0);
    return uses_[static_cast<size_t>(id)];
  }

  // Records the nodes that were added since the last call: what they stand for, and what they read.
  void note_nodes(bool is_copy) {
    while (result_.made_for.size() < graph().nodes.size()) {
      const Node& node = graph().nodes[result_.made_for.size()];
      result_.made_for.push_back(now_);
      result_.is_copy.push_back(is_copy);
      for (const ValueId id : node.outputs)
        // Such nodes are no part of patterns.
        if (is_copy && node.outputs.size() > 1) uses(id) = INT32_MAX / 2;
      for (const Operand& operand : node.operands)
        if (!is_copy && operand.is_value()) ++uses(operand.value);
    }
  }

  // Nothing reads the value any more: its operands lose a use, too.
  void release(ValueId id) {
    const Node* const node = graph().producer(id);
    if (!node) return;
    for (const Operand& operand : node->operands)
      if (operand.is_value() && --uses(operand.value) == 0) release(operand.value);
  }

  // Applies rules to a value until none fires.
  ValueId last_form(ValueId id) {
    // No rule undoes another one. The limit is there so that a defect cannot make it loop forever.
    constexpr int kMaxSteps = 16;
    for (int step = 0; step < kMaxSteps; ++step) {
      const ValueId next = step_from(id);
      if (next == id || !builder_.status().ok()) return next;
      if (uses(id) == 0) release(id);
      id = next;
    }
    return id;
  }

  // Applies the first rule that fires, if any. The replacement must have the type of what it
  // replaces; an exact rule must also keep the order in which kernels sum.
  ValueId step_from(ValueId id) {
    const Node* const node = graph().producer(id);
    if (!node) return id;
    ValueId found = id;
    for (const RuleSet::Compiled& rule : rules_.of(node->op)) {
      const bool fired = match(graph(), rule.left, id, [&](Bindings& bindings) {
        if ((rule.when && !rule.when(graph(), bindings)) || !may_apply(bindings, id)) return false;
        const int fired_before = result_.fired;
        const ops::Value value = replacement(rule.right, bindings);
        if (!builder_.status().ok()) return true;
        const bool fits = graph().type(value.id()) == graph().type(id) &&
                          (rule.exactness == PassClass::kTolerance || keeps_order(id, value.id()));
        if (!fits) {
          if (uses(value.id()) == 0) release(value.id());
          result_.fired = fired_before;
          return false;
        }
        found = value.id();
        return true;
      });
      if (!fired) continue;
      ++result_.fired;
      return found;
    }
    return id;
  }

  // Writes the right side; rules are tried on each node of it.
  ops::Value replacement(const PatternTerm& term, const Bindings& bindings) {
    const ops::Value value = emit(builder_, term, bindings, [&](ValueId made) {
      note_nodes(false);
      return last_form(made);
    });
    note_nodes(false);
    return value;
  }

  // May the rule replace the nodes that were matched? Conditions have added those that they
  // matched. The root may be read by anyone, since its readers get the replacement.
  bool may_apply(const Bindings& bindings, ValueId root) {
    const Graph& graph = rewrite_.graph();
    std::vector<int32_t> nodes = bindings.matched();
    std::ranges::sort(nodes);
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
    if (!may_match_.empty())
      for (const int32_t n : nodes)
        if (!may_match_[static_cast<size_t>(result_.made_for[static_cast<size_t>(n)])])
          return false;
    if (rules_.reads() == RuleSet::Reads::kAny) return true;
    return std::ranges::all_of(nodes, [&](int32_t n) {
      const ValueId id = graph.nodes[static_cast<size_t>(n)].outputs[0];
      return id == root || uses(id) == reads_from(nodes, id);
    });
  }

  // How often these nodes read the value.
  int32_t reads_from(std::span<const int32_t> nodes, ValueId id) {
    int32_t reads = 0;
    for (const int32_t n : nodes)
      for (const Operand& operand : graph().nodes[static_cast<size_t>(n)].operands)
        reads += operand.is_value() && operand.value == id;
    return reads;
  }

  // A kernel whose order of summation depends on strides must not get a view instead of an array,
  // nor an array instead of a view.
  bool keeps_order(ValueId before, ValueId after) {
    const Node& node = source_.nodes[static_cast<size_t>(now_)];
    if (!sensitive_[static_cast<size_t>(node.outputs[0])]) return true;
    const ValueId from = viewed(before), to = viewed(after);
    return from == to || (from == before && is_array(from) && to == after && is_array(to));
  }
  // Is the value an array of its own, not a view?
  bool is_array(ValueId id) {
    const Node* const node = graph().producer(id);
    return !node || !keeps_elements(*node) || (node->op && node->op->name == "copy");
  }
  // The value that transposes and slices look at. Their strides follow from its strides; a reshape,
  // however, may be a view or a copy.
  ValueId viewed(ValueId id) {
    for (;;) {
      const Node* const node = graph().producer(id);
      if (!node || !node->op || (node->op->name != "transpose" && node->op->name != "slice"))
        return id;
      id = node->operands[0].value;
    }
  }

  const Graph& source_;
  const RuleSet& rules_;
  const std::vector<bool>& may_match_;
  GraphRewrite rewrite_;
  GraphBuilder builder_;
  const std::vector<int32_t> source_uses_;
  const std::vector<bool> sensitive_;  // by value of the source, as stride_sensitive gives it
  std::vector<int32_t> uses_;          // by value of the new graph
  int32_t now_ = 0;                    // node of the source
  Rewritten result_;
};

}  // namespace

Result<Rewritten> rewrite(const Graph& source, const RuleSet& rules,
                          const std::vector<bool>& may_match) {
  return Rewriter(source, rules, may_match).run();
}

}  // namespace weft::graph
