// Graphs as JSON. Values are numbered by definition: inputs, constants, then outputs of nodes, so
// that a reader sees at once when one is used before it is defined.
#pragma once

#include <span>
#include <string>

#include "graph/ir/ir.h"
#include "model/json/json.h"

namespace weft::model {

// {"nodes": […], "outputs": [ids], "states": [[input, output]], "ordinals": n, "lines":
// [texts], "libraries": {operator: library}}, the last for operators that are not built in; inputs
// and constants are the caller's to store, in order. What passes make of a graph, fused regions and
// row tiles, is only in one that is ready.
enum class Form : uint8_t { kTraced, kReady };
Result<Json> encode_graph(const graph::Graph& graph, Form form = Form::kTraced);

// `graph` holds the inputs and constants already. The result is verified; errors name `where`.
Status decode_graph(std::string_view where, const Json& json, graph::Graph& graph,
                    Form form = Form::kTraced);
// A body of control flow, which is verified with the graph around it.
Status decode_body_graph(std::string_view where, const Json& json, graph::Graph& body, Form form);

Json encode_type(const graph::TensorType& type);  // ["float32", 2, 3]
Result<graph::TensorType> decode_type(std::string_view where, const Json& json);

// The error of what a build for some operators is without.
Status left_out(std::string_view where, std::string_view what);

}  // namespace weft::model
