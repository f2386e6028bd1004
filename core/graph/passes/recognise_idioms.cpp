// Law: attention, normalisations, softmax and its cross entropy that a program writes out by hand
// (rules/idioms.cpp) become the operator that has a kernel for them, where nothing else reads the
// values in between. Then less is computed, and less is kept for the backward pass. The pass runs
// before gradients are taken, so the gradients are the operator's own. Sums are taken in another
// order: class tolerance.
#include "graph/passes/passes.h"
#include "graph/rules/rules.h"

namespace weft::graph {

WEFT_PASS(20, recognise_idioms, kTolerance, kSource) {
  WEFT_ASSIGN(Rewritten rewritten, rewrite(graph, hand_written()));
  if (rewritten.fired == 0) return graph;
  return remove_dead_code(rewritten.graph, context);
}

}  // namespace weft::graph
