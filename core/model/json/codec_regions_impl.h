// Nodes of a graph's JSON that stand for a region: "op" says which kind, "bodies" has each body as
// a graph's JSON with the types of its "inputs", "loop" what graph::Loop has. "control.loop" and
// "control.cond" are in every graph; "region.fused" and "region.bands" in one that is ready. A
// reader that does not know one says that it lacks this operator.
#pragma once

#include <span>
#include <string_view>

#include "graph/ir/control.h"
#include "model/json/codec.h"
#include "model/json/json.h"

namespace weft::model {

bool is_region_name(std::string_view op, Form form);
// `numbers`: the number in the file of each value of the graph.
Result<Json> encode_region(const graph::Graph& graph, const graph::Node& node,
                           std::span<const int64_t> numbers, Form form);
// Whether all fits is for the verifier to say.
Status decode_region(std::string_view where, const Json& json, graph::Region& region, Form form);

}  // namespace weft::model
