// Control flow: regions that run a body several times, or one of two bodies.
//
//   loop   operands      [count] sliced… carried… captured…
//          body          a row of each sliced…, carried…, captured… → carried…, stacked…
//          node outputs  carried…, [trips], stacked…
//   cond   operands      predicate, captured…
//          bodies        captured… → outputs…, of the same types
//
// Iteration i reads row i (along axis 0) of each sliced array and writes row i of each stacked one.
// It gets the carried values as the iteration before it left them; the first iteration gets the
// operands. A loop *while true* ends when its first carried value, a bool, is false; its output
// `trips`, int64, is the number of iterations. A *counted* loop runs as often as its first operand
// says. The rows of iterations that did not run are zero. A loop that runs *backwards* starts at
// the last row.
//
// A body reads only its inputs, and has no states, effects or sizes of its own; its numbers may
// follow from sizes of the graph around it. Its random nodes take fresh ordinals for each row: a
// loop owns `maximum` times as many ordinals as its body has, a cond as many as the body with more.
#pragma once

#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// Is it a loop or a cond?
bool is_control(const Region& region);
// The region of a control node; null for another node.
const Region* control_of(const Graph& graph, const Node& node);
// The first operand of each kind, and the first stacked output of the node.
inline size_t first_sliced(const Region& region) { return region.loop.counted ? 1 : 0; }
inline size_t first_carried(const Region& region) {
  return first_sliced(region) + static_cast<size_t>(region.loop.sliced);
}
inline size_t first_stacked(const Region& region) {
  return static_cast<size_t>(region.loop.carried) + (region.loop.while_true ? 1 : 0);
}
// The first operand that is an input of the body.
inline size_t first_body_operand(const Region& region) {
  return region.kind == RegionKind::kCond ? 1 : first_sliced(region);
}

// The type that the body sees for an operand of this type: the whole array, or a row.
TensorType body_input_type(const Region& region, size_t operand, const TensorType& type);
// The types of the node's outputs, from those of the body.
std::vector<TensorType> control_output_types(const Region& region);
// The random ordinals that a node of this region owns.
int64_t ordinals_of(const Region& region);

// Must the node run on the thread that runs the plan, because its operator or one in a body calls
// the host?
bool runs_on_caller(const Graph& graph, const Node& node);

// The sizes of the graph that numbers in the node's bodies follow from.
std::vector<int32_t> sizes_in_bodies(const Graph& graph, const Node& node);

// The verifier's rule.
Status control_is_sound(const Graph& graph, const Node& node);

// The region with its bodies made for these types of the node's operands. Refuses a carried value
// that would change its type from one iteration to the next.
Result<Region> with_operand_types(const Region& region, std::span<const TensorType> operands);

// Removes the source lines of all nodes, in bodies, too.
void forget_lines(Graph& graph);

// The region with changed bodies: `change` takes a body and gives a Result<Graph>.
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
