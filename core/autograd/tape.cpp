// The general node, of one operator call, and how contents are saved and restored. What is hard
// here: a node saves what its rule reads and no more, which is found by running the rule on probes;
// and a chain of a million nodes is freed in a loop, not by a recursion.
#include "autograd/tape.h"

#include <atomic>
#include <utility>

#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/recurring_calls.h"
#include "ops/registry.h"
#include "runtime/memory/copies.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using eager::EagerBuilder;

// A part this small of a box that is being filled part by part is copied when saved: holding the
// storage would make the next write copy all of it (out[t] = f(out[t-1])).
constexpr int64_t kSmallPart = 4;

ops::Argument ints(const Shape& shape) { return ops::Argument::of_ints(shape.span()); }

void set_type(ops::TensorType& type, const Tensor& tensor) {
  type.dtype = tensor.dtype();
  type.shape = tensor.shape();
}

// One operator call.
// Keeps a type for each input and output and a content for those that the rule reads.
class OpNode final : public TapeNode {
 public:
  OpNode(const ops::OpDef& op, std::span<const ops::Argument> attributes)
      : op_(op), attributes_(attributes) {}

  std::string_view name() const override { return op_.name; }
  size_t output_count() const override { return output_types_.size(); }
  const ops::TensorType& output_type(size_t output) const override { return output_types_[output]; }
  std::span<const ops::Argument> attributes() const override { return attributes_.view(); }
  ops::Argument given(size_t i) const override;

  Result<ops::Values> backward(const ops::Values& cotangents, bool) override;
  void release_saved() override {
    released_ = saved_any_;
    for (Input& input : inputs_) input.saved.clear();
    for (SavedTensor& output : saved_outputs_) output.clear();
  }

  Status save(std::span<const TapeInput> inputs, std::span<Tensor* const> outputs,
              std::span<const ops::TensorType> output_types);

 private:
  struct Input {
    ops::Argument scalar;  // a weak scalar
    ops::TensorType type;  // of rank -1 if the input is absent
    SavedTensor saved;
  };
  Result<ops::Value> input_value(EagerBuilder& builder, size_t i) const;
  Result<ops::Saved> what_to_save() const;

  const ops::OpDef& op_;
  ops::Attributes attributes_;
  SmallVector<Input, 2> inputs_;
  SmallVector<ops::TensorType, 1> output_types_;
  SmallVector<SavedTensor, 1> saved_outputs_;
  // Inputs with a history, a bit each.
  uint32_t needed_ = 0;
  bool saved_any_ = false;
  bool is_note_ = false;  // made by kRecordingAll
  // An error on the next backward; a node that saved nothing can be asked again.
  bool released_ = false;
};

// Sets of inputs and outputs that the gradient rule reads. Two calls at once may both find the
// answer.
Result<ops::Saved> OpNode::what_to_save() const {
  // Elementwise rules look at neither ranks nor attributes: the answer is kept in the operator.
  if (op_.slot.elementwise && inputs_.size() <= 2) {
    const uint32_t kept = op_.saved_by_mask[needed_].load(std::memory_order_relaxed);
    if (kept != 0) return ops::Saved{kept >> 1 & 3, kept >> 3 & 1};
  }
  PoolVector<ops::TensorType> types;
  for (const Input& input : inputs_) types.push_back(input.type);
  WEFT_ASSIGN(const ops::Saved saved,
              ops::saved_by_gradient(op_, attributes_.view(), types, output_types_, needed_));
  if (op_.slot.elementwise && inputs_.size() <= 2)
    op_.saved_by_mask[needed_].store(1 | saved.inputs << 1 | saved.outputs << 3,
                                     std::memory_order_relaxed);
  return saved;
}

// Fills in a new node. `outputs` are arrays; where the results are views of an input,
// `output_types` describes them instead, and no output is saved.
Status OpNode::save(std::span<const TapeInput> inputs, std::span<Tensor* const> outputs,
                    std::span<const ops::TensorType> output_types) {
  edges_.reserve(inputs.size());
  inputs_.reserve(inputs.size());
  output_types_.reserve(outputs.size() + output_types.size());
  for (const TapeInput& given : inputs) {
    Input& input = inputs_.emplace_back();
    if (given.tensor)
      set_type(input.type, *given.tensor);
    else if (given.type)
      input.type = *given.type;
    else if (given.scalar)
      input.scalar = *given.scalar;
    else
      input.type.shape = Shape::absent();
    const Edge& edge = edges_.emplace_back(given.tensor ? producer(*given.tensor)
                                           : given.edge ? *given.edge
                                                        : Edge());
    if (edge) needed_ |= ops::set_bit(inputs_.size() - 1);
  }
  order_after_edges();
  for (const ops::TensorType& type : output_types) output_types_.emplace_back(type);
  for (Tensor* output : outputs) set_type(output_types_.emplace_back(), *output);
  is_note_ = (thread_state().modes & kRecordingAll) != 0;
  if (is_note_) return {};
  WEFT_ASSIGN(const ops::Saved saved, what_to_save());
  for (size_t i = 0; i < inputs.size(); ++i)
    if (ops::in_set(saved.inputs, i) && inputs[i].tensor)
      inputs_[i].saved = SavedTensor(*inputs[i].tensor);
  if (saved.outputs != 0) {
    saved_outputs_.reserve(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i)
      if (ops::in_set(saved.outputs, i))
        saved_outputs_.emplace_back(*outputs[i]);
      else
        saved_outputs_.emplace_back();
  }
  saved_any_ = saved.inputs != 0 || saved.outputs != 0;
  return {};
}

