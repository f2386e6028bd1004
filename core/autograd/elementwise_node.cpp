// The tape node of small programs: an elementwise call on dense arrays of one shape and dtype. It
// keeps one type where the general node keeps one an operand. Where an operand is a view with a
// history, or its content must be copied to be kept, the general node is made instead.
#include "autograd/tape.h"
#include "autograd/tape_recorder.h"
#include "eager/builder.h"

namespace weft::autograd {
namespace {

using eager::EagerBuilder;
using ops::Argument;
using ops::OpDef;
using ops::Tag;

constexpr size_t kMaxInputs = 2;

// What OpDef::saved_by_mask says.
bool saves_input(uint32_t saved, size_t i) { return saved >> (1 + i) & 1; }
bool saves_output(uint32_t saved) { return saved >> 3 & 1; }

// Contents are offsets into held storages; shape and strides are those of the one type. Which
// contents are saved is a bit set that the operator keeps once it was found (OpDef::saved_by_mask).
class ElementwiseNode final : public TapeNode {
 public:
  ElementwiseNode(const OpDef& op, const Tensor& result) : op_(op) {
    type_.dtype = result.dtype();
    type_.shape = result.shape();
  }

  std::string_view name() const override { return op_.name; }
  size_t output_count() const override { return 1; }
  const ops::TensorType& output_type(size_t) const override { return type_; }
  Argument given(size_t i) const override {
    return static_cast<int>(i) == scalar_place_ ? scalar_ : Argument::of_tensor(nullptr);
  }
  Result<ops::Values> backward(const ops::Values& cotangents, bool) override;
  // A node that saved nothing may be asked again: it has nothing to give up.
  void release_saved() override {
    released_ = saved_any_;
    for (Held& input : inputs_) input.content = HeldValue();
    output_.content = HeldValue();
  }

  // Inputs are added in order, as arrays or scalars; then `complete`.
  void add_scalar(const Argument& scalar) {
    edges_.emplace_back();
    scalar_place_ = static_cast<int>(edges_.size()) - 1;
    scalar_ = scalar;
  }
  void add_array(TapeNode* producer, uint32_t output) {
    edges_.emplace_back(Edge{Ref<TapeNode>(producer), output});
    if (producer) needed_ |= uint32_t{1} << (edges_.size() - 1);
  }
  void save_input(size_t i, const Tensor& tensor) { inputs_[i].hold(tensor); }
  void save_output(const Tensor& tensor) { output_.hold(tensor); }
  void complete(uint32_t saved) {
    saved_any_ = saved > 1;
    order_after_edges();
  }

 private:
  // A content: where it begins in a held storage.
  struct Held {
    HeldValue content;
    int64_t offset = 0;
    void hold(const Tensor& tensor) {
      content = HeldValue(tensor.box().storage());
      offset = tensor.offset();
    }
  };
  // What was not saved is not read by the rule, and its type is enough.
  Result<ops::Value> restore(EagerBuilder& builder, const Held& held, const Edge& producer) const {
    if (!held.content) return builder.placeholder(type_);
    WEFT_ASSIGN(Ref<Tensor> tensor,
                restore_content(held.content, type_.dtype, type_.shape, dense_strides(type_.shape),
                                held.offset, producer));
    return builder.value(std::move(tensor));
  }

  const OpDef& op_;
  ops::TensorType type_;
  Held inputs_[kMaxInputs];
  Held output_;
  Argument scalar_;
  int scalar_place_ = -1;
  uint32_t needed_ = 0;
  bool saved_any_ = false;
  bool released_ = false;
};

// Elementwise operators of the short way have no attributes.
Result<ops::Values> ElementwiseNode::backward(const ops::Values& cotangents, bool) {
  if (released_) return already_released(op_.name);
  EagerBuilder builder;
  ops::Values inputs;
  ops::Values outputs;
  for (size_t i = 0; i < edges_.size(); ++i) {
    if (static_cast<int>(i) == scalar_place_) {
      inputs.push_back(ops::Value(&builder, scalar_));
      continue;
    }
    WEFT_ASSIGN(ops::Value input, restore(builder, inputs_[i], edges_[i]));
    inputs.push_back(std::move(input));
  }
  WEFT_ASSIGN(ops::Value output, restore(builder, output_, Edge{Ref<TapeNode>(this), 0}));
  outputs.push_back(std::move(output));
  return run_rule(op_, {}, builder, inputs, outputs, cotangents, needed_);
}

// The node and output behind an operand, without a change to its counter: most calls look at it
// once and take it.
struct History {
  TapeNode* node = nullptr;
  uint32_t output = 0;
  bool simple = true;  // false: `producer` has to look
};

History history_of(const Tensor& tensor) {
  if (tensor.detached) return {};
  const Box& box = tensor.box();
  if (tensor.view_node && tensor.view_node_epoch == box.epoch())
    return {static_cast<TapeNode*>(tensor.view_node.get()), tensor.view_node_output};
  auto* node = static_cast<TapeNode*>(box.node());
  if (!node) return {};
  const bool simple =
      tensor.covers_box() && tensor.shape() == node->output_type(box.node_output()).shape;
  return {node, box.node_output(), simple};
}

// By the general node, which copes with views and copies.
Status record_generally(const OpDef& op, std::span<const Argument> arguments, Tensor& result) {
  TapeInput inputs[kMaxInputs];
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].tag == Tag::kTensor)
      inputs[i].tensor = arguments[i].tensor;
    else
      inputs[i].scalar = &arguments[i];
  }
  Tensor* output = &result;
  return autograd::record(op, {}, {inputs, arguments.size()}, {&output, 1});
}

}  // namespace

// Three steps, so that nothing is undone: find the histories, ask whether everything can be held,
// and make the node.
Status TapeRecorder::record_elementwise(const OpDef& op, std::span<const Argument> arguments,
                                        Tensor& result) {
  History histories[kMaxInputs];
  uint32_t needed = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].tag != Tag::kTensor) continue;
    histories[i] = history_of(*arguments[i].tensor);
    if (!histories[i].simple) return record_generally(op, arguments, result);
    needed |= uint32_t{histories[i].node != nullptr} << i;
  }
  if (thread_state().modes & kRecordingAll) return record_generally(op, arguments, result);
  if (needed == 0) return {};
  // Whether an integer result is a constant, the general node knows. A floating one has the dtype
  // of the operands (elementwise.h, result_dtype).
  if (!is_inexact(result.dtype()))
    return is_integer(result.dtype()) ? record_generally(op, arguments, result) : Status();
  // Zero: nobody has asked yet what this operator's rule reads for these inputs.
  const uint32_t saved = op.saved_by_mask[needed].load(std::memory_order_relaxed);
  if (saved == 0) return record_generally(op, arguments, result);  // which finds it out
  for (size_t i = 0; i < arguments.size(); ++i)
    if (saves_input(saved, i) && arguments[i].tag == Tag::kTensor &&
        !can_hold(*arguments[i].tensor))
      return record_generally(op, arguments, result);

  auto* node = new ElementwiseNode(op, result);
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].tag != Tag::kTensor) {
      node->add_scalar(arguments[i]);
      continue;
    }
    node->add_array(histories[i].node, histories[i].output);
    if (saves_input(saved, i)) node->save_input(i, *arguments[i].tensor);
  }
  if (saves_output(saved)) node->save_output(result);
  node->complete(saved);
  result.box().set_content(Ref<Object>::adopt(node), 0);
  return {};
}

}  // namespace weft::autograd
