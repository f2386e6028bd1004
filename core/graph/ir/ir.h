// The graph: operators on SSA values, in topological order.
//
// A value is defined once, by an input, a constant or a node, and has a type. A node applies an
// operator to operands (values or weak scalars) or stands for a *region*, a sub-graph that is run
// as one step. Everything that computes is in the nodes' operators, so a graph is data: it can be
// printed, checked (verifier.h), rewritten (passes/), reversed (reverse.h) and saved.
//
// Extents are numbers. A graph for other input types is made by with_input_types, one for other
// extents of its dimensions, or values of what it computes itself, by for_sizes (sizes.h).
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

// What a node is applied to. A weak scalar stays a scalar: its dtype is decided by its partners.
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

enum class Origin : uint8_t { kInput, kConstant, kNode };

struct Value {
  TensorType type;
  std::string name;  // may be empty; unique where it is not
  Origin origin = Origin::kNode;
  int32_t index = -1;  // of the input, constant or node that defines it
  int32_t output = 0;  // which output of the node
};

struct Node {
  const ops::OpDef* op = nullptr;  // null: a region
  ops::Attributes attributes;      // complete, in schema order
  std::vector<Operand> operands;
  std::vector<ValueId> outputs;
  int32_t clone_of = -1;  // id of the first output of the node that this one computes again
  int32_t ordinal = -1;   // of a random node: its number in the order of the trace
  int32_t effect = -1;    // of a node with an effect: its number in their order
  int32_t region = -1;    // index into Graph::regions
  int32_t line = -1;      // index into Graph::lines: the source line that made it
  bool backward = false;  // made from where gradients began on, in a graph that has them inside
  // Mixed precision was asked for: float32 arithmetic may be made in this dtype. kFloat32: not.
  DType precision = DType::kFloat32;
  bool rematerialized =
      false;  // in a checkpoint: a backward computes it again instead of keeping it
};

// Does it draw float32 numbers, uniform, one for each element? Tile programs can, too.
bool draws_floats(const Node& node, const TensorType& out);

// Does its result hold the elements of its operand, at other places or repeated? Values never
// change, so a plan can do with a view.
bool keeps_elements(const Node& node);

class Graph;

// One construct for everything that runs a sub-graph as one step. The body's inputs are the
// node's operands, its outputs the node's outputs, but for control flow (control.h). What it is
// lowered to is decided late.
enum class RegionKind : uint8_t {
  kFused,     // elementwise nodes of one shape: a tile program
  kRowTiles,  // a loop over row tiles, line buffers carried
  kLoop,      // the body once for each row of arrays, or while a carried value says so: control.h
  kCond,      // one of two bodies: control.h
};
// Limits of a fused region, those of the tile program that it is lowered to.
inline constexpr size_t kMaxFusedArrays = 16;  // inputs, scalars and outputs
inline constexpr size_t kMaxFusedNodes = 48;
inline constexpr size_t kMaxFusedOperands = 3;  // of one node

// How often a loop runs its body, and on what; control.h says how it is used. Of a loop over row
// tiles, `most` is how many rows of a value are made at a time (row_tiles.h), and all else stays as
// it is.
struct Loop {
  int32_t sliced = 0;       // operands of which an iteration gets one row
  int32_t carried = 0;      // values that an iteration hands to the next one
  int64_t maximum = 0;      // iterations; the extent of axis 0 of all that is sliced or stacked
  bool while_true = false;  // the first carried value says whether there is another iteration
  bool counted = false;     // the first operand says how many iterations there are
  bool backwards = false;   // the last row first
  friend bool operator==(const Loop&, const Loop&) = default;
};

struct RowWindow;  // row_tiles.h
// Which rows a kernel that is not the library's own reads to make a row; none: it makes no rows.
using RowWindows = std::optional<RowWindow> (*)(const Graph& graph, const Node& node);

struct Region {
  RegionKind kind = RegionKind::kFused;
  std::shared_ptr<const Graph> body;
  std::shared_ptr<const Graph> otherwise{};  // kCond: the body where the first operand is false
  Loop loop{};
  RowWindows windows = nullptr;  // kRowTiles: of the kernels that run it; null: the library's
};