// The input as the rule sees it: a number, nothing, a type alone, or the array as it was.
Result<ops::Value> OpNode::input_value(EagerBuilder& builder, size_t i) const {
  const Input& input = inputs_[i];
  if (input.scalar.tag != ops::Tag::kDefault) return ops::Value(&builder, input.scalar);
  if (input.type.shape.rank() < 0) return ops::Value();
  if (!input.saved) return builder.placeholder(input.type);
  WEFT_ASSIGN(Ref<Tensor> tensor, input.saved.restore(edges_[i]));
  return builder.value(std::move(tensor));
}

ops::Argument OpNode::given(size_t i) const {
  const Input& input = inputs_[i];
  if (input.scalar.tag != ops::Tag::kDefault) return input.scalar;
  ops::Argument argument = ops::Argument::of_tensor(nullptr);
  if (input.type.shape.rank() < 0) argument.tag = ops::Tag::kNone;
  return argument;
}

Result<ops::Values> OpNode::backward(const ops::Values& cotangents, bool) {
  if (released_) return already_released(op_.name);
  if (is_note_)
    return errors::invalid_state("backward", "`", op_.name,
                                 "` was recorded for its history alone, and saved nothing");
  EagerBuilder builder;
  ops::Values inputs;
  ops::Values outputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    WEFT_ASSIGN(ops::Value value, input_value(builder, i));
    inputs.push_back(std::move(value));
  }
  for (size_t i = 0; i < output_types_.size(); ++i) {
    if (i < saved_outputs_.size() && saved_outputs_[i]) {
      WEFT_ASSIGN(Ref<Tensor> tensor,
                  saved_outputs_[i].restore(Edge{Ref<TapeNode>(this), static_cast<uint32_t>(i)}));
      outputs.push_back(builder.value(std::move(tensor)));
    } else {
      // Not saved: the rule reads its type at most.
      outputs.push_back(builder.placeholder(output_types_[i]));
    }
  }
  return run_rule(op_, attributes_.view(), builder, inputs, outputs, cotangents, needed_);
}

// Nodes whose count reached zero while another was being destroyed: freed by the outermost call.
// Each names the next where its number was.
struct Doomed {
  TapeNode* first;
  bool is_open;
};
constinit thread_local Doomed doomed __attribute__((tls_model("initial-exec"))) = {};

// Of the nodes that this thread has made. The tls_model makes the access a load, without a call.
constinit thread_local uint64_t last_sequence __attribute__((tls_model("initial-exec"))) = 0;

}  // namespace

// A node is younger than what it depends on, also where another thread has made that, and than what
// this thread has made before. So contributions to a cotangent are added in the order in which a
// graph's sweep adds them, from the last reader to the first, and the sums have the same bits.
void TapeNode::order_after_edges() {
  sequence_ = last_sequence + 1;
  for (const Edge& edge : edges_)
    if (edge && edge.node->sequence_ >= sequence_) sequence_ = edge.node->sequence_ + 1;
  last_sequence = sequence_;
}

void* TapeNode::operator new(size_t bytes) {
  void* block = pool_allocate(bytes);
  if (!block) out_of_memory();
  return block;
}

// Nodes that fall to zero meanwhile wait in a list that runs through themselves. It needs no
// memory: there may be none left when a failed call is taken apart.
void TapeNode::destroy() {
  if (doomed.is_open) {
    sequence_ = reinterpret_cast<uintptr_t>(std::exchange(doomed.first, this));
    return;
  }
  doomed.is_open = true;
  delete this;
  while (TapeNode* const next = doomed.first) {
    doomed.first = reinterpret_cast<TapeNode*>(next->sequence_);
    delete next;
  }
  doomed.is_open = false;
}

bool can_hold(const Tensor& tensor) {
  const Box& box = tensor.box();
  const bool small_part = box.filled_by_parts && tensor.bytes() * kSmallPart <= box.bytes();
  // A pinned box is written in place behind our back.
  return !small_part && !box.pinned();
}

Result<Ref<Tensor>> restore_content(const HeldValue& content, DType dtype, const Shape& shape,
                                    const Shape& strides, int64_t offset, const Edge& producer) {
  Box* box = Box::create(Ref<Storage>(content.get()));
  if (!box) return errors::out_of_memory("backward", sizeof(Box));
  WEFT_ASSIGN(Ref<Tensor> tensor,
              Tensor::view(dtype, shape, strides, offset, Ref<Box>::adopt(box)));
  // The box stays without a node, so a write to the restored array changes nobody's history.
  if (producer) {
    tensor->view_node = Ref<Object>(producer.node.get());
    tensor->view_node_output = producer.output;
    tensor->view_node_epoch = tensor->box().epoch();
  }
  return tensor;
}

