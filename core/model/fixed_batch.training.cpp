// Shapes are found anew for the batch: graph/sizes/sizes.h.
#include "model/fixed_batch.h"

#include "base/errors.h"
#include "executor/program/program.h"
#include "graph/sizes/sizes.h"

namespace weft::model {

using graph::Graph;
using graph::TensorType;

namespace {

// The types of an entry's inputs and captures for this batch.
Result<std::vector<TensorType>> types_for(const Entry& entry, int64_t batch,
                                          std::string_view where) {
  std::vector<TensorType> types;
  const Graph& graph = entry.program->graph();
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    TensorType type = graph.type(graph.inputs[i]);
    if (i < entry.inputs.size()) {
      const TensorType& port = entry.inputs[i].type;
      if (batch > 0 && port.shape.rank() > 0) type.shape[0] = batch;
      if (batch == 0) type = port;
      for (int axis = 1; axis < port.shape.rank(); ++axis)
        if (port.shape[axis] < 0)
          return errors::unsupported(where, "entry `", entry.name, "` has any extent at axis ",
                                     axis, " of `", entry.inputs[i].name,
                                     "`; only that of axis 0, the batch, can be chosen");
    }
    types.push_back(std::move(type));
  }
  return types;
}

}  // namespace

Result<Graph> graph_of_batch(const Entry& entry, int64_t batch, std::string_view where) {
  const Graph& graph = entry.program->graph();
  const size_t dimensions = graph::count_dimensions(graph);
  const bool is_open = dimensions > 0;
  if (dimensions < graph.sizes.size())
    return errors::unsupported(where, "the shapes in entry `", entry.name,
                               "` depend on values, so it is none of fixed shapes");
  if (is_open && batch == 0)
    return errors::invalid_value(where, "`batch` must be given for entry `", entry.name,
                                 "`, which takes any batch (--batch)");
  WEFT_ASSIGN(const std::vector<TensorType> types, types_for(entry, batch, where));
  if (is_open) {
    WEFT_ASSIGN(const std::vector<int64_t> sizes, graph::dimensions_of(graph, types));
    return graph::for_sizes(graph, types, sizes);
  }
  if (batch == 0) return graph;
  Result<Graph> changed = graph::for_sizes(graph, types, {});
  if (changed.ok()) return changed;
  return errors::unsupported(where, "entry `", entry.name,
                             "` takes only the batch that it was exported with (",
                             changed.status().message(), "); export it with a dimension there");
}

Result<Entry> with_batch(const Entry& entry, int64_t batch, std::string_view where) {
  WEFT_ASSIGN(Graph graph, graph_of_batch(entry, batch, where));
  Entry fixed = entry;
  for (size_t i = 0; i < fixed.inputs.size(); ++i)
    fixed.inputs[i].type = graph.type(graph.inputs[i]);
  for (size_t i = 0; i < fixed.outputs.size(); ++i)
    fixed.outputs[i].type = graph.type(graph.outputs[i]);
  WEFT_ASSIGN(fixed.program, executor::Program::create(std::move(graph)));
  fixed.ready = {};
  return fixed;
}

}  // namespace weft::model
