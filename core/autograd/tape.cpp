#include "autograd/tape.h"

#include <atomic>

#include "autograd/call.h"
#include "autograd/eager_builder.h"
#include "base/errors.h"
#include "ops/registry.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

std::atomic<uint64_t> next_sequence{1};

// A part this small of a box that is being filled part by part is copied when saved: holding the
// storage would make the next write copy all of it (out[t] = f(out[t-1])).
constexpr int64_t kSmallPart = 4;

ops::Argument ints(const Shape& shape) { return ops::Argument::of_ints(shape.span()); }

// One operator call.
class OpNode final : public TapeNode {
 public:
  OpNode(const ops::OpDef& op, std::span<const ops::Argument> attributes)
      : op_(op), attributes_(attributes) {}

  std::string_view name() const override { return op_.name; }
  size_t output_count() const override { return output_types_.size(); }
  ops::TensorType output_type(size_t output) const override { return output_types_[output]; }

  Result<ops::Values> backward(const ops::Values& cotangents, bool) override;
  void release_saved() override {
    released_ = saved_any_;
    for (Input& input : inputs_) input.saved.clear();
    for (SavedTensor& output : saved_outputs_) output.clear();
  }

  Status save(const ops::Values& inputs, std::span<const Edge> edges,
              std::span<const ops::TensorType> output_types, std::span<const Ref<Tensor>> outputs);

 private:
  struct Input {
    ops::Argument scalar;  // a weak scalar
    bool absent = false;
    ops::TensorType type;
    SavedTensor saved;
  };
  Result<ops::Value> input_value(EagerBuilder& builder, size_t i) const;

  const ops::OpDef& op_;
  ops::Attributes attributes_;
  PoolVector<Input> inputs_;
  PoolVector<ops::TensorType> output_types_;
  PoolVector<SavedTensor> saved_outputs_;
  uint32_t needed_ = 0;
  bool saved_any_ = false;
  bool released_ = false;
};

Status OpNode::save(const ops::Values& inputs, std::span<const Edge> edges,
                    std::span<const ops::TensorType> output_types,
                    std::span<const Ref<Tensor>> outputs) {
  edges_.assign(edges.begin(), edges.end());
  output_types_.assign(output_types.begin(), output_types.end());
  inputs_.resize(inputs.size());
  ops::Types types(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (edges[i]) needed_ |= uint32_t{1} << i;
    if (!inputs[i]) {
      inputs_[i].absent = true;
      types[i].shape.resize(-1);
    } else if (inputs[i].is_scalar()) {
      inputs_[i].scalar = inputs[i].scalar();
    } else {
      inputs_[i].type = types[i] = inputs[i].type();
    }
  }
  WEFT_ASSIGN(const ops::Saved saved, ops::saved_by_gradient(op_, attributes_.view(), types,
                                                             output_types, needed_));
  for (size_t i = 0; i < inputs.size(); ++i)
    if ((saved.inputs >> i & 1) && inputs[i].is_tensor())
      inputs_[i].saved = SavedTensor(*inputs[i].tensor());
  saved_outputs_.resize(output_types.size());
  for (size_t i = 0; i < outputs.size(); ++i)
    if (saved.outputs >> i & 1) saved_outputs_[i] = SavedTensor(*outputs[i]);
  saved_any_ = saved.inputs != 0 || saved.outputs != 0;
  return {};
}

Result<ops::Value> OpNode::input_value(EagerBuilder& builder, size_t i) const {
  const Input& input = inputs_[i];
  if (input.absent) return ops::Value();
  if (input.scalar.tag != ops::Tag::kDefault) return ops::Value(&builder, input.scalar);
  if (!input.saved) return builder.placeholder(input.type);
  WEFT_ASSIGN(Ref<Tensor> tensor, input.saved.restore(edges_[i]));
  return builder.value(std::move(tensor));
}

Result<ops::Values> OpNode::backward(const ops::Values& cotangents, bool) {
  if (released_)
    return errors::invalid_state("backward", "what `", op_.name,
                                 "` saved was given up by an earlier backward; pass "
                                 "retain_graph=True to that one");
  EagerBuilder builder;
  ops::Values inputs;
  ops::Values outputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    WEFT_ASSIGN(ops::Value value, input_value(builder, i));
    inputs.push_back(std::move(value));
  }
  for (size_t i = 0; i < output_types_.size(); ++i) {
    if (saved_outputs_[i]) {
      WEFT_ASSIGN(Ref<Tensor> tensor,
                  saved_outputs_[i].restore(Edge{Ref<TapeNode>(this), static_cast<uint32_t>(i)}));
      outputs.push_back(builder.value(std::move(tensor)));
    } else {
      outputs.push_back(builder.placeholder(output_types_[i]));
    }
  }
  ops::Values given;
  for (const ops::Value& c : cotangents)
    given.push_back(c ? builder.value(c.tensor()) : ops::Value());
  ops::Values result = ops::apply_gradient(op_, attributes_.view(), builder, inputs, outputs, given,
                                           needed_);
  if (!builder.status().ok()) return builder.status();
  return result;
}

// Nodes whose count reached zero while another was being destroyed: freed by the outermost call.
thread_local PoolVector<TapeNode*>* doomed = nullptr;

}  // namespace

TapeNode::TapeNode() : sequence_(next_sequence.fetch_add(1, std::memory_order_relaxed)) {}

