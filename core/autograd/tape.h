// The tape: nodes that turn cotangents of their outputs into cotangents of their inputs.
//
// A node is a counted object. Arrays own it (through their boxes), and so do later nodes (through
// their edges). Sequence numbers order the nodes, so that the backward pass visits each after all
// its users. There is no list to clear: a node that nobody can reach is gone, with all that it
// saved.
//
// A tape belongs to no thread. A node is made on one thread and may be swept on another, but not by
// two at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>

#include "ops/gradient.h"
#include "runtime/memory/pool.h"
#include "runtime/memory/small_vector.h"
#include "runtime/tensor.h"
#include "runtime/thread_state.h"

namespace weft::eager {
class EagerBuilder;
}

namespace weft::ops {
class HostFunction;
}

namespace weft::autograd {

class LeafNode;
class RowGradient;
class TapeNode;

// The clock of releases: how many sweeps have given up what nodes saved. A node that was recorded
// at 3 was there before the fourth such sweep, which releases at 4.
inline constinit std::atomic<uint64_t> releases{0};
// How many leaves have somebody who is told of their gradients: without any, a sweep does not count
// what leads to leaves.
inline constinit std::atomic<int64_t> told_leaves{0};

// Where an input came from: output `output` of a node, or nothing, for a constant.
struct Edge {
  Ref<TapeNode> node;
  uint32_t output = 0;
  explicit operator bool() const { return static_cast<bool>(node); }
};

// One recorded call. Its kinds: OpNode (tape.cpp), ElementwiseNode, ProgramNode, CustomNode,
// CheckpointNode, each in a file of its name, and LeafNode below, at which gradients end.
class TapeNode : public Object {
 public:
  // From the pools: every recorded call makes a node.
  static void* operator new(size_t bytes);
  static void operator delete(void* block, size_t bytes) { pool_free(block, bytes); }

  // Greater than that of every node it depends on.
  uint64_t sequence() const { return sequence_; }
  // Has a backward gone through it that gave up what was saved?
  bool is_used_up() const { return released_at_ != 0; }
  void use_up(uint64_t time) {
    released_at_ = time;
    release_saved();
  }
  // By the clock of releases.
  uint64_t recorded_at() const { return recorded_at_; }
  uint64_t released_at() const { return released_at_; }  // 0: it is not
  // Recorded by a thread to which what a backward has released is a constant (kForgetting).
  bool forgets() const { return forgets_; }
  // The number of the checkpointed segment in which it was made; 0 for none. A leaf is in none.
  uint64_t segment() const { return segment_; }
  void set_segment(uint64_t segment) { segment_ = segment; }
  // Takes over when and where another node was recorded.
  void belong_with(const TapeNode& other) {
    segment_ = other.segment_;
    recorded_at_ = other.recorded_at_;
    forgets_ = other.forgets_;
  }
  // One edge for each input, in the order of the inputs.
  std::span<const Edge> edges() const { return edges_; }
  // What errors call it: the operator's name, for most.
  virtual std::string_view name() const = 0;
  virtual size_t output_count() const = 0;
  // Of the node's outputs, whose cotangents have these types.
  virtual const ops::TensorType& output_type(size_t output) const = 0;

  // Cotangents of the inputs, one for each edge, absent where there is none. `retain` says that the
  // node may be asked again, so it has to keep what it saved.
  virtual Result<ops::Values> backward(const ops::Values& cotangents, bool retain) = 0;
  // Gives up what was saved; a further backward is an error.
  virtual void release_saved() = 0;
  virtual bool is_leaf() const { return false; }

  // For those who look at the tape: the operator's attributes, and what input `i` is where no edge
  // leads to it: a number, an array (without the array), or absent.
  virtual std::span<const ops::Argument> attributes() const { return {}; }
  virtual ops::Argument given(size_t) const { return ops::Argument::of_tensor(nullptr); }

  // Gradients of results: who gets the cotangent of an output beside what it was computed from.
  // Null where nobody asked.
  LeafNode* watcher(uint32_t output) const;
  void watch(uint32_t output, Ref<LeafNode> leaf);  // null: nobody any more
  bool is_watched() const { return static_cast<bool>(watchers_); }

