// Runs a graph node by node, each as a plan of its own: what folding calls, and the reference
// that plans are compared with.
#pragma once

#include <span>
#include <vector>

#include "graph/ir/ir.h"

namespace weft::executor {

// `inputs[i]`: the array for operand i, null where it is a scalar or absent. As in an eager call,
// view operators give views and other results are dense.
Result<std::vector<Ref<Tensor>>> evaluate_node(const graph::Graph& graph, const graph::Node& node,
                                               std::span<const Ref<Tensor>> inputs,
                                               uint64_t seed = 0, uint64_t first_ordinal = 0);

// For graph passes, which know no seeds: they fold no random nodes.
Result<std::vector<Ref<Tensor>>> fold_node(const graph::Graph& graph, const graph::Node& node,
                                           std::span<const Ref<Tensor>> inputs);

// Outputs are dense.
Result<std::vector<Ref<Tensor>>> evaluate(const graph::Graph& graph,
                                          std::span<const Ref<Tensor>> inputs, uint64_t seed = 0,
                                          uint64_t first_ordinal = 0);

}  // namespace weft::executor
