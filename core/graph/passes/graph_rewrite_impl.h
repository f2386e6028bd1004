// Copies a graph node by node, so that a pass says only what it changes.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

class GraphRewrite {
 public:
  enum class Inputs : uint8_t { kAll, kNone };
  // Takes over source lines; with the inputs also the counts of ordinals and effects.
  explicit GraphRewrite(const Graph& from, Inputs inputs = Inputs::kAll);

  // A value of the old graph as one more input of the new one.
  void take_input(ValueId old);

  // What a value of the old graph is in the new one; constants are copied at their first use.
  ValueId map(ValueId old);
  void set(ValueId old, ValueId replacement) { map_[static_cast<size_t>(old)] = replacement; }
  Operand map(const Operand& operand);

  void copy(const Node& node);
  // Outputs and states of the old graph; the result.
  Graph finish();

  Graph& graph() { return to_; }

 private:
  const Graph& from_;
  Graph to_;
  std::vector<ValueId> map_;
};

}  // namespace weft::graph