// A content that is part of the graph. It is held as a value on a box of its own: later writes
// to the array that it was taken from are not seen.
struct Constant {
  ValueId value = kNoValue;
  Ref<Tensor> content;
  HeldValue held;
};

// Input and output that are the old and the new content of one array (a running mean, an
// optimizer's moment): the caller may give both the same memory.
struct StatePair {
  int32_t input = -1;   // index into Graph::inputs
  int32_t output = -1;  // index into Graph::outputs
  friend bool operator==(const StatePair&, const StatePair&) = default;
};

struct InputAxis {
  int32_t input = -1;  // index into Graph::inputs
  int32_t axis = 0;
  friend bool operator==(const InputAxis&, const InputAxis&) = default;
};

// A number that only a run knows: what sizes.h is about. It follows from values, or is a
// *dimension*: the extent that inputs have at some axes.
struct Size {
  ValueId value = kNoValue;  // int64 without axes, at least 0; none of a dimension
  int64_t example = 0;
  Polynomial bound;  // of the sizes before it; never exceeded
  // Of a dimension:
  std::string name;
  int64_t minimum = 0;
  std::vector<InputAxis> axes;

  bool is_dimension() const { return value == kNoValue; }
  friend bool operator==(const Size&, const Size&) = default;
};

// A number of a node that follows from sizes: a scalar operand or part of an attribute.
struct SizedNumber {
  int32_t node = -1;
  int32_t operand = -1;    // or -1
  int32_t attribute = -1;  // or -1
  int32_t element = -1;    // of a list, or -1
  Polynomial number;
  friend bool operator==(const SizedNumber&, const SizedNumber&) = default;
};

class Graph {
 public:
  std::vector<Value> values;
  std::vector<Node> nodes;  // topological order
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;  // a value may leave several times
  std::vector<Constant> constants;
  std::vector<StatePair> states;
  std::vector<Region> regions;
  std::vector<std::string> lines;
  int32_t ordinals = 0;  // random ordinals that a run takes, also those of nodes that went away
  // Nodes with an effect. They stand in the list of nodes in the order of their numbers, 0 to
  // effects - 1, none missing: every run makes all effects in this order.
  int32_t effects = 0;
  // Dimensions first. Each other one is computed from nothing that follows from it or a later one.
  std::vector<Size> sizes;
  std::vector<SizedNumber> sized;

  ValueId add_input(const TensorType& type, std::string_view name = {});
  Result<ValueId> add_constant(const Ref<Tensor>& content, std::string_view name = {});
  // Appends; makes the values of its outputs. An effect without a number is the next one.
  int32_t add_node(Node node, std::span<const TensorType> outputs);
  int32_t add_region(Region region);
  int32_t add_line(std::string_view text);

  const TensorType& type(ValueId id) const { return values[static_cast<size_t>(id)].type; }
  // The node that defines a value; null for inputs and constants.
  const Node* producer(ValueId id) const;
  std::vector<TensorType> input_types() const;
  std::vector<TensorType> output_types() const;
};

// How often each value is read: by nodes, and once for each output of the graph.
std::vector<int32_t> count_uses(const Graph& graph);

// By value: does a kernel that reads it, or a view of it, add up in an order that strides decide?
// What eager code has as a view and a plan as an array, or the other way round, must be none.
std::vector<bool> stride_sensitive(const Graph& graph);

// The types of an operator's inputs as inference wants them: weak scalars have rank 0 and the
// dtype they are promoted to, absent inputs rank -1.
Result<std::vector<TensorType>> operand_types(const Graph& graph, const Node& node);

// The same graph with its nodes in another order that is topological, too.
Graph with_node_order(const Graph& graph, std::span<const int32_t> order);

// Without the new contents of these inputs, which nothing reads, and without the inputs. Fails
// where one is read.
Result<Graph> without_states(const Graph& graph, std::span<const int32_t> inputs);

// The same computation for other input types: promotion and inference run again. Fails where an
// attribute was made for the old shapes.
Result<Graph> with_input_types(const Graph& graph, std::span<const TensorType> types);

}  // namespace weft::graph
