// Runs a graph node by node, each node as a plan of its own. Constant folding calls it, and tests
// use it as the reference that plans are compared with. It is slow: every node is planned and
// allocates.
#pragma once

#include <span>
#include <vector>

#include "graph/ir/ir.h"

namespace weft::executor {

// Runs one node. `inputs[i]` is the array for operand i; null where that is a scalar or absent. As
// in an eager call, view operators give views of their input and other results are dense.
Result<std::vector<Ref<Tensor>>> evaluate_node(const graph::Graph& graph, const graph::Node& node,
                                               std::span<const Ref<Tensor>> inputs,
                                               uint64_t seed = 0, uint64_t first_ordinal = 0);

// For graph passes, which know no seed: they fold no random nodes.
Result<std::vector<Ref<Tensor>>> fold_node(const graph::Graph& graph, const graph::Node& node,
                                           std::span<const Ref<Tensor>> inputs);

// Runs the whole graph in its order. Outputs are dense.
Result<std::vector<Ref<Tensor>>> evaluate(const graph::Graph& graph,
                                          std::span<const Ref<Tensor>> inputs, uint64_t seed = 0,
                                          uint64_t first_ordinal = 0);

}  // namespace weft::executor
