// Lifts constants, innermost bodies first. The two bodies of a branch have the same inputs, so each
// gets an input for the constants of the other, too.
#include "graph/ir/body_constants.h"

#include "graph/ir/control.h"

namespace weft::graph {
namespace {

// Turns the constants of a body into inputs, behind those it has.
std::vector<Constant> take_constants(Graph& body) {
  std::vector<Constant> taken = std::move(body.constants);
  body.constants.clear();
  for (const Constant& constant : taken) {
    Value& value = body.values[static_cast<size_t>(constant.value)];
    value.origin = Origin::kInput;
    value.index = static_cast<int32_t>(body.inputs.size());
    body.inputs.push_back(constant.value);
  }
  return taken;
}

// Inputs of the types of these constants, which belong to the graph `of`.
void add_inputs(Graph& body, const std::vector<Constant>& constants, const Graph& of) {
  for (const Constant& constant : constants) body.add_input(of.type(constant.value));
}

// Adds a constant of a body to the graph around it.
ValueId add(Graph& graph, const Graph& body, Constant constant) {
  const auto id = static_cast<ValueId>(graph.values.size());
  graph.values.push_back({body.type(constant.value),
                          {},
                          Origin::kConstant,
                          static_cast<int32_t>(graph.constants.size()),
                          0});
  constant.value = id;
  graph.constants.push_back(std::move(constant));
  return id;
}

// Lifts the constants of one node's bodies.
void lift(Graph& graph, Node& node, Region& region) {
  Graph body = with_constants_outside(*region.body);
  std::vector<Constant> constants = take_constants(body);
  for (Constant& constant : constants)
    node.operands.push_back(Operand::of_value(add(graph, body, constant)));
  if (region.otherwise) {  // both bodies have all inputs
    Graph other = with_constants_outside(*region.otherwise);
    add_inputs(other, constants, body);
    std::vector<Constant> others = take_constants(other);
    add_inputs(body, others, other);
    for (Constant& constant : others)
      node.operands.push_back(Operand::of_value(add(graph, other, constant)));
    region.otherwise = std::make_shared<const Graph>(std::move(other));
  }
  region.body = std::make_shared<const Graph>(std::move(body));
}

}  // namespace

Graph with_constants_outside(Graph graph) {
  for (Node& node : graph.nodes) {
    if (!control_of(graph, node)) continue;
    lift(graph, node, graph.regions[static_cast<size_t>(node.region)]);
  }
  return graph;
}

}  // namespace weft::graph
