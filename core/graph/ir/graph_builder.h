// The builder that records: every emitted operator becomes a node of a graph.
//
// Dtypes are promoted here, by explicit cast nodes, so that everything behind it sees operands
// as kernels want them; weak scalars stay operands. Composites expand into primitives.
#pragma once

#include "graph/ir/ir.h"
#include "ops/builder.h"

namespace weft::graph {

class GraphBuilder final : public ops::Builder {
 public:
  explicit GraphBuilder(Graph& graph) : graph_(graph) {}

  ops::Values emit(const ops::OpDef& op, std::span<const ops::Value> inputs,
                   std::span<const ops::Argument> attributes) override;
  TensorType type(const ops::Value& value) override;

  // A node of control flow (control.h), with types and ordinals as its region has them.
  ops::Values add_control(Region region, std::span<const ValueId> operands);

  ops::Value input(const TensorType& type, std::string_view name = {});
  ops::Value constant(const Ref<Tensor>& content, std::string_view name = {});
  ops::Value value(ValueId id) { return {this, id}; }
  void output(const ops::Value& value);  // an array that is not in the graph becomes a constant

  // The line of the user's program that nodes are made for from now on; empty: none.
  void set_line(std::string_view text);
  // Nodes made from now on compute again what `original` (a first output) computed; kNoValue: none.
  void set_clone_of(ValueId original) { clone_of_ = original; }
  // Nodes made from now on are gradients, or come after them.
  void set_backward(bool backward) { backward_ = backward; }
  // Nodes made from now on stand for `node`, of a graph with the same lines: they take its line and
  // its side of the gradients, and are computed again as it would be.
  void stand_for(const Node& node) {
    line_ = node.line;
    backward_ = node.backward;
    rematerialized_ = node.rematerialized;
    precision_ = node.precision;
  }
  // Nodes made from now on may compute in this dtype instead of float32; kFloat32: may not.
  void set_precision(DType precision) { precision_ = precision; }
  DType precision() const { return precision_; }
  bool backward() const { return backward_; }
  // Nodes made from now on are computed again by a backward that reads them.
  void set_rematerialized(bool rematerialized) { rematerialized_ = rematerialized; }
  bool rematerialized() const { return rematerialized_; }
  // The next random node takes this ordinal instead of a new one (graphs that are rematerialised).
  void reuse_ordinal(int32_t ordinal) { reused_ordinal_ = ordinal; }

  Graph& graph() { return graph_; }

 private:
  Operand operand_of(const ops::Value& value);
  ops::Values append(const ops::OpDef& op, std::vector<Operand> operands,
                     std::span<const ops::Argument> attributes);
  Status promote(const ops::OpDef& op, std::vector<Operand>& operands);
  ops::Values harmless(const ops::OpDef& op, std::span<const ops::Argument> attributes);

  Graph& graph_;
  int32_t line_ = -1;
  int32_t reused_ordinal_ = -1;
  ValueId clone_of_ = kNoValue;
  bool backward_ = false;
  bool rematerialized_ = false;
  DType precision_ = DType::kFloat32;
};

// Appends `source`'s nodes to the builder's graph, its inputs replaced by `inputs`; gives what
// each value of `source` became. Ordinals, clones and lines are kept; errors go to the builder.
std::vector<ops::Value> inline_graph(GraphBuilder& builder, const Graph& source,
                                     std::span<const ops::Value> inputs);

// The outputs of `source`, a graph without states and regions, applied through any builder: only
// the nodes that the outputs need. Random nodes draw anew.
ops::Values emit_graph(ops::Builder& builder, const Graph& source,
                       std::span<const ops::Value> inputs);

}  // namespace weft::graph