 protected:
  TapeNode();
  ~TapeNode() override;
  void destroy() override;   // a loop, not a recursion: chains may be a million nodes long
  void order_after_edges();  // once edges_ is complete
  void order_as(uint64_t sequence) { sequence_ = std::max(sequence_, sequence); }
  // Two fit without an allocation: most operators have one or two inputs.
  SmallVector<Edge, 2> edges_;

 private:
  uint64_t sequence_ = 0;  // while it waits to be deleted: the node after it
  uint64_t segment_ = thread_state().segment;
  uint64_t recorded_at_ = releases.load(std::memory_order_relaxed);
  uint64_t released_at_ = 0;
  bool forgets_ = (thread_state().modes & kForgetting) != 0;
  struct Watchers;
  std::unique_ptr<Watchers> watchers_;
};

// ---- for the nodes of operators --------------------------------------------------------------

// Can the tape keep this content by holding its storage? Otherwise it has to be copied: others may
// write to a pinned box, and a small part of a box that is filled part by part would make the next
// write copy all of it.
bool can_hold(const Tensor& tensor);
// An array on a box of its own around a held content, with `producer` as its history.
Result<Ref<Tensor>> restore_content(const HeldValue& content, DType dtype, const Shape& shape,
                                    const Shape& strides, int64_t offset, const Edge& producer);
// The error of a second backward through a node that gave up what it saved.
Status already_released(std::string_view op);
// Cotangents of the inputs by the operator's gradient rule, run eagerly or as a plan. `needed` has
// a bit for each input whose cotangent is wanted.
Result<ops::Values> run_rule(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                             eager::EagerBuilder& builder, const ops::Values& inputs,
                             const ops::Values& outputs, const ops::Values& cotangents,
                             uint32_t needed);

// An array's content as it was when the tape saved it: a storage held as a value, and the geometry
// on it. A write to the array then moves the array's box to another storage.
class SavedTensor {
 public:
  SavedTensor() = default;
  explicit SavedTensor(const Tensor& tensor);
  explicit operator bool() const { return static_cast<bool>(held_); }
  // An array on a box of its own, with `producer` as its history.
  Result<Ref<Tensor>> restore(const Edge& producer) const;
  TensorView view() const;
  Storage* storage() const { return held_.get(); }
  void clear() { held_ = HeldValue(); }

 private:
  HeldValue held_;
  DType dtype_ = DType::kFloat32;
  int64_t offset_ = 0;
  Shape shape_;
  Shape strides_;
};

// The gradient of a leaf, which the backward pass fills. Its array is made when it is first written
// or read, so that an array which is never trained costs nothing. A row-sparse leaf has a
// RowGradient in the array's place.
class LeafNode final : public TapeNode {
 public:
  LeafNode(ops::TensorType type, Device* device, bool add);
  LeafNode(ops::TensorType type, std::unique_ptr<RowGradient> rows, bool add);
  std::string_view name() const override { return "leaf"; }
  size_t output_count() const override { return 1; }
  const ops::TensorType& output_type(size_t) const override { return type_; }
  Result<ops::Values> backward(const ops::Values&, bool) override { return ops::Values(); }
  void release_saved() override {}
  bool is_leaf() const override { return true; }

  RowGradient* rows() const { return rows_.get(); }  // null where it is an array
  // Does a delivery add to what is there, instead of replacing it?
  bool adds() const { return add_; }
  // How often a gradient was delivered; `version` is 0 while the last one is used up.
  uint64_t deliveries() const { return version_; }
  uint64_t version() const { return is_used_up_ ? 0 : version_; }
  // Takes a cotangent: an array, or for a row-sparse leaf also a sum of rows. The array becomes the
  // gradient as it is where nobody else has it.
  Status deliver(ops::Value cotangent);

  // ---- of an array ------------------------------------------------------------------------------

  Result<Ref<Tensor>> gradient();  // always the same; of zeros if it is made now
  void set_gradient(Tensor& gradient) { gradient_ = Ref<Tensor>(&gradient); }
  Ref<Tensor> made_gradient();  // null if it has not been made
  Status zero();
  // Says that an update has used the gradient. Until the next is delivered there is none, and its
  // memory goes back if nobody else has the array. A gradient that adds up, or is of rows, is kept.
  void use_up();
  bool is_used_up() const { return is_used_up_; }
  void note_delivery();  // a plan has written the gradient