void* TapeNode::operator new(size_t bytes) {
  void* block = pool_allocate(bytes);
  if (!block) out_of_memory();
  return block;
}

void TapeNode::destroy() {
  if (doomed) {
    doomed->push_back(this);
    return;
  }
  PoolVector<TapeNode*> list;
  doomed = &list;
  delete this;
  while (!list.empty()) {
    TapeNode* next = list.back();
    list.pop_back();
    delete next;
  }
  doomed = nullptr;
}

SavedTensor::SavedTensor(const Tensor& tensor)
    : dtype_(tensor.dtype()),
      offset_(tensor.offset()),
      shape_(tensor.shape()),
      strides_(tensor.strides()) {
  const Box& box = tensor.box();
  const bool small_part = box.filled_by_parts && tensor.bytes() * kSmallPart <= box.bytes();
  if (!small_part && !box.pinned) {
    held_ = HeldValue(box.storage());
    return;
  }
  // A pinned box is written in place behind our back, so its content has to be copied too.
  ModeScope plain(0, kRecording);
  Tensor* copy = nullptr;
  const ops::Argument argument = ops::Argument::of_tensor(const_cast<Tensor*>(&tensor));
  if (!invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}).ok()) out_of_memory();
  const Ref<Tensor> owned = Ref<Tensor>::adopt(copy);
  held_ = HeldValue(owned->box().storage());
  offset_ = 0;
  strides_ = owned->strides();
}

Result<Ref<Tensor>> SavedTensor::restore(const Edge& producer) const {
  Box* box = Box::create(Ref<Storage>(held_.get()));
  if (!box) return errors::out_of_memory("backward", sizeof(Box));
  WEFT_ASSIGN(Ref<Tensor> tensor,
              Tensor::view(dtype_, shape_, strides_, offset_, Ref<Box>::adopt(box)));
  if (producer) {
    tensor->view_node = Ref<Object>(producer.node.get());
    tensor->view_node_output = producer.output;
    tensor->view_node_epoch = tensor->box().epoch();
  }
  return tensor;
}

TensorView SavedTensor::view() const {
  TensorView view;
  view.data = held_.get()->data() + offset_ * size_of(dtype_);
  view.dtype = dtype_;
  view.rank = shape_.rank();
  for (int axis = 0; axis < view.rank; ++axis) {
    view.shape[axis] = shape_[axis];
    view.strides[axis] = strides_[axis];
  }
  return view;
}

Edge producer(Tensor& tensor) {
  Box& box = tensor.box();
  if (tensor.detached) return {};
  if (tensor.view_node && tensor.view_node_epoch == box.epoch())
    return {Ref<TapeNode>(static_cast<TapeNode*>(tensor.view_node.get())), tensor.view_node_output};
  auto* base = static_cast<TapeNode*>(box.node());
  if (!base) return {};
  const ops::TensorType base_type = base->output_type(box.node_output());
  if (tensor.covers_box() && tensor.shape() == base_type.shape && tensor.dtype() == base_type.dtype)
    return {Ref<TapeNode>(base), box.node_output()};
  const ops::Argument attributes[] = {ops::Argument::of_int(tensor.offset()), ints(tensor.shape()),
                                      ints(tensor.strides())};
  EagerBuilder builder;
  const ops::Values inputs = {builder.placeholder(base_type)};
  const Edge edge{Ref<TapeNode>(base), box.node_output()};
  const ops::TensorType type{tensor.dtype(), tensor.shape(), {}};
  Result<Ref<TapeNode>> node =
      make_node(ops::op_named("strided_view"), attributes, inputs, {&edge, 1}, {&type, 1}, {});
  if (!node.ok()) return {};
  tensor.view_node = Ref<Object>(node.value().get());
  tensor.view_node_output = 0;
  tensor.view_node_epoch = box.epoch();
  return {node.take(), 0};
}

bool is_recorded(Tensor& tensor) {
  if (tensor.detached) return false;
  return tensor.box().node() || (tensor.view_node && tensor.view_node_epoch == tensor.box().epoch());
}

Result<Ref<TapeNode>> make_node(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                                const ops::Values& inputs, std::span<const Edge> edges,
                                std::span<const ops::TensorType> output_types,
                                std::span<const Ref<Tensor>> outputs) {
  auto* node = new OpNode(op, attributes);
  Ref<TapeNode> owned = Ref<TapeNode>::adopt(node);
  WEFT_TRY(node->save(inputs, edges, output_types, outputs));
  return owned;
}

Status record(const ops::OpDef& op, std::span<const ops::Argument> attributes,
              const ops::Values& inputs, std::span<const Ref<Tensor>> outputs) {
  PoolVector<Edge> edges(inputs.size());
  bool any = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].is_tensor()) continue;
    edges[i] = producer(*inputs[i].tensor());
    any |= static_cast<bool>(edges[i]);
  }
  if (!any) return {};
  PoolVector<ops::TensorType> types;
  for (const Ref<Tensor>& output : outputs) types.push_back({output->dtype(), output->shape(), {}});
  // An integer result has no derivative; it is a constant on the tape.
  WEFT_ASSIGN(Ref<TapeNode> node, make_node(op, attributes, inputs, edges, types, outputs));
  for (size_t i = 0; i < outputs.size(); ++i)
    if (is_floating(outputs[i]->dtype()))
      outputs[i]->box().set_content(Ref<Object>(node.get()), static_cast<uint32_t>(i));
  return {};
}

}  // namespace weft::autograd
