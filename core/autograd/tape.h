// The tape: nodes that know how to turn cotangents of their outputs into cotangents of their
// inputs. Nodes are counted objects, owned by arrays (through boxes) and by later nodes, and
// ordered by sequence numbers. There is no list to clear: what nobody can reach is gone.
#pragma once

#include <algorithm>
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

namespace weft::autograd {

class RowGradient;
class TapeNode;

// Where an input came from: an output of a node, or nothing (a constant).
struct Edge {
  Ref<TapeNode> node;
  uint32_t output = 0;
  explicit operator bool() const { return static_cast<bool>(node); }
};

class TapeNode : public Object {
 public:
  static void* operator new(size_t bytes);
  static void operator delete(void* block, size_t bytes) { pool_free(block, bytes); }

  // Greater than that of every node it depends on.
  uint64_t sequence() const { return sequence_; }
  // Has a backward gone through it that gave up what was saved?
  bool is_used_up() const { return is_used_up_; }
  void use_up() {
    is_used_up_ = true;
    release_saved();
  }
  // The checkpointed segment in which it was made; 0: none. A leaf is in none.
  uint64_t segment() const { return segment_; }
  void set_segment(uint64_t segment) { segment_ = segment; }
  std::span<const Edge> edges() const { return edges_; }
  virtual std::string_view name() const = 0;
  virtual size_t output_count() const = 0;
  virtual const ops::TensorType& output_type(size_t output) const = 0;

  // Cotangents of the inputs, one per edge, absent where there is none. `retain`: it may be
  // asked again.
  virtual Result<ops::Values> backward(const ops::Values& cotangents, bool retain) = 0;
  // Gives up what was saved; a further backward is an error.
  virtual void release_saved() = 0;
  virtual bool is_leaf() const { return false; }

 protected:
  ~TapeNode() override = default;
  void destroy() override;   // a loop, not a recursion: chains may be a million nodes long
  void order_after_edges();  // once edges_ is complete
  void order_as(uint64_t sequence) { sequence_ = std::max(sequence_, sequence); }
  SmallVector<Edge, 2> edges_;

 private:
  uint64_t sequence_ = 0;  // while it waits to be deleted: the node after it
  uint64_t segment_ = thread_state().segment;
  bool is_used_up_ = false;
};

// ---- for the nodes of operators --------------------------------------------------------------

// Can the tape keep this content by holding its storage? Otherwise it has to be copied.
bool can_hold(const Tensor& tensor);
// An array on a box of its own around a held content, with `producer` as its history.
Result<Ref<Tensor>> restore_content(const HeldValue& content, DType dtype, const Shape& shape,
                                    const Shape& strides, int64_t offset, const Edge& producer);
Status already_released(std::string_view op);
// Cotangents of the inputs by the operator's rule, run eagerly.
Result<ops::Values> run_rule(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                             eager::EagerBuilder& builder, const ops::Values& inputs,
                             const ops::Values& outputs, const ops::Values& cotangents,
                             uint32_t needed);

// An array's content as it was when the tape saved it.
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

// The gradient of a leaf: backward fills it. Its array is made when it is first written or read, so
// that what is never trained costs nothing.
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
  bool adds() const { return add_; }
  uint64_t deliveries() const { return version_; }
  uint64_t version() const { return is_used_up_ ? 0 : version_; }
  // An array unless it is row-sparse; becomes the gradient as it is where nobody else has it.
  Status deliver(ops::Value cotangent);

  // ---- of an array ------------------------------------------------------------------------------

  Result<Ref<Tensor>> gradient();  // always the same; of zeros if it is made now
  Ref<Tensor> made_gradient();     // null if it has not been made
  Status zero();
  // An update has used the gradient, of which nothing is kept, but for what adds up: until the next
  // is delivered there is none. Its memory goes back if nobody else has the array.
  void use_up();
  bool is_used_up() const { return is_used_up_; }
  void note_delivery();  // a plan has written the gradient

 private:
  ~LeafNode() override;
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
// recorded box a strided_view node is made, once per content.
Edge producer(Tensor& tensor);

// One input of a recorded call, as the kernel saw it: an array, a weak scalar, a value of which
// only type and history are known, or (all null) an absent one.
struct TapeInput {
  Tensor* tensor = nullptr;
  const ops::Argument* scalar = nullptr;
  const ops::TensorType* type = nullptr;
  const Edge* edge = nullptr;  // of a type alone; an array's is its producer
};

// Puts one operator call on the tape if an input has a history; outputs are its new arrays.
Status record(const ops::OpDef& op, std::span<const ops::Argument> attributes,
              std::span<const TapeInput> inputs, std::span<Tensor* const> outputs);
// The node alone, for results that are geometries on an input's box.
Result<Ref<TapeNode>> make_node(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                                std::span<const TapeInput> inputs,
                                std::span<const ops::TensorType> output_types);

// ---- what a caller of autograd sees ----------------------------------------------------------

enum class GradRequest : int32_t { kNull = 0, kWrite = 1, kAdd = 2 };
enum class GradKind : int32_t { kArray = 0, kRowSparse = 1 };
Status attach_grad(Tensor& tensor, GradRequest request, GradKind kind = GradKind::kArray);
LeafNode* leaf_of(const Tensor& tensor);  // null if it is none

// Refuses heads without history (or dtype for one), and cotangents of another shape.
Status no_history_of_variable(size_t index);
Status check_head(const Tensor& head, bool recorded, const Tensor* head_grad);

// The sweep over the nodes of one segment alone. `leaving` gets what goes to other nodes, one entry
// for each contribution, in their order. Absent cotangents are zero.
struct Leaving {
  Edge edge;
  ops::Value cotangent;
};
Status backward_within(uint64_t segment, std::span<const Edge> heads, const ops::Values& cotangents,
                       bool create_graph, PoolVector<Leaving>& leaving);

// Head gradients may be null: ones. Inside a trace both make nodes.
Status backward(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads, bool retain);
Result<std::vector<Ref<Tensor>>> grad(std::span<Tensor* const> heads,
                                      std::span<Tensor* const> head_grads,
                                      std::span<Tensor* const> variables, bool retain,
                                      bool create_graph);

}  // namespace weft::autograd