  // ---- who is told when a sweep has delivered all that it has for the leaf; null: nobody
  // ---------

  void tell(Ref<ops::HostFunction> listener);
  bool is_told() const { return static_cast<bool>(listener_); }
  Status told();  // tells the listener, if there is one
  // Has nobody written to the gradient since the listener was told?
  bool is_untouched() const;

 private:
  ~LeafNode() override;
  Ref<ops::HostFunction> listener_;
  Ref<Storage> delivered_;  // with the listener: the gradient's storage, which keeps its address
  uint32_t writes_ = 0;     // to it until then
  ops::TensorType type_;
  std::unique_ptr<RowGradient> rows_;
  Device* device_ = nullptr;
  bool add_;
  bool is_used_up_ = false;
  uint64_t version_ = 0;
  std::mutex making_;  // reading is free to several threads, and may make the array
  Ref<Tensor> gradient_;
};

// The node and output that made this geometry's content; no node for a constant. For a view of a
// recorded box a strided_view node is made, once for each content of the box, and kept in the view.
Edge producer(Tensor& tensor);

// One input of a recorded call, as the kernel saw it, after promotion: an array, a weak scalar, a
// value of which only type and history are known, or (all null) an absent one.
struct TapeInput {
  Tensor* tensor = nullptr;
  const ops::Argument* scalar = nullptr;
  const ops::TensorType* type = nullptr;
  const Edge* edge = nullptr;  // of a type alone; an array's is its producer
};

// Puts one operator call on the tape if an input has a history. `outputs` are the call's new
// arrays; their boxes own the node from then on.
Status record(const ops::OpDef& op, std::span<const ops::Argument> attributes,
              std::span<const TapeInput> inputs, std::span<Tensor* const> outputs);
// The node alone, for results that are geometries on an input's box.
Result<Ref<TapeNode>> make_node(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                                std::span<const TapeInput> inputs,
                                std::span<const ops::TensorType> output_types);

// ---- what a caller of autograd sees ----------------------------------------------------------

enum class GradRequest : int32_t { kNull = 0, kWrite = 1, kAdd = 2 };
enum class GradKind : int32_t { kArray = 0, kRowSparse = 1, kAnyArray = 2 };
// Makes the array a leaf; a recorded result keeps its history, and gets its gradient on the way.
// The request for none takes a gradient away, and the history of an array that has none.
Status attach_grad(Tensor& tensor, GradRequest request, GradKind kind = GradKind::kArray);
// The same with the array that is to be the gradient, of the leaf's shape, dtype and device.
Status attach_grad(Tensor& tensor, GradRequest request, Tensor& gradient);
// The array's leaf, which the array owns; of a result that asked for its gradient, the watcher.
// Null where no gradient is attached.
LeafNode* leaf_of(const Tensor& tensor);

// Refuses heads without history (or dtype for one), and cotangents of another shape.
Status no_history_of_variable(size_t index);
Status check_head(const Tensor& head, bool recorded, const Tensor* head_grad);

// The sweep over the nodes of one segment alone, for checkpoints. `leaving` gets what goes to nodes
// outside, one entry for each contribution, in the order in which they arise. Absent cotangents are
// zero.
struct Leaving {
  Edge edge;
  ops::Value cotangent;
};
Status backward_within(uint64_t segment, std::span<const Edge> heads, const ops::Values& cotangents,
                       bool create_graph, PoolVector<Leaving>& leaving);

// `backward` delivers the gradients of the heads to all leaves that they depend on; `grad` gives
// those of the variables and leaves the leaves alone. A null head gradient stands for ones.
// `retain` keeps what nodes saved, for another sweep; `create_graph` records the sweep itself.
// Inside a trace both make nodes.
Status backward(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads, bool retain);
Result<std::vector<Ref<Tensor>>> grad(std::span<Tensor* const> heads,
                                      std::span<Tensor* const> head_grads,
                                      std::span<Tensor* const> variables, bool retain,
                                      bool create_graph);

}  // namespace weft::autograd
