// A segment that is open, the node that replaces it, and the second run. Segments are told apart by
// numbers, which nodes note when they are made: so the sweep of a second run stays within what ran
// then, and the first run's nodes die with their outputs.
#include "autograd/checkpoint.h"

#include <atomic>
#include <unordered_set>
#include <utility>

#include "autograd/tape.h"
#include "autograd/tape_recorder.h"
#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/recorder.h"
#include "ops/registry.h"
#include "runtime/random_state.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

constexpr const char* kName = "checkpoint";

std::atomic<uint64_t> next_segment{1};

// An input of the segment as it was when the segment began.
struct Input {
  SavedTensor content;
  Edge producer;
};

// A segment that has begun.
struct Open {
  uint64_t segment = 0;  // 0: it is neither recorded nor traced
  uint64_t around_segment;
  Open* around;
  eager::Tracer* trace;
  uint32_t modes;
  Draws draws;
  PoolVector<Input> inputs;
};

Open* innermost() { return static_cast<Open*>(thread_state().checkpoint); }

// A copy that is not recorded.
Result<Ref<Tensor>> copy_of(Tensor& tensor) {
  const ModeScope plain(0, kRecording);
  Tensor* copy = nullptr;
  const ops::Argument argument = ops::Argument::of_tensor(&tensor);
  WEFT_TRY(eager::invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}));
  return Ref<Tensor>::adopt(copy);
}

// What the thread does while the segment runs again: it has the modes and the random ordinals of
// the first run, and new nodes get a segment number of their own.
class Again {
  static constexpr uint32_t kOfSegment = kRecording | kTraining | kMixed;

 public:
  Again(uint64_t segment, uint32_t modes, Draws& draws)
      : modes_((attach_tape(), modes & kOfSegment), ~modes & kOfSegment),
        segment_(std::exchange(thread_state().segment, segment)),
        again_(std::exchange(thread_state().again, &draws)),
        draws_(std::exchange(thread_state().draws, nullptr)) {
    draws.next = 0;
  }
  ~Again() {
    thread_state().segment = segment_;
    thread_state().again = again_;
    thread_state().draws = draws_;
  }
  Again(const Again&) = delete;
  Again& operator=(const Again&) = delete;

 private:
  ModeScope modes_;
  uint64_t segment_;
  Draws *again_, *draws_;
};

// Keeps the function, its inputs and the modes and ordinals of the first run, and nothing that was
// computed in between.
class CheckpointNode final : public TapeNode {
 public:
  CheckpointNode(Open& open, Segment segment)
      : run_(std::move(segment)),
        inputs_(std::move(open.inputs)),
        modes_(open.modes),
        draws_{std::move(open.draws.keys)},
        device_(thread_state().device) {}

  std::string_view name() const override { return kName; }
  size_t output_count() const override { return types_.size(); }
  const ops::TensorType& output_type(size_t output) const override { return types_[output]; }

  // `entering`: where history enters, once for each use. `all`: of the outputs of the segment.
  void save(PoolVector<Edge> entering, std::span<Tensor* const> all,
            std::span<const Edge> producers, uint64_t segment);
  Result<ops::Values> backward(const ops::Values& cotangents, bool) override;
  void release_saved() override {
    released_ = true;
    inputs_.clear();
    run_ = nullptr;
  }

 private:
  Result<PoolVector<Edge>> run_again(uint64_t segment);
  Result<ops::Values> by_edge(std::span<const Leaving> leaving) const;

  Segment run_;
  PoolVector<Input> inputs_;
  uint32_t modes_;
  Draws draws_;
  Device* device_;
  size_t outputs_ = 0;  // of the segment
  // Outputs without a history here are constants, or arrays from outside that are given back.
  PoolVector<size_t> own_;             // those that have their history here
  PoolVector<ops::TensorType> types_;  // of these
  bool released_ = false;
};

// `producers` are the nodes of the outputs in the first run. Their sequence numbers are taken over,
// so the sweep visits this node when it would have visited them.
void CheckpointNode::save(PoolVector<Edge> entering, std::span<Tensor* const> all,
                          std::span<const Edge> producers, uint64_t segment) {
  edges_.reserve(entering.size());
  for (Edge& edge : entering) edges_.emplace_back(std::move(edge));
  order_after_edges();
  outputs_ = all.size();
  for (size_t i = 0; i < all.size(); ++i) {
    if (!producers[i] || producers[i].node->segment() != segment) continue;
    own_.push_back(i);
    types_.push_back({all[i]->dtype(), all[i]->shape()});
    order_as(producers[i].node->sequence());
  }
}

