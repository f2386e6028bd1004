#include "autograd/call.h"
#include "autograd/eager_builder.h"
#include "autograd/row_gradient.h"
#include "autograd/tape.h"
#include "autograd/trace.h"
#include "base/errors.h"
#include "ops/registry.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

Result<Ref<Tensor>> zeros_like(const Tensor& tensor) {
  EagerBuilder builder;
  const ops::TensorType type{tensor.dtype(), tensor.shape(), {}};
  const ModeScope plain(0, kRecording | kTracing);
  const DeviceScope there(tensor.device());
  const ops::Value like(&builder, ops::Argument::of_int(0));
  const ops::Value result = ops::zeros(like, type);
  if (!builder.status().ok()) return builder.status();
  return result.tensor();
}

Result<Ref<TapeNode>> make_leaf(const Tensor& tensor, bool add, GradKind kind) {
  const ops::TensorType type{tensor.dtype(), tensor.shape(), {}};
  if (kind == GradKind::kRowSparse)
    return Ref<TapeNode>::adopt(
        new LeafNode(type, std::make_unique<RowGradient>(type, tensor.device()), add));
  WEFT_ASSIGN(Ref<Tensor> gradient, zeros_like(tensor));
  return Ref<TapeNode>::adopt(new LeafNode(type, std::move(gradient), add));
}

}  // namespace

LeafNode::LeafNode(ops::TensorType type, Ref<Tensor> gradient, bool add)
    : type_(type), gradient_(std::move(gradient)), add_(add) {}

LeafNode::LeafNode(ops::TensorType type, std::unique_ptr<RowGradient> rows, bool add)
    : type_(type), rows_(std::move(rows)), add_(add) {}

LeafNode::~LeafNode() = default;

LeafNode* leaf_of(const Tensor& tensor) {
  return tensor.box().leaf && !tensor.detached ? static_cast<LeafNode*>(tensor.box().node())
                                               : nullptr;
}

Status attach_grad(Tensor& tensor, GradRequest request, GradKind kind) {
  Trace* const trace = current_trace();
  const bool traced = tensor.box().traced();
  if (traced && !trace) return traced_value_error("attach_grad");
  if (traced && request == GradRequest::kNull) return trace->attach_grad(tensor, false);
  if (request == GradRequest::kNull) {
    Box& box = tensor.box();
    box.leaf = false;
    box.set_content(Ref<Object>(), 0);
    return {};
  }
  if (!is_floating(tensor.dtype()))
    return errors::invalid_type("attach_grad", "the array must have a floating dtype; got ",
                                tensor.dtype(), "; cast with `.astype('float32')`");
  if (kind == GradKind::kRowSparse && tensor.rank() == 0)
    return errors::invalid_value("attach_grad",
                                 "a row-sparse gradient needs an array of rows; got one of rank 0");
  // A part of another array gets a box of its own: a leaf is a whole content.
  if (!tensor.covers_box()) {
    ModeScope plain(0, kRecording);
    Tensor* copy = nullptr;
    const ops::Argument argument = ops::Argument::of_tensor(&tensor);
    WEFT_TRY(invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}));
    tensor.become(*Ref<Tensor>::adopt(copy));
    tensor.trace = 0;
  }
  if (traced) return trace->attach_grad(tensor, true);
  WEFT_ASSIGN(const Ref<TapeNode> leaf, make_leaf(tensor, request == GradRequest::kAdd, kind));
  Box& box = tensor.box();
  box.leaf = true;
  box.set_content(Ref<Object>(leaf.get()), 0);
  tensor.detached = false;
  return {};
}

// `write` replaces the content of the one gradient array, `add` adds to it. Either way the array
// the user holds stays the same.
Status LeafNode::deliver(const ops::Value& cotangent) {
  ++version_;
  if (rows_) return rows_->deliver(cotangent, add_);
  const Ref<Tensor>& given = cotangent.tensor();
  if (add_) {
    const ops::Argument arguments[] = {ops::Argument::of_tensor(gradient_.get()),
                                       ops::Argument::of_tensor(given.get())};
    Tensor* out = gradient_.get();
    return invoke(ops::op_named("add"), arguments, {&out, 1});
  }
  return write(*gradient_, ops::Argument::of_tensor(given.get()));
}

}  // namespace weft::autograd
