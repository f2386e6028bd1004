// A trace: the graph that operators become while a thread traces.
//
// Placeholders stand for the arguments. An operator on arrays becomes a node, and its results are
// arrays without memory, of which the trace knows the SSA values. A write goes to an overlay (box →
// SSA value), never to a box, so a trace that is given up leaves nothing behind. Arrays that exist
// already are captured by box: they become inputs, so later runs see later writes to them. A box
// that the traced code writes to becomes an output that is aliased with its input (a state pair).
//
// One thread has one trace at a time; bodies of control flow and rules have traces of their own
// inside it. trace.cpp has the overlay, gradients.cpp gradients, sizes.cpp extents that only a run
// knows.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "eager/recorder.h"
#include "executor/program/program.h"
#include "graph/ir/graph_builder.h"
#include "graph/reverse/reverse.h"
#include "runtime/tensor.h"

namespace weft::autograd {
class LeafNode;
}

namespace weft::trace {

using autograd::LeafNode;

// A leaf to which a traced backward delivers. A call writes the leaf's gradient, unless the trace
// used the gradient up: it is then a value of the program and dies there.
struct LeafUse {
  Ref<Box> box;
  Ref<Object> leaf;
  bool used_up = false;
};

// What a trace gives: a program from placeholders and captures to outputs and written boxes.
struct TracedProgram {
  graph::Graph graph;  // one example, if it has sizes
  size_t inputs = 0;   // placeholders; captures follow
  size_t outputs = 0;  // the caller's; new contents of written boxes follow
  std::vector<Ref<Tensor>> captures;
  std::vector<LeafUse> leaves;
};

// Belongs to one thread, which is the only one that calls it.
class Trace final : public eager::Tracer {
 public:
  Trace();

  // The array that stands for an argument of this type.
  Result<Ref<Tensor>> placeholder(const ops::TensorType& type);

  // The content of an array as an SSA value. An array from outside is captured when it is met
  // first.
  Result<ops::Value> read(Tensor& tensor);
  // A new array without memory, whose content is `value`.
  Result<Ref<Tensor>> array(const ops::Value& value);
  // target[...] = value.
  Status write(Tensor& target, const ops::Argument& value) override;
  Result<PoolVector<Ref<Tensor>>> emit(const ops::OpDef& op, std::span<const ops::Value> inputs,
                                       std::span<const ops::Argument> attributes) override;

  // ---- gradients inside the trace: more nodes, as eager code on a tape would have them ----------

  // Has the array a history, in what the trace recorded or outside?
  Result<bool> is_recorded(Tensor& tensor);
  // Makes the array a leaf: gradients end at its present content.
  Status attach_grad(Tensor& tensor, bool wants_gradient) override;
  // Appends the reverse sweep for these heads. `head_grads` may be empty or hold nulls: ones. Nodes
  // that are made while the thread records have gradients in their turn.
  Result<std::vector<Ref<Tensor>>> grad(std::span<Tensor* const> heads,
                                        std::span<Tensor* const> head_grads,
                                        std::span<Tensor* const> variables) override;

  // ---- sizes (graph/sizes/sizes.h) --------------------------------------------------------------

  // Says that the extent at these axes of placeholders may be any in [minimum, maximum]. To be
  // called before anything is traced; the placeholders have the extent of the example.
  Status add_dimension(std::string_view name, int64_t minimum, int64_t maximum,
                       std::vector<graph::InputAxis> axes);
  // Says which of the examples this trace is, and gives those that were traced before. To be called
  // before the first size is met.
  Status set_example(size_t round, std::vector<Ref<executor::Program>> earlier);
  // The range of an extent that follows from sizes; nothing for one that does not. It follows from
  // sizes if it differed between the earlier examples.
  struct Range {
    int64_t minimum = 0;
    int64_t maximum = INT64_MAX;
  };
  std::optional<Range> range_of_extent(const Tensor& tensor, int axis) const;
  // A size: the number in an int64 array without axes, which is at most `bound`, as this example
  // has it. Where the same is computed twice, both are one size, so that arrays chosen by one mask
  // go together.
  Result<int64_t> size(Tensor& value, int64_t bound);
  // Does the array hold what `mask` chose, so that this extent is the number of elements chosen?
  Result<bool> is_chosen_by(Tensor& tensor, int axis, Tensor& mask);
  // For a function with sizes whose graph is inlined: the examples that its sizes have here, behind
  // its dimensions. `add_size` then makes them sizes of this trace.
  std::vector<int64_t> next_examples(std::span<const graph::Size> sizes,
                                     std::vector<int64_t> dimensions) const;
  void add_size(const ops::Value& value, int64_t bound);

  // Delivers gradients of the heads to the captured leaves that they depend on. The program writes
  // the gradient arrays of these.
  Status backward(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads) override;
  // The array that stands for a leaf's gradient in this trace; null if none was delivered.
  Ref<Tensor> gradient_of(const LeafNode& leaf) const;
  Status zero_grad(LeafNode& leaf);
  // Says that what was delivered last to this leaf is not needed outside.
  void use_up(const LeafNode& leaf);

