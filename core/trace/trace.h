// A trace: the graph that operators become while a thread traces.
//
// It writes to an overlay (box → SSA value), never to boxes, so that giving it up leaves nothing
// behind. Arrays that exist already are captured by box: they become inputs, and later writes to
// them are seen by later runs. A box that the traced code writes to becomes an aliased output.
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

// A leaf to which a traced backward delivers. A call writes its gradient, unless the trace used it
// up: then the gradient is a value of the program and dies there.
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

class Trace final : public eager::Tracer {
 public:
  Trace();

  // The array that stands for an argument of this type.
  Result<Ref<Tensor>> placeholder(const ops::TensorType& type);

  // The content of an array as an SSA value; captures it if it is met for the first time.
  Result<ops::Value> read(Tensor& tensor);
  // A new traced array holding `value`.
  Result<Ref<Tensor>> array(const ops::Value& value);
  // target[...] = value.
  Status write(Tensor& target, const ops::Argument& value) override;
  Result<PoolVector<Ref<Tensor>>> emit(const ops::OpDef& op, std::span<const ops::Value> inputs,
                                       std::span<const ops::Argument> attributes) override;

  // ---- gradients inside the trace: more nodes, as eager code on a tape would have them ----------

  // Has the array a history, in what the trace recorded or outside?
  Result<bool> is_recorded(Tensor& tensor);
  // A leaf from now on: gradients end at its present content.
  Status attach_grad(Tensor& tensor, bool wants_gradient) override;
  // head_grads may be empty or hold nulls: ones. Nodes made while the thread records have gradients
  // in their turn.
  Result<std::vector<Ref<Tensor>>> grad(std::span<Tensor* const> heads,
                                        std::span<Tensor* const> head_grads,
                                        std::span<Tensor* const> variables) override;

  // ---- sizes (graph/sizes/sizes.h)
  // ---------------------------------------------------------------

  // Says that the extent at these axes of placeholders may be any in [least, most]; before anything
  // is traced. They have the extent of the example.
  Status add_dimension(std::string_view name, int64_t minimum, int64_t maximum,
                       std::vector<graph::InputAxis> axes);
  // Which of the examples this trace is, and those that were traced before; to be said before the
  // first size is met.
  Status set_example(size_t round, std::vector<Ref<executor::Program>> earlier);
  // Is an extent known to follow from sizes, because it differed between the earlier examples? Then
  // in which range is it?
  struct Range {
    int64_t minimum = 0;
    int64_t maximum = INT64_MAX;
  };
  std::optional<Range> range_of_extent(const Tensor& tensor, int axis) const;
  // The number in an int64 array without axes that is at most `bound`, as this example has it. The
  // same number again where the same is computed: arrays chosen by one mask go together.
  Result<int64_t> size(Tensor& value, int64_t bound);
  // Is an extent how many elements `mask` chose, because what it chose is in the array?
  Result<bool> is_chosen_by(Tensor& tensor, int axis, Tensor& mask);
  // What is left to do for a function with sizes whose graph was inlined: its sizes are new ones of
  // the trace, whose examples it was inlined with.
  std::vector<int64_t> next_examples(std::span<const graph::Size> sizes,
                                     std::vector<int64_t> dimensions) const;
  void add_size(const ops::Value& value, int64_t bound);

  // Gradients of the heads into the buffers of the captured leaves that they depend on, which the
  // program writes then.
  Status backward(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads) override;
  // The gradient array that stands for a leaf's in this trace; null if it delivered none.
  Ref<Tensor> gradient_of(const LeafNode& leaf) const;
  Status zero_grad(LeafNode& leaf);
  // What was delivered last to this leaf will not be needed outside.
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

  // Nodes made in between are computed again by a backward that reads them, but for what makes the
  // arrays that the outermost of such segments gives.
  void begin_segment() override;
  Status end_segment(std::span<Tensor* const> outputs) override;

  // What the thread did when this trace began inside a rule: the end brings it back.
  struct Before {
    eager::Tracer* trace;
    uint32_t modes;
  };
  std::optional<Before> before;
  // Of a body of control flow: the trace that it is a part of, whose arrays it may capture.
  Trace* around = nullptr;
  graph::GraphBuilder& builder() {
    note_mode();
    return builder_;
  }

 private:
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
  // To be called before nodes are made: those since the last call have its mode.
  void note_mode();
  ops::Value without_history_if_paused(const ops::Value& value);
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

  const uint64_t number_;
  const bool began_recording_;
  graph::Graph graph_;
  graph::GraphBuilder builder_;
  std::unordered_map<Box*, Content> contents_;
  std::vector<Box*> inputs_;  // boxes of placeholders and captures, in order of graph inputs
  size_t placeholders_ = 0;
  std::vector<Ref<Tensor>> captures_;
  std::vector<ModeChange> modes_;
  int segments_ = 0;  // that are open
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
Status start_trace(std::unique_ptr<Trace> trace, std::span<const ops::TensorType> types,
                   std::span<Tensor*> placeholders);
Status begin_trace(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders);
// A trace apart from what the thread does otherwise, which goes on when this one has ended.
Status begin_rule_trace(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders);
Result<TracedProgram> end_trace(std::span<Tensor* const> outputs);
void abort_trace();
// What the thread does next is outside of its trace, if it has one, until that is resumed.
Trace* suspend_trace();
Status resume_trace(Trace* trace);

}  // namespace weft::trace
