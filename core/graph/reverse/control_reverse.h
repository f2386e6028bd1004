// The gradient of control flow, which is control flow again.
//
// The gradient of a loop is a loop over its rows in the opposite direction. It carries the
// cotangents of the carried values, and the sums of the gradients of captured operands. Each
// iteration computes the body's values again, from its rows and from the carried values at its
// start; the original loop stacks these carried values for that (Griewank and Walther, Evaluating
// Derivatives, chapter 12: one checkpoint for each iteration). The gradient of a cond runs the
// gradient of the branch that ran, which starts with running that branch.
#pragma once

#include <span>
#include <vector>

#include "graph/ir/graph_builder.h"

namespace weft::graph {

// The gradient of node `node` of the builder's graph; the node gets more outputs where its gradient
// needs them. `cotangents`: by output, absent where zero. `needed`: by operand, whether its
// gradient is asked for. The result is by operand, absent where it is zero or not asked for.
Result<std::vector<ops::Value>> reverse_control(GraphBuilder& builder, size_t node,
                                                std::span<const ops::Value> cotangents,
                                                const std::vector<bool>& needed);

}  // namespace weft::graph