Status already_released(std::string_view op) {
  return errors::invalid_state("backward", "an earlier backward released what `", op,
                               "` had saved");
}

// A plan of the rule where the same call has come often enough, else the rule by itself.
Result<ops::Values> run_rule(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                             EagerBuilder& builder, const ops::Values& inputs,
                             const ops::Values& outputs, const ops::Values& cotangents,
                             uint32_t needed) {
  ops::Values given;
  for (const ops::Value& c : cotangents)
    given.push_back(c ? builder.value(c.tensor()) : ops::Value());
  // The cotangents come from another builder, the sweep's.
  WEFT_ASSIGN(std::optional<ops::Values> planned,
              eager::planned_gradient(builder, op, attributes, inputs, outputs, given, needed));
  if (planned) return std::move(*planned);
  ops::Values result = ops::apply_gradient(op, attributes, builder, inputs, outputs, given, needed);
  if (!builder.status().ok()) return builder.status();
  return result;
}

// Holds the storage where that is possible, else a copy. A copy that fails ends in bad_alloc.
SavedTensor::SavedTensor(const Tensor& tensor)
    : dtype_(tensor.dtype()),
      offset_(tensor.offset()),
      shape_(tensor.shape()),
      strides_(tensor.strides()) {
  if (can_hold(tensor)) {
    held_ = HeldValue(tensor.box().storage());
    return;
  }
  count_copy(tensor.bytes());
  ModeScope plain(0, kRecording);
  Tensor* copy = nullptr;
  const ops::Argument argument = ops::Argument::of_tensor(const_cast<Tensor*>(&tensor));
  if (!eager::invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}).ok()) out_of_memory();
  const Ref<Tensor> owned = Ref<Tensor>::adopt(copy);
  held_ = HeldValue(owned->box().storage());
  offset_ = 0;
  strides_ = owned->strides();
}

Result<Ref<Tensor>> SavedTensor::restore(const Edge& producer) const {
  return restore_content(held_, dtype_, shape_, strides_, offset_, producer);
}

// For plans, which read memory and no arrays.
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
  const ops::TensorType& base_type = base->output_type(box.node_output());
  if (tensor.covers_box() && tensor.shape() == base_type.shape && tensor.dtype() == base_type.dtype)
    return {Ref<TapeNode>(base), box.node_output()};
  // The view reads the box's present content through its geometry.
  const ops::Argument attributes[] = {ops::Argument::of_int(tensor.offset()), ints(tensor.shape()),
                                      ints(tensor.strides())};
  const Edge edge{Ref<TapeNode>(base), box.node_output()};
  const TapeInput input{nullptr, nullptr, &base_type, &edge};
  const ops::TensorType type{tensor.dtype(), tensor.shape()};
  Result<Ref<TapeNode>> node =
      make_node(ops::op_named("strided_view"), attributes, {&input, 1}, {&type, 1});
  if (!node.ok()) return {};
  // It belongs with the content, whenever somebody asks first.
  node.value()->belong_with(*base);
  tensor.view_node = Ref<Object>(node.value().get());
  tensor.view_node_output = 0;
  tensor.view_node_epoch = box.epoch();
  return {node.take(), 0};
}

Result<Ref<TapeNode>> make_node(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                                std::span<const TapeInput> inputs,
                                std::span<const ops::TensorType> output_types) {
  auto* node = new OpNode(op, attributes);
  Ref<TapeNode> owned = Ref<TapeNode>::adopt(node);
  WEFT_TRY(node->save(inputs, {}, output_types));
  return owned;
}

// Nothing is made where no input has a history, which is what keeps code without leaves free of
// nodes.
Status record(const ops::OpDef& op, std::span<const ops::Argument> attributes,
              std::span<const TapeInput> inputs, std::span<Tensor* const> outputs) {
  bool any = false;
  bool any_integer = false;
  for (const TapeInput& input : inputs) {
    if (!input.tensor || !input.tensor->is_recorded()) continue;
    any = true;
    any_integer |= !is_inexact(input.tensor->dtype());
  }
  const bool all = (thread_state().modes & kRecordingAll) != 0;
  if (!any && !all) return {};
  auto* node = new OpNode(op, attributes);
  Ref<Object> owned = Ref<Object>::adopt(node);
  WEFT_TRY(node->save(inputs, outputs, {}));
  // An integer result has no derivative; it is a constant on the tape. But what is computed of an
  // integer leaf has one.
  const bool has_integers = any_integer && op.grad_rule;
  const auto is_on_tape = [&](const Tensor& output) {
    return all || is_inexact(output.dtype()) || (has_integers && is_integer(output.dtype()));
  };
  if (outputs.size() == 1) {
    if (is_on_tape(*outputs[0])) outputs[0]->box().set_content(std::move(owned), 0);
    return {};
  }
  for (size_t i = 0; i < outputs.size(); ++i)
    if (is_on_tape(*outputs[i]))
      outputs[i]->box().set_content(Ref<Object>(node), static_cast<uint32_t>(i));
  return {};
}

}  // namespace weft::autograd
