// The graph: operators on SSA values, in topological order.
//
// A value is defined once, by an input, a constant or a node, and has a type. A node applies an
// operator to operands (values or weak scalars), or stands for a *region*: a sub-graph that runs as
// one step. All computation is in the operators, so a graph is plain data: it can be printed
// (text.h), checked (verifier.h), rewritten (passes/), reversed (reverse.h) and saved.
//
// Extents are numbers. with_input_types makes the graph for other input types; for_sizes (sizes.h)
// makes the one for other dimensions, or for sizes that the graph computes itself.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph/sizes/polynomial.h"
#include "ops/op.h"
#include "runtime/tensor.h"

namespace weft::graph {

using ops::TensorType;

using ValueId = int32_t;  // index into Graph::values
inline constexpr ValueId kNoValue = -1;

// What a node is applied to. A weak scalar stays a scalar: its dtype follows from the arrays beside
// it.
struct Operand {
  enum class Kind : uint8_t { kAbsent, kValue, kScalar };
  Kind kind = Kind::kAbsent;
  ValueId value = kNoValue;
  ops::Argument scalar;

  static Operand of_value(ValueId id) { return {Kind::kValue, id, {}}; }
  static Operand of_scalar(ops::Argument scalar) { return {Kind::kScalar, kNoValue, scalar}; }
  bool is_value() const { return kind == Kind::kValue; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  friend bool operator==(const Operand& a, const Operand& b) {
    return a.kind == b.kind && a.value == b.value && same_argument(a.scalar, b.scalar);
  }
};

// What defines a value.
enum class Origin : uint8_t { kInput, kConstant, kNode };

// An SSA value; its id is its index in Graph::values.
struct Value {
  TensorType type;
  std::string name;  // may be empty; a name that is not empty occurs once
  Origin origin = Origin::kNode;
  int32_t index = -1;  // of the input, constant or node that defines it
  int32_t output = 0;  // which output of the node
};

// The application of an operator or a region. Numbers that do not apply are -1.
struct Node {
  const ops::OpDef* op = nullptr;  // null: a region
  ops::Attributes attributes;      // all of them, in the order of the schema
  std::vector<Operand> operands;
  std::vector<ValueId> outputs;
  // Set for a node that computes a value again (rematerialisation): the id of the first output of
  // the original. Passes that merge equal nodes leave it alone, else they would undo the
  // recomputation.
  int32_t clone_of = -1;
  // For a random node: its number in the order of the trace. It selects the random stream, so a
  // clone with the same ordinal draws the same numbers.
  int32_t ordinal = -1;
  // For a node with an effect: its number in the order of effects.
  int32_t effect = -1;
  int32_t region = -1;  // index into Graph::regions
  int32_t line = -1;    // index into Graph::lines: the source line that made it
  // The node was made when gradients had begun, in a graph that has its gradients inside (a
  // training step).
  bool backward = false;
  // Mixed precision was asked for: float32 arithmetic may run in this half dtype. kFloat32: it was
  // not.
  DType precision = DType::kFloat32;
  // The node is in a checkpoint: a backward pass computes it again instead of keeping its result.
  bool rematerialized = false;
};

// Does the node draw uniform float32 numbers, one for each element? Tile programs can do that, too.
bool draws_floats(const Node& node, const TensorType& out);

// Does the result hold the elements of the operand, at other places or repeated? Values never
// change, so a plan may use a view of the operand.
bool keeps_elements(const Node& node);

class Graph;

// The kinds of region. There is one construct for everything that runs a sub-graph as one step. The
// body's inputs are the node's operands and its outputs the node's outputs, except for control flow
// (control.h). How a region runs is decided late, by lowering.
enum class RegionKind : uint8_t {
  kFused,     // elementwise nodes of one shape: a tile program
  kRowTiles,  // a loop over row tiles with line buffers: row_tiles.h
  kLoop,      // runs the body for each row of arrays, or while a carried value is true: control.h
  kCond,      // runs one of two bodies: control.h
};
// Limits of a fused region: those of the tile program that it becomes.
inline constexpr size_t kMaxFusedArrays = 16;  // inputs, scalars and outputs
inline constexpr size_t kMaxFusedNodes = 48;
inline constexpr size_t kMaxFusedOperands = 3;  // of one node

// How often a loop runs its body, and on what; control.h explains the terms. In a loop over row
// tiles, `maximum` is the number of rows that are made at a time (row_tiles.h), and all other
// members keep their defaults.
struct Loop {
  int32_t sliced = 0;   // operands that an iteration gets one row of
  int32_t carried = 0;  // values that an iteration hands to the next one
  int64_t maximum = 0;  // iterations; also the extent of axis 0 of all sliced and stacked arrays
  bool while_true = false;  // the loop ends when the first carried value is false
  bool counted = false;     // the first operand is the number of iterations
  bool backwards = false;   // the last row comes first
  friend bool operator==(const Loop&, const Loop&) = default;
};

struct RowWindow;  // row_tiles.h
// Tells which rows a kernel that is not the library's own reads to make a row; nothing: it cannot
// make single rows.
using RowWindows = std::optional<RowWindow> (*)(const Graph& graph, const Node& node);

// A sub-graph. Bodies are shared by copies of a graph, so they never change; a changed body is a
// new one.
struct Region {
  RegionKind kind = RegionKind::kFused;
  std::shared_ptr<const Graph> body;
  std::shared_ptr<const Graph> otherwise{};  // kCond: the body if the first operand is false
  Loop loop{};
  RowWindows windows = nullptr;  // kRowTiles: of a target's kernels; null: the library's
};

// A content that is part of the graph. It is a held value on a box of its own, so later writes to
// the array that it was taken from are not seen.
struct Constant {
  ValueId value = kNoValue;
  Ref<Tensor> content;
  HeldValue held;
};

// An input and an output that are the old and the new content of one array (a running mean, a
// moment of an optimizer). The caller may give the same memory for both.
struct StatePair {
  int32_t input = -1;   // index into Graph::inputs
  int32_t output = -1;  // index into Graph::outputs
  friend bool operator==(const StatePair&, const StatePair&) = default;
};

// An axis of an input.
struct InputAxis {
  int32_t input = -1;  // index into Graph::inputs
  int32_t axis = 0;
  friend bool operator==(const InputAxis&, const InputAxis&) = default;
};

// A number that only a run knows (sizes.h): a value that the graph computes, or a *dimension*, the
// extent of inputs at some axes.
struct Size {
  ValueId value = kNoValue;  // int64 without axes, at least 0; kNoValue: a dimension
  int64_t example = 0;       // its value in this graph
  Polynomial bound;          // the largest value, from the sizes before it
  // Set for a dimension only: its name, the smallest extent, and where inputs have it.
  std::string name;
  int64_t minimum = 0;
  std::vector<InputAxis> axes;

