// The rules of fused regions. A fused region has elementwise nodes of one shape, and may end in
// reductions of their results (all over the same axes) or in one operator on rows. Nothing inside
// reads the results of these ends, and they are the region's last outputs. Inputs that only the
// operator on rows reads are the last inputs.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// Is it one formula, or a cast?
bool is_elementwise(const Node& node);
// Is it a reduction that may end a region?
bool is_reduction(const Node& node);
// The axes that the reduction reduces, a bit for each.
uint32_t reduced_axes(const Graph& graph, const Node& reduction);

// May the node end a region as an operator on rows? Row i of its result, along the last axis,
// depends on row i of its first operand and on its other operands as a whole.
bool works_on_rows(const Node& node);
// The operator on rows that the region ends in, or null; and how many inputs only it reads.
const Node* row_operator(const Graph& body);
size_t row_inputs(const Graph& body);

// The shape of the region's elementwise nodes.
const Shape& shape_of_fused(const Graph& body);
bool has_reductions(const Graph& body);

// The verifier's rule.
Status fused_is_sound(const Graph& graph, const Node& node);

}  // namespace weft::graph