  // One more node, of control flow, whose bodies write these leaves' gradients.
  Result<std::vector<Ref<Tensor>>> add_control(graph::Region region,
                                               std::span<const ops::Value> operands,
                                               std::span<const LeafUse> leaves);
  // A program that became part of this one writes these leaves' gradients.
  void take_leaves(std::span<const LeafUse> leaves) {
    body_leaves_.insert(body_leaves_.end(), leaves.begin(), leaves.end());
  }

  Result<TracedProgram> finish(std::span<Tensor* const> outputs);

  // A checkpointed segment. A backward pass computes its nodes again instead of keeping their
  // results, but for those that make the outputs of the outermost segment.
  void begin_segment() override;
  Status end_segment(std::span<Tensor* const> outputs) override;

  // Of a trace that began inside another one, for a rule or a body: what the thread did before. The
  // end brings it back.
  struct Before {
    eager::Tracer* trace;
    uint32_t modes;
  };
  std::optional<Before> before;
  // Of a body of control flow: the trace around it, whose arrays it may capture.
  Trace* around = nullptr;
  // For what appends nodes itself: functions that are inlined.
  graph::GraphBuilder& builder() {
    note_mode();
    return builder_;
  }

 private:
  // What the overlay knows of a box.
  struct Content {
    Ref<Box> box;  // kept alive: its address is the key
    ops::Value value;
    uint32_t writes = 0;
    int32_t input = -1;  // of the graph, if the box came from outside
    bool changed = false;
  };
  bool has(Box& box) const { return contents_.contains(&box) || (around && around->has(box)); }
  // Nodes from `node` on were made while the thread recorded, or did not.
  struct ModeChange {
    size_t node;
    bool recording;
  };
  // Notes the mode, line and precision of the nodes that are made from here on. To be called before
  // any is made.
  void note_mode();
  ops::Value without_history_if_paused(const ops::Value& value);
  // By node, whether a gradient passes it; by value, whether it has a history.
  std::vector<bool> passes() const;
  std::vector<bool> histories() const;
  Result<ops::Value> head_cotangent(Tensor& head, Tensor* given);
  Result<Content*> content_of(Tensor& tensor);
  Status make_input(Tensor& tensor, Content& content);
  Result<std::vector<graph::Head>> seeds_of(std::span<Tensor* const> heads,
                                            std::span<Tensor* const> head_grads);
  // What was delivered to a leaf. While the gradient's content outside was neither read nor is
  // needed later, it is no input of the graph.
  struct Delivered {
    Ref<Box> box;  // the leaf's
    Ref<Object> leaf;
    Ref<Tensor> gradient;     // the leaf's array, or where it has none yet, one of this trace
    uint32_t used_up_at = 0;  // the number of writes to it then; 0: not
  };
  struct Leaf {
    LeafNode* node;  // null: an array of this trace
    Ref<Box> box;
    graph::ValueId content;
  };
  std::vector<Leaf> leaves_of_trace() const;
  void note_leaf(Content& content);
  Result<Delivered*> first_delivery(const Leaf& leaf, const ops::Value& gradient);
  Status deliver(const Leaf& leaf, const ops::Value& gradient);
  Delivered* delivered_to(const LeafNode& leaf);
  Status finish_gradients(TracedProgram& traced);
  ops::Value element(const ops::Argument& scalar, DType dtype);
  Result<Ref<Tensor>> view(const ops::OpDef& op, Tensor& base,
                           std::span<const ops::Argument> attributes, const ops::Value& value,
                           size_t output);

  // Never used twice, so what an array remembers of an ended trace is known to be old.
  const uint64_t number_;
  // A function that is recorded is differentiated as a whole; one that is not may record parts.
  const bool began_recording_;
  graph::Graph graph_;
  graph::GraphBuilder builder_;
  std::unordered_map<Box*, Content> contents_;
  std::vector<Box*> inputs_;  // boxes of placeholders and captures, in order of graph inputs
  size_t placeholders_ = 0;
  std::vector<Ref<Tensor>> captures_;
  // Changes only, in the order of nodes; before the first nothing is recorded.
  std::vector<ModeChange> modes_;
  int segments_ = 0;  // that are open
  // Which example of a program with sizes this trace is.
  size_t round_ = 0;
  std::vector<Ref<executor::Program>> earlier_;
  std::vector<graph::ValueId> leaves_;  // contents with attach_grad
  // Contents that captured leaves have been given: they are leaves' as the first ones are.
  std::vector<Leaf> leaf_contents_;
  std::vector<Delivered> delivered_;
  std::vector<LeafUse> body_leaves_;  // to which parts deliver: bodies of control flow, functions
};

// The trace of this thread; null if it does not trace.
Trace* current_trace();
// Makes the trace that of the thread, and its placeholders.
Status start_trace(std::unique_ptr<Trace> trace, std::span<const ops::TensorType> types,
                   std::span<Tensor*> placeholders);
Status begin_trace(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders);
// Begins a trace for a rule that is a function on arrays. What the thread did before, a trace
// included, goes on when this one has ended.
Status begin_rule_trace(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders);
Result<TracedProgram> end_trace(std::span<Tensor* const> outputs);
void abort_trace();
// Between the two the thread is outside of its trace: host functions compute with real arrays
// there.
Trace* suspend_trace();
Status resume_trace(Trace* trace);

}  // namespace weft::trace
