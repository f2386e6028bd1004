// Nodes of a graph's JSON that stand for a region. "op" says which kind, "bodies" has each body as
// a graph's JSON with the types of its "inputs", and "loop" has the fields of graph::Loop.
// "control.loop" and "control.cond" may be in every graph, "region.fused" and "region.bands" (row
// tiles) in one of the form kReady. To a reader that does not know one, it is an unknown operator.
#pragma once

#include <span>
#include <string_view>

#include "graph/ir/control.h"
#include "model/json/codec.h"
#include "model/json/json.h"

namespace weft::model {

// Is this "op" the name of a region that the form may have?
bool is_region_name(std::string_view op, Form form);
// `numbers`: the file's number of each value of the graph.
Result<Json> encode_region(const graph::Graph& graph, const graph::Node& node,
                           std::span<const int64_t> numbers, Form form);
// Decodes the region only; the verifier checks whether it fits the graph.
Status decode_region(std::string_view where, const Json& json, graph::Region& region, Form form);

}  // namespace weft::model