// An array on a box of its own, of which `producer` is the history: a part of it may be written.
Result<Ref<Tensor>> with_history(const Input& input) {
  WEFT_ASSIGN(Ref<Tensor> restored, input.content.restore({}));
  if (!input.producer) return restored;
  if (!restored->covers_box()) {
    WEFT_ASSIGN(restored, copy_of(*restored));
  }
  restored->box().set_content(Ref<Object>(input.producer.node.get()), input.producer.output);
  return restored;
}

// The edges that lead into what ran again, one for each output of the node.
Result<PoolVector<Edge>> CheckpointNode::run_again(uint64_t segment) {
  PoolVector<Ref<Tensor>> given, outputs(outputs_);
  for (const Input& input : inputs_) {
    WEFT_ASSIGN(Ref<Tensor> restored, with_history(input));
    given.push_back(std::move(restored));
  }
  const Again again(segment, modes_, draws_);
  const DeviceScope there(device_);
  WEFT_TRY(run_(given, outputs));
  PoolVector<Edge> heads;
  for (size_t k = 0; k < own_.size(); ++k) {
    const Ref<Tensor>& output = outputs[own_[k]];
    const ops::TensorType& type = types_[k];
    if (!output)
      return errors::invalid_state(kName, "the function gave no output ", own_[k],
                                   " when it ran again");
    if (output->dtype() != type.dtype || output->shape() != type.shape)
      return errors::invalid_state(
          kName, "the function must return the same types when it runs again; output ", own_[k],
          " was ", type.dtype, type.shape, " and is now ", output->dtype(), output->shape());
    heads.push_back(producer(*output));
    if (!heads.back())
      return errors::invalid_state(kName,
                                   "the function must compute the same when it runs again; output ",
                                   own_[k], " had a history and has none now");
  }
  return heads;
}

// Of several contributions to one value the k-th goes by the k-th edge to it: they are added up
// outside, in the order in which they would have been added without the checkpoint.
Result<ops::Values> CheckpointNode::by_edge(std::span<const Leaving> leaving) const {
  ops::Values result(edges_.size());
  for (const Leaving& part : leaving) {
    size_t i = 0;
    while (i < edges_.size() && (result[i] || edges_[i].node.get() != part.edge.node.get() ||
                                 edges_[i].output != part.edge.output))
      ++i;
    if (i == edges_.size())
      return errors::invalid_state(
          kName, "the function must compute the same when it runs again; it used `",
          part.edge.node->name(), "` from outside, which its first run did not use");
    result[i] = part.cotangent;
  }
  return result;
}

// The second run gets a number of its own: its nodes are swept, those of other runs are not.
Result<ops::Values> CheckpointNode::backward(const ops::Values& cotangents, bool) {
  if (released_) return already_released(kName);
  const bool create_graph = thread_state().modes & kRecording;
  const uint64_t segment = next_segment.fetch_add(1);
  WEFT_ASSIGN(const PoolVector<Edge> heads, run_again(segment));
  PoolVector<Leaving> leaving;
  WEFT_TRY(backward_within(segment, heads, cotangents, create_graph, leaving));
  return by_edge(leaving);
}

// Where history enters what was recorded in the segment, once for each use.
PoolVector<Edge> entering_edges(std::span<const Edge> heads, uint64_t segment) {
  PoolVector<Edge> entering;
  PoolVector<TapeNode*> pending;
  std::unordered_set<const TapeNode*> seen;
  const auto meet = [&](const Edge& edge) {
    if (edge && edge.node->segment() == segment && seen.insert(edge.node.get()).second)
      pending.push_back(edge.node.get());
  };
  for (const Edge& head : heads) meet(head);
  while (!pending.empty()) {
    TapeNode* const node = pending.back();
    pending.pop_back();
    for (const Edge& edge : node->edges()) {
      meet(edge);
      if (edge && edge.node->segment() != segment) entering.emplace_back(edge);
    }
  }
  return entering;
}

