// The part of a graph's JSON that a graph with sizes has. "sizes" lists them as {value, example,
// bound}; "sized" lists the numbers that follow from them as {node, operand | attribute, element,
// number}. A polynomial is a list of terms [factor, size…], where
// [size, factor, offset, divisor] stands for a quotient of a size.
#pragma once

#include <span>
#include <string_view>

#include "graph/ir/ir.h"
#include "model/json/json.h"

namespace weft::model {

// `numbers`: the file's number of each value of the graph.
void encode_sizes(const graph::Graph& graph, std::span<const int64_t> numbers, Json& json);
// Fills in a graph that is complete otherwise; the verifier checks whether all fits.
Status decode_sizes(std::string_view where, const Json& json, graph::Graph& graph);

}  // namespace weft::model
