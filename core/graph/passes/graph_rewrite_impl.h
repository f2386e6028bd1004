// Copies a graph node by node, so that a pass writes down only what it changes.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// The new graph in the making, and the map from values of the old one to its values.
class GraphRewrite {
 public:
  enum class Inputs : uint8_t { kAll, kNone };
  // Takes over source lines; with the inputs, also the counts of ordinals and effects.
  explicit GraphRewrite(const Graph& from, Inputs inputs = Inputs::kAll);

  // A value of the old graph becomes one more input of the new one.
  void take_input(ValueId old);

  // The new value for an old one; kNoValue if there is none yet. Constants are copied at their
  // first use.
  ValueId map(ValueId old);
  // From now on, readers of `old` read `replacement`.
  void set(ValueId old, ValueId replacement) { map_[static_cast<size_t>(old)] = replacement; }
  Operand map(const Operand& operand);

  // Appends the node as it is, with mapped operands.
  void copy(const Node& node);
  // Adds outputs and states of the old graph and returns the result.
  Graph finish();

  Graph& graph() { return to_; }

 private:
  const Graph& from_;
  Graph to_;
  std::vector<ValueId> map_;
};

}  // namespace weft::graph
