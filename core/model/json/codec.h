// Graphs as JSON. Values are numbered by definition: inputs, constants, then outputs of nodes in
// order. So a reader sees at once when a value is used before it is defined.
#pragma once

#include <span>
#include <string>

#include "graph/ir/ir.h"
#include "model/json/json.h"

namespace weft::model {

// {"nodes": […], "outputs": [ids], "states": [[input, output]], "ordinals": n, "lines":
// [texts], "libraries": {operator: library}}. "libraries" is for operators that are not built in.
// The caller stores inputs and constants, in order. Fused regions and row tiles, which the passes
// make, are only in a graph of the form kReady.
enum class Form : uint8_t { kTraced, kReady };
Result<Json> encode_graph(const graph::Graph& graph, Form form = Form::kTraced);

// Decodes into `graph`, which has its inputs and constants already, and verifies the result. Errors
// begin with `where`.
Status decode_graph(std::string_view where, const Json& json, graph::Graph& graph,
                    Form form = Form::kTraced);
// Decodes the body of a control flow node; it is verified with the graph around it.
Status decode_body_graph(std::string_view where, const Json& json, graph::Graph& body, Form form);

Json encode_type(const graph::TensorType& type);  // such as ["float32", 2, 3]
Result<graph::TensorType> decode_type(std::string_view where, const Json& json);

// The error for something that a build for some operators lacks.
Status left_out(std::string_view where, std::string_view what);

}  // namespace weft::model
