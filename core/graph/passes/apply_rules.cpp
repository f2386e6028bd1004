// Law: nodes that match the left side of a rule of algebra (rules/rule_table.cpp) are computed as
// its right side says. Each rule states whether it keeps every bit, and all keep the gradients.
#include "graph/passes/passes.h"
#include "graph/rules/rules.h"

namespace weft::graph {

WEFT_PASS(40, apply_rules, kExact, kWhole) {
  WEFT_ASSIGN(Rewritten rewritten, rewrite(graph, algebra()));
  if (rewritten.fired == 0) return graph;
  return remove_dead_code(rewritten.graph, context);
}

}  // namespace weft::graph
