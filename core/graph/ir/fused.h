// What a fused region holds: elementwise nodes of one shape, and what ends it: reductions of what
// they make, all over the same axes, or one operator on rows. These are read by nobody inside, and
// are its last outputs. The last inputs are those that the operator on rows alone reads.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// One formula, or a cast.
bool is_elementwise(const Node& node);
// A reduction that may end a region.
bool is_reduction(const Node& node);
uint32_t reduced_axes(const Graph& graph, const Node& reduction);

// Row i of its result, along the last axis, follows from row i of its first operand and from its
// others whole: it may end a region.
bool works_on_rows(const Node& node);
// Of a region that ends in one, else null; and how many inputs it reads.
const Node* row_operator(const Graph& body);
size_t row_inputs(const Graph& body);

// The shape of a region's elementwise nodes.
const Shape& shape_of_fused(const Graph& body);
bool has_reductions(const Graph& body);

// For the verifier.
Status fused_is_sound(const Graph& graph, const Node& node);

}  // namespace weft::graph
