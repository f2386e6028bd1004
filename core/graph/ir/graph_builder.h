// The builder that records: every operator that is emitted becomes a node of a graph.
//
// Dtypes are promoted here, by explicit cast nodes, so that everything behind the builder sees
// operands as kernels want them. Weak scalars stay operands. Composites expand into primitives. The
// builder keeps its first error; after that it records nothing and returns harmless values.
#pragma once

#include <optional>

#include "graph/ir/ir.h"
#include "ops/builder.h"

namespace weft::graph {

// Appends to one graph, which must outlive it. Settings (`set_…`) apply to the nodes made from then
// on.
class GraphBuilder final : public ops::Builder {
 public:
  explicit GraphBuilder(Graph& graph) : graph_(graph) {}

  // Records one operator: promotes its operands, completes its attributes, infers the types of its
  // outputs.
  ops::Values emit(const ops::OpDef& op, std::span<const ops::Value> inputs,
                   std::span<const ops::Argument> attributes) override;
  TensorType type(const ops::Value& value) override;

  // Adds a node of control flow (control.h), with types and ordinals as its region says.
  ops::Values add_control(Region region, std::span<const ValueId> operands);

  ops::Value input(const TensorType& type, std::string_view name = {});
  ops::Value constant(const Ref<Tensor>& content, std::string_view name = {});
  ops::Value value(ValueId id) { return {this, id}; }
  // Adds an output. An array that is not in the graph becomes a constant first.
  void output(const ops::Value& value);

  // The line of the user's program that the next nodes belong to; empty: none.
  void set_line(std::string_view text);
  // The next nodes compute again what `original` (the first output of a node) computed; kNoValue:
  // not.
  void set_clone_of(ValueId original) { clone_of_ = original; }
  // The next nodes are gradients, or come after gradients.
  void set_backward(bool backward) { backward_ = backward; }
  // The next nodes stand for `node` of a graph with the same lines: they take its line and its
  // precision, are on its side of the gradients, and are rematerialised if it is.
  void stand_for(const Node& node) {
    line_ = node.line;
    backward_ = node.backward;
    rematerialized_ = node.rematerialized;
    precision_ = node.precision;
  }
  // The next nodes may compute in this half dtype instead of float32; kFloat32: they may not.
  void set_precision(DType precision) { precision_ = precision; }
  DType precision() const { return precision_; }
  bool backward() const { return backward_; }
  // A backward pass that reads the next nodes computes them again.
  void set_rematerialized(bool rematerialized) { rematerialized_ = rematerialized; }
  bool rematerialized() const { return rematerialized_; }
  // The next random node takes this ordinal instead of a new one (graphs that compute something
  // again).
  void reuse_ordinal(int32_t ordinal) { reused_ordinal_ = ordinal; }

  Graph& graph() { return graph_; }

 private:
  std::optional<ops::Value> part_of_pair(const ops::OpDef& op, std::span<const ops::Value> inputs);
  // An array that is not in the graph becomes a constant.
  Operand operand_of(const ops::Value& value);
  // Appends a primitive; its operands are promoted and its attributes complete.
  ops::Values append(const ops::OpDef& op, std::vector<Operand> operands,
                     std::span<const ops::Argument> attributes);
  // Casts operands to the dtypes that the operator's rule of promotion asks for.
  Status promote(const ops::OpDef& op, std::vector<Operand>& operands);
  // What an operator gives after an error.
  ops::Values harmless(const ops::OpDef& op, std::span<const ops::Argument> attributes);

  Graph& graph_;
  int32_t line_ = -1;
  int32_t reused_ordinal_ = -1;  // -1: the next random node takes a new ordinal
  ValueId clone_of_ = kNoValue;
  bool backward_ = false;
  bool rematerialized_ = false;
  DType precision_ = DType::kFloat32;
};

// Appends the nodes of `source` to the builder's graph, with its inputs replaced by `inputs`.
// Returns, by value of `source`, what it became. Ordinals, clones and lines are kept; errors go to
// the builder.
std::vector<ops::Value> inline_graph(GraphBuilder& builder, const Graph& source,
                                     std::span<const ops::Value> inputs);

// Applies the outputs of `source`, a graph without states and regions, through any builder, eager
// ones too; only effects, and the nodes that these and the outputs need. Random nodes draw anew.
ops::Values emit_graph(ops::Builder& builder, const Graph& source,
                       std::span<const ops::Value> inputs);

}  // namespace weft::graph
