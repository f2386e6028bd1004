// The gradient of control flow: again control flow.
//
// The gradient of a loop is a loop over its rows the other way round. What it carries are the
// cotangents of the carried values and the sums of the gradients of what the body captures; what
// the body computed, each iteration computes again, from its rows and from the carried values that
// it started with, which the loop itself stacks for that (Griewank and Walther, Evaluating
// Derivatives, chapter 12: one checkpoint an iteration). The gradient of a cond runs the gradient
// of the branch that ran, which starts with that branch.
#pragma once

#include <span>
#include <vector>

#include "graph/ir/graph_builder.h"

namespace weft::graph {

// Of node `node` of the builder's graph, which is given more outputs where its gradient needs them.
// `cotangents`: by output, absent where zero; by operand: is the gradient asked for? The result is
// by operand, too, absent where it is zero or not asked for.
Result<std::vector<ops::Value>> reverse_control(GraphBuilder& builder, size_t node,
                                                std::span<const ops::Value> cotangents,
                                                const std::vector<bool>& needed);

}  // namespace weft::graph
