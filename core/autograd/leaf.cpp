// Leaves: arrays that asked for a gradient, and how the backward pass delivers it. A delivered
// array is handed on without a copy where nobody else has it, so a training step in steady state
// copies no gradient.
#include <utility>
#include <vector>

#include "autograd/row_gradient.h"
#include "autograd/tape.h"
#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/recorder.h"
#include "ops/registry.h"
#include "ops/slots/host_function.h"
#include "runtime/device.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using eager::EagerBuilder;

// Neither recorded nor traced: the array is the leaf's, whatever the thread does now.
Result<Ref<Tensor>> zeros(const ops::TensorType& type, Device* device) {
  EagerBuilder builder;
  const ModeScope plain(0, kRecording | kTracing);
  const DeviceScope there(device);
  const ops::Value result = ops::zeros(ops::Value(&builder, ops::Argument::of_int(0)), type);
  if (!builder.status().ok()) return builder.status();
  return result.tensor();
}

// A leaf has no edges: gradients end here.
Ref<LeafNode> make_leaf(const Tensor& tensor, bool add, GradKind kind) {
  const ops::TensorType type{tensor.dtype(), tensor.shape()};
  Device* const device = tensor.device();
  return Ref<LeafNode>::adopt(
      kind == GradKind::kRowSparse
          ? new LeafNode(type, std::make_unique<RowGradient>(type, device), add)
          : new LeafNode(type, device, add));
}

}  // namespace

LeafNode::LeafNode(ops::TensorType type, Device* device, bool add)
    : type_(type), device_(device), add_(add) {
  set_segment(0);
}

LeafNode::LeafNode(ops::TensorType type, std::unique_ptr<RowGradient> rows, bool add)
    : type_(type), rows_(std::move(rows)), add_(add) {
  set_segment(0);
}

LeafNode::~LeafNode() {
  if (listener_) told_leaves.fetch_sub(1, std::memory_order_relaxed);
}

void LeafNode::tell(Ref<ops::HostFunction> listener) {
  told_leaves.fetch_add(int64_t{listener ? 1 : 0} - int64_t{listener_ ? 1 : 0},
                        std::memory_order_relaxed);
  listener_ = std::move(listener);
  delivered_ = Ref<Storage>();
}

bool LeafNode::is_untouched() const {
  if (!delivered_ || !gradient_ || is_used_up_) return false;
  const Box& box = gradient_->box();
  return !box.pinned() && box.storage() == delivered_.get() &&
         delivered_->writes.load(std::memory_order_relaxed) == writes_;
}

Status LeafNode::told() {
  if (!listener_) return {};
  if (gradient_) {
    delivered_ = Ref<Storage>(gradient_->box().storage());
    writes_ = delivered_->writes.load(std::memory_order_relaxed);
  }
  const Ref<ops::HostFunction> listener = listener_;  // it may take itself away
  return listener->call({}, {});
}

// Few nodes are watched, and few outputs of these.
struct TapeNode::Watchers {
  PoolVector<std::pair<uint32_t, Ref<LeafNode>>> by_output;
};

TapeNode::TapeNode() = default;
TapeNode::~TapeNode() = default;

LeafNode* TapeNode::watcher(uint32_t output) const {
  if (!watchers_) return nullptr;
  for (const auto& [watched, leaf] : watchers_->by_output)
    if (watched == output) return leaf.get();
  return nullptr;
}

void TapeNode::watch(uint32_t output, Ref<LeafNode> leaf) {
  if (!watchers_) watchers_ = std::make_unique<Watchers>();
  std::erase_if(watchers_->by_output, [&](const auto& one) { return one.first == output; });
  if (leaf) watchers_->by_output.emplace_back(output, std::move(leaf));
}

// A detached view has no leaf, though its box has one.
LeafNode* leaf_of(const Tensor& tensor) {
  if (tensor.detached) return nullptr;
  const Box& box = tensor.box();
  if (box.leaf) return static_cast<LeafNode*>(box.node());
  const bool has_own = tensor.view_node && tensor.view_node_epoch == box.epoch();
  if (!has_own && !tensor.covers_box()) return nullptr;
  const auto* node = static_cast<TapeNode*>(has_own ? tensor.view_node.get() : box.node());
  if (!node || !node->is_watched()) return nullptr;
  return node->watcher(has_own ? tensor.view_node_output : box.node_output());
}