  bool is_dimension() const { return value == kNoValue; }
  friend bool operator==(const Size&, const Size&) = default;
};

// A number in a node that follows from sizes: a scalar operand, or an attribute or an element of
// one.
struct SizedNumber {
  int32_t node = -1;       // index into Graph::nodes
  int32_t operand = -1;    // index of the operand, or -1
  int32_t attribute = -1;  // index of the attribute, or -1
  int32_t element = -1;    // index in a list, or -1
  Polynomial number;
  friend bool operator==(const SizedNumber&, const SizedNumber&) = default;
};

// The graph itself. Members are public: passes build new graphs from them, and the verifier checks
// the result.
class Graph {
 public:
  std::vector<Value> values;
  std::vector<Node> nodes;  // topological order
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;  // a value may occur several times
  std::vector<Constant> constants;
  std::vector<StatePair> states;
  std::vector<Region> regions;
  std::vector<std::string> lines;  // source lines that nodes refer to
  // Random ordinals that a run uses up, including those of nodes that passes removed: so removing a
  // node does not change what the others draw.
  int32_t ordinals = 0;
  // The number of nodes with an effect. They stand in the order of their numbers, 0 to effects - 1,
  // without a gap: every run makes all effects in this order.
  int32_t effects = 0;
  // Dimensions come first. Every other size is computed from nothing that depends on it or on a
  // later size.
  std::vector<Size> sizes;
  // In the order of their nodes.
  std::vector<SizedNumber> sized;

  // Appends an input; its name may be empty.
  ValueId add_input(const TensorType& type, std::string_view name = {});
  // Holds the content as it is now.
  Result<ValueId> add_constant(const Ref<Tensor>& content, std::string_view name = {});
  // Appends a node and makes the values of its outputs; returns its index. An effect without a
  // number gets the next one.
  int32_t add_node(Node node, std::span<const TensorType> outputs);
  // These return the index that nodes refer to; add_line returns -1 for an empty text.
  int32_t add_region(Region region);
  int32_t add_line(std::string_view text);

  const TensorType& type(ValueId id) const { return values[static_cast<size_t>(id)].type; }
  // The node that defines a value; null for inputs and constants. The pointer is good until nodes
  // change.
  const Node* producer(ValueId id) const;
  std::vector<TensorType> input_types() const;
  std::vector<TensorType> output_types() const;
};

// By value: how often it is read, by nodes and as an output of the graph.
std::vector<int32_t> count_uses(const Graph& graph);

// By value: does a kernel that reads it, or a view of it, add numbers in an order that depends on
// strides? Such a value must be the same kind of array, view or dense, in eager calls and in plans,
// or sums would differ in their last bits.
std::vector<bool> stride_sensitive(const Graph& graph);

// The types of a node's operands as inference wants them: a weak scalar has rank 0 and the dtype
// that it is promoted to; an absent operand has rank -1.
Result<std::vector<TensorType>> operand_types(const Graph& graph, const Node& node);

// The same graph with its nodes in another topological order.
Graph with_node_order(const Graph& graph, std::span<const int32_t> order);

// The graph without these inputs, and without the outputs that are their new contents. Fails where
// an input is read.
Result<Graph> without_states(const Graph& graph, std::span<const int32_t> inputs);

// The same computation for other input types: promotion and inference run again. Fails where an
// attribute only fits the old shapes.
Result<Graph> with_input_types(const Graph& graph, std::span<const TensorType> types);

}  // namespace weft::graph
