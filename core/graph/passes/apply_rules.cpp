// Law: what the left side of a rule of algebra matches (rule_table.cpp) is computed as its right
// side says; each rule states whether it keeps every bit, and all keep what gradients are.
#include "graph/passes/passes.h"
#include "graph/rules/rules.h"

namespace weft::graph {

WEFT_PASS(40, apply_rules, kExact, kWhole) {
  WEFT_ASSIGN(Rewritten rewritten, rewrite(graph, algebra()));
  if (rewritten.fired == 0) return graph;
  return remove_dead_code(rewritten.graph, context);
}

}  // namespace weft::graph
