// Control flow: regions that run a body several times, or one of two bodies.
//
//   loop   operands      [count] sliced… carried… captured…
//          body          a row of each sliced…, carried…, captured… → carried…, stacked…
//          node outputs  carried…, [trips], stacked…
//   cond   operands      predicate, captured…
//          bodies        captured… → outputs…, of the same types
//
// Iteration i reads row i of what is sliced along axis 0 and writes row i of what is stacked; it
// gets the carried values as the iteration before it left them, the first one the operands. A loop
// *while true* ends where its first carried value, a bool, is false, and says as `trips`, int64,
// how many iterations there were. A *counted* one has as many as its first operand says. Rows of
// iterations that there were not are zero. *Backwards* the last row comes first.
//
// A body reads nothing that is not among its inputs, and has no states, effects or sizes of its
// own; its numbers may follow from the sizes of the graph around it. Its random nodes take fresh
// ordinals for each row: a node owns `most` times as many as its body has, a cond as many as the
// body with more.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

bool is_control(const Region& region);
// The region of a control node; null for another node.
const Region* control_of(const Graph& graph, const Node& node);
inline size_t first_sliced(const Region& region) { return region.loop.counted ? 1 : 0; }
inline size_t first_carried(const Region& region) {
  return first_sliced(region) + static_cast<size_t>(region.loop.sliced);
}
inline size_t first_stacked(const Region& region) {  // output of the node
  return static_cast<size_t>(region.loop.carried) + (region.loop.while_true ? 1 : 0);
}
// Operands before those that are the body's inputs.
inline size_t first_body_operand(const Region& region) {
  return region.kind == RegionKind::kCond ? 1 : first_sliced(region);
}

// What the body gets of an operand: all of it, or a row.
TensorType body_input_type(const Region& region, size_t operand, const TensorType& type);
// Of the node, as the body has them.
std::vector<TensorType> control_output_types(const Region& region);
int64_t ordinals_of(const Region& region);

// Does it run on the thread that runs the plan only: the operator, or one in a body?
bool runs_on_caller(const Graph& graph, const Node& node);

// The sizes of the graph that numbers in the bodies of a node follow from.
std::vector<int32_t> sizes_in_bodies(const Graph& graph, const Node& node);

// The rule of the verifier.
Status control_is_sound(const Graph& graph, const Node& node);

// The region with its bodies made for these types of the node's operands. Refuses a carried value
// that would change its type.
Result<Region> with_operand_types(const Region& region, std::span<const TensorType> operands);

// Forgets the source lines that made the nodes, also those of bodies.
void forget_lines(Graph& graph);

// The same with other bodies.
template <class Change>
Result<Region> with_bodies(const Region& region, const Change& change) {
  Region result = region;
  for (std::shared_ptr<const Graph>* body : {&result.body, &result.otherwise}) {
    if (!*body) continue;
    WEFT_ASSIGN(Graph changed, change(**body));
    *body = std::make_shared<const Graph>(std::move(changed));
  }
  return result;
}

}  // namespace weft::graph