// The content of an output on a box of its own, which the segment's nodes do not hang on.
Result<Ref<Tensor>> with_own_box(Tensor& output, TapeNode& node, uint32_t index) {
  Ref<Tensor> whole(&output);
  if (!output.covers_box() || output.box().pinned()) {
    WEFT_ASSIGN(whole, copy_of(output));
  }
  WEFT_ASSIGN(Ref<Tensor> result, restore_content(HeldValue(whole->box().storage()), whole->dtype(),
                                                  whole->shape(), whole->strides(), 0, {}));
  result->box().set_content(Ref<Object>(&node), index);
  return result;
}

// Outputs that the segment did not make (an input given back) keep their history.
Result<PoolVector<Ref<Tensor>>> replace_nodes(Open& open, std::span<Tensor* const> outputs,
                                              Segment segment) {
  PoolVector<Ref<Tensor>> results;
  PoolVector<Edge> producers;
  bool any = false;
  for (Tensor* output : outputs) {
    results.emplace_back(output);
    producers.push_back(is_inexact(output->dtype()) ? producer(*output) : Edge());
    any |= producers.back() && producers.back().node->segment() == open.segment;
  }
  thread_state().segment = open.around_segment;
  if (!any) return results;
  auto* const node = new CheckpointNode(open, std::move(segment));
  const Ref<TapeNode> owned = Ref<TapeNode>::adopt(node);
  node->save(entering_edges(producers, open.segment), outputs, producers, open.segment);
  uint32_t next = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!producers[i] || producers[i].node->segment() != open.segment) continue;
    WEFT_ASSIGN(results[i], with_own_box(*outputs[i], *node, next++));
  }
  return results;
}

// Takes the innermost segment from the thread.
struct Closing {
  Closing() : open(innermost()) {}
  ~Closing() {
    if (!open) return;
    thread_state().checkpoint = open->around;
    thread_state().segment = open->around_segment;
    thread_state().draws = open->draws.around;
    delete open;
  }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  Open* const open;
};

}  // namespace

// In a trace nodes are marked; while recording inputs are saved; else nothing is done.
Status begin_checkpoint(std::span<Tensor* const> inputs) {
  ThreadState& state = thread_state();
  auto open = std::make_unique<Open>();
  open->around_segment = state.segment;
  open->around = innermost();
  open->modes = state.modes;
  open->trace = state.modes & kTracing ? state.trace : nullptr;
  if (open->trace) {
    open->trace->begin_segment();
  } else if (state.modes & kRecording) {
    for (Tensor* input : inputs) {
      if (input->box().traced()) return traced_value_error(kName);
      open->inputs.push_back({SavedTensor(*input), producer(*input)});
    }
    open->segment = state.segment = next_segment.fetch_add(1);
  }
  open->draws.around = state.draws;
  // Ordinals that are drawn from here on are noted, for the second run.
  if (open->segment) state.draws = &open->draws;
  state.checkpoint = open.release();
  return {};
}

// Recorded: one node replaces the segment's. Traced: its nodes are marked. Else: nothing to do.
Result<PoolVector<Ref<Tensor>>> end_checkpoint(std::span<Tensor* const> outputs, Segment segment) {
  const Closing closing;
  if (!closing.open) return errors::invalid_state(kName, "no checkpoint has begun");
  Open& open = *closing.open;
  eager::Tracer* const trace = thread_state().modes & kTracing ? thread_state().trace : nullptr;
  if (trace != open.trace)
    return errors::invalid_state(
        kName, "a trace must begin and end on the same side of a checkpoint's begin or end");
  if (open.segment) return replace_nodes(open, outputs, std::move(segment));
  if (trace) WEFT_TRY(trace->end_segment(outputs));
  PoolVector<Ref<Tensor>> same;
  for (Tensor* output : outputs) same.emplace_back(output);
  return same;
}

// The segment failed: its nodes die with the arrays that the caller gives up.
void abort_checkpoint() {
  const Closing closing;
  const bool tracing = thread_state().modes & kTracing;
  if (closing.open && closing.open->trace && tracing && thread_state().trace == closing.open->trace)
    static_cast<void>(closing.open->trace->end_segment({}));
}

}  // namespace weft::autograd