Status attach_grad(Tensor& tensor, GradRequest request, GradKind kind) {
  eager::Tracer* const trace = thread_state().trace;
  const bool traced = tensor.box().traced();
  if (traced && !trace) return traced_value_error("attach_grad");
  // The content of a traced array is a value of the trace, so the trace notes the leaf.
  if (traced && request == GradRequest::kNull) return trace->attach_grad(tensor, false);
  const Edge history = traced || tensor.box().leaf ? Edge() : producer(tensor);
  if (request == GradRequest::kNull) {
    Box& box = tensor.box();
    if (history && history.node->watcher(history.output)) {
      history.node->watch(history.output, {});
      return {};
    }
    box.leaf = false;
    box.set_content(Ref<Object>(), 0);
    return {};
  }
  // Integers have no derivatives, unless the caller means steps of whole numbers by them.
  const bool is_any = kind == GradKind::kAnyArray && !traced && !is_storage(tensor.dtype());
  if (!is_inexact(tensor.dtype()) && !is_any)
    return errors::invalid_type("attach_grad", "the array must have a floating dtype; got ",
                                tensor.dtype(), "; cast with `.astype('float32')`");
  if (kind == GradKind::kRowSparse && tensor.rank() == 0)
    return errors::invalid_value("attach_grad",
                                 "a row-sparse gradient needs an array of rows; got one of rank 0");
  if (kind == GradKind::kRowSparse && history)
    return errors::invalid_state("attach_grad",
                                 "a result of recorded operators gets its gradient as an array; "
                                 "take `detach()` of it for a variable with a row-sparse one");
  if (history) {
    history.node->watch(history.output, make_leaf(tensor, request == GradRequest::kAdd, kind));
    return {};
  }
  // A part of another array gets a box of its own: a leaf is a whole content.
  if (!tensor.covers_box()) {
    ModeScope plain(0, kRecording);
    Tensor* copy = nullptr;
    const ops::Argument argument = ops::Argument::of_tensor(&tensor);
    WEFT_TRY(eager::invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}));
    tensor.become(*Ref<Tensor>::adopt(copy));
    tensor.trace = 0;
  }
  if (traced) return trace->attach_grad(tensor, true);
  const Ref<LeafNode> leaf = make_leaf(tensor, request == GradRequest::kAdd, kind);
  Box& box = tensor.box();
  box.leaf = true;
  box.set_content(Ref<Object>(leaf.get()), 0);
  tensor.detached = false;
  return {};
}

Status attach_grad(Tensor& tensor, GradRequest request, Tensor& gradient) {
  if (tensor.box().traced() || gradient.box().traced())
    return errors::invalid_state("attach_grad", "inside hybridize() no gradient can be given");
  if (gradient.shape() != tensor.shape() || gradient.dtype() != tensor.dtype() ||
      gradient.device() != tensor.device())
    return errors::invalid_value("attach_grad", "`gradient` must have the array's shape ",
                                 tensor.shape(), ", dtype ", tensor.dtype(), " and device ",
                                 name_of(tensor.device()), "; got ", gradient.shape(), ", ",
                                 gradient.dtype(), " and ", name_of(gradient.device()));
  WEFT_TRY(attach_grad(tensor, request, GradKind::kAnyArray));
  if (LeafNode* const leaf = leaf_of(tensor)) leaf->set_gradient(gradient);
  return {};
}

namespace {

// The content of an array that nobody else has, nor holds as a value, can be handed on.
bool can_hand_on(const Tensor& given, const ops::TensorType& type, Device* device) {
  const Storage& storage = *given.box().storage();
  return given.is_sole() && given.covers_box() && given.shape() == type.shape &&
         given.dtype() == type.dtype && given.device() == device && !given.box().read_only &&
         !storage.foreign() && !storage.held_as_value();
}

}  // namespace

// `write` replaces the content of the one gradient array, `add` adds to it. Either way the array
// the user holds stays the same.
Status LeafNode::deliver(ops::Value cotangent) {
  note_delivery();
  if (rows_) return rows_->deliver(cotangent, add_);
  const Ref<Tensor>& given = cotangent.tensor();
  // Whoever was promised the gradient's address (DLPack) sees it written in place, and so does
  // what a given gradient is a part of.
  const bool in_place = gradient_ && (gradient_->box().pinned() || !gradient_->covers_box());
  const bool replaced = !add_ && !in_place;
  if (replaced && can_hand_on(*given, type_, device_)) {
    if (!gradient_)
      gradient_ = given;
    else
      gradient_->box().set_storage(Ref<Storage>(given->box().storage()));
    gradient_->box().set_content(Ref<Object>(), 0);
    return {};
  }
  if (add_) {
    WEFT_ASSIGN(const Ref<Tensor> sum, gradient());
    const ops::Argument arguments[] = {ops::Argument::of_tensor(sum.get()),
                                       ops::Argument::of_tensor(given.get())};
    Tensor* out = sum.get();
    return eager::invoke(ops::op_named("add"), arguments, {&out, 1});
  }
  if (!gradient_) {
    WEFT_ASSIGN(gradient_, Tensor::create(type_.dtype, type_.shape, device_));
  }
  return eager::write(*gradient_, ops::Argument::of_tensor(given.get()));
}

// Several threads may ask at once, and all get one array.
Result<Ref<Tensor>> LeafNode::gradient() {
  const std::lock_guard lock(making_);
  if (!gradient_) {
    WEFT_ASSIGN(gradient_, zeros(type_, device_));
  }
  return gradient_;
}

Ref<Tensor> LeafNode::made_gradient() {
  const std::lock_guard lock(making_);
  return gradient_;
}

// A gradient that was never made is zero already.
Status LeafNode::zero() {
  is_used_up_ = false;
  if (rows_) return rows_->set(nullptr, nullptr);
  if (!gradient_) return {};
  const ModeScope plain(0, kRecording);
  return eager::write(*gradient_, ops::Argument::of_int(0));
}

// Nobody can read the array after this, so its memory can serve the next step.
void LeafNode::use_up() {
  if (add_ || rows_) return;
  is_used_up_ = true;
  if (gradient_ && gradient_->is_sole()) gradient_ = Ref<Tensor>();
}

void LeafNode::note_delivery() {
  ++version_;
  is_used_up_ = false;
}

}  // namespace weft::autograd
