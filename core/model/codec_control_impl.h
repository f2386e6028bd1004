// Control flow in a graph's JSON: a node whose "op" is "control.loop" or "control.cond", with
// "bodies", each a graph's JSON and the types of its "inputs", and "loop", what graph::Loop has. A
// reader from before control flow says that it lacks this operator.
#pragma once

#include <span>
#include <string_view>

#include "graph/control.h"
#include "model/json.h"

namespace weft::model {

bool is_control_name(std::string_view op);
// `numbers`: the number in the file of each value of the graph.
Result<Json> encode_control(const graph::Graph& graph, const graph::Node& node,
                            std::span<const int64_t> numbers);
// Whether all fits is for the verifier to say.
Status decode_control(std::string_view where, const Json& json, graph::Region& region);

}  // namespace weft::model
