// The part of a graph's JSON that a graph with sizes has: "sizes", by {value, example, bound}, and
// "sized", the numbers that follow from them, by {node, operand | attribute, element, number}. A
// polynomial is a list of terms [factor, size…].
#pragma once

#include <span>
#include <string_view>

#include "graph/ir/ir.h"
#include "model/json/json.h"

namespace weft::model {

// `numbers`: the number in the file of each value of the graph.
void encode_sizes(const graph::Graph& graph, std::span<const int64_t> numbers, Json& json);
// Fills in a graph that is complete otherwise; whether all fits is for the verifier to say.
Status decode_sizes(std::string_view where, const Json& json, graph::Graph& graph);

}  // namespace weft::model
