// The entry of a call with a gradient of the caller's. What the function gives is checked here,
// since a wrong shape would otherwise show far away from its cause.
#include "autograd/custom_node.h"

#include "autograd/tape.h"
#include "base/errors.h"
#include "eager/builder.h"
#include "eager/recorder.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using eager::EagerBuilder;
using ops::TensorType;

TensorType type_of(const Tensor& tensor) { return {tensor.dtype(), tensor.shape()}; }

// Owns the caller's function until a backward pass has given up what was saved.
class CustomNode final : public TapeNode {
 public:
  explicit CustomNode(CustomGradient gradient) : gradient_(std::move(gradient)) {}

  std::string_view name() const override { return gradient_.name; }
  size_t output_count() const override { return output_types_.size(); }
  const TensorType& output_type(size_t output) const override { return output_types_[output]; }

  void save(std::span<Tensor* const> inputs, std::span<Tensor* const> outputs,
            std::span<Tensor* const> saved);
  Result<ops::Values> backward(const ops::Values& cotangents, bool) override;
  void release_saved() override {
    released_ = true;
    saved_.clear();
    gradient_.backward = nullptr;  // with what the caller's function holds
  }

 private:
  // A saved array with its history, so that a second order passes it.
  struct Saved {
    SavedTensor content;
    Edge producer;
    int own_output = -1;  // saved without its producer, which is this node
  };
  Result<PoolVector<Ref<Tensor>>> restore_saved();
  Result<PoolVector<Ref<Tensor>>> complete(EagerBuilder& builder, const ops::Values& cotangents);
  Status check(const Tensor& gradient, size_t input) const;

  CustomGradient gradient_;
  PoolVector<TensorType> input_types_;
  PoolVector<TensorType> output_types_;
  PoolVector<Saved> saved_;
  bool released_ = false;
};

// Types of the inputs are kept, because what the function gives is checked against them.
void CustomNode::save(std::span<Tensor* const> inputs, std::span<Tensor* const> outputs,
                      std::span<Tensor* const> saved) {
  edges_.reserve(inputs.size());
  for (Tensor* input : inputs) {
    input_types_.push_back(type_of(*input));
    edges_.emplace_back(is_inexact(input->dtype()) ? producer(*input) : Edge());
  }
  order_after_edges();
  for (Tensor* output : outputs) output_types_.push_back(type_of(*output));
  for (Tensor* tensor : saved) {
    Saved entry{SavedTensor(*tensor), producer(*tensor), -1};
    for (size_t i = 0; i < outputs.size(); ++i)
      if (outputs[i] == tensor) entry.own_output = static_cast<int>(i);
    saved_.push_back(std::move(entry));
  }
}

Result<PoolVector<Ref<Tensor>>> CustomNode::restore_saved() {
  PoolVector<Ref<Tensor>> restored;
  for (const Saved& saved : saved_) {
    const Edge own{Ref<TapeNode>(this), static_cast<uint32_t>(saved.own_output)};
    WEFT_ASSIGN(Ref<Tensor> tensor,
                saved.content.restore(saved.own_output < 0 ? saved.producer : own));
    restored.push_back(std::move(tensor));
  }
  return restored;
}

// The caller's function sees arrays: an absent cotangent is one of zeros.
Result<PoolVector<Ref<Tensor>>> CustomNode::complete(EagerBuilder& builder,
                                                     const ops::Values& cotangents) {
  PoolVector<Ref<Tensor>> given;
  for (size_t i = 0; i < cotangents.size(); ++i) {
    const ops::Value like(&builder, ops::Argument::of_int(0));
    given.push_back(cotangents[i] ? cotangents[i].tensor()
                                  : ops::zeros(like, output_types_[i]).tensor());
    if (!builder.status().ok()) return builder.status();
  }
  return given;
}

// The gradient of an input has its shape; a floating dtype other than its own is cast.
Status CustomNode::check(const Tensor& gradient, size_t input) const {
  const TensorType& type = input_types_[input];
  if (gradient.shape() != type.shape)
    return errors::invalid_value(gradient_.name, "backward must give gradient ", input,
                                 " the shape of its input, ", type.shape, "; got ",
                                 gradient.shape());
  if (!is_inexact(gradient.dtype()))
    return errors::invalid_type(gradient_.name, "backward must give gradient ", input,
                                " a floating dtype; got ", gradient.dtype());
  return {};
}

Result<ops::Values> CustomNode::backward(const ops::Values& cotangents, bool) {
  if (released_) return already_released(gradient_.name);
  EagerBuilder builder;
  WEFT_ASSIGN(const PoolVector<Ref<Tensor>> saved, restore_saved());
  WEFT_ASSIGN(const PoolVector<Ref<Tensor>> given, complete(builder, cotangents));
  PoolVector<Ref<Tensor>> gradients(input_types_.size());
  WEFT_TRY(gradient_.backward(saved, given, gradients));
  ops::Values result(input_types_.size());
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i] || !edges_[i]) continue;
    WEFT_TRY(check(*gradients[i], i));
    // The caller may compute in another floating dtype.
    result[i] = ops::cast(builder.value(std::move(gradients[i])), input_types_[i].dtype);
  }
  if (!builder.status().ok()) return builder.status();
  return result;
}

// An output with a history, or on the memory of an input, would get a second one.
Status check_outputs(std::string_view name, std::span<Tensor* const> inputs,
                     std::span<Tensor* const> outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    bool is_new = outputs[i]->covers_box() && !outputs[i]->is_recorded();
    for (Tensor* input : inputs) is_new &= &input->box() != &outputs[i]->box();
    if (!is_new)
      return errors::invalid_value(name, "forward must give new arrays; output ", i,
                                   " shares memory with another or has a history: take a copy()");
  }
  return {};
}

}  // namespace

Status record_custom(CustomGradient gradient, std::span<Tensor* const> inputs,
                     std::span<Tensor* const> outputs, std::span<Tensor* const> saved) {
  const uint32_t modes = thread_state().modes;
  if (modes & kTracing) return eager::cannot_be_traced(gradient.name);
  bool any = false;
  for (Tensor* input : inputs) any |= is_inexact(input->dtype()) && input->is_recorded();
  if (!(modes & kRecording) || !any) return {};
  // Before the node is made, so that no output has half a history.
  WEFT_TRY(check_outputs(gradient.name, inputs, outputs));
  auto* node = new CustomNode(std::move(gradient));
  const Ref<TapeNode> owned = Ref<TapeNode>::adopt(node);
  node->save(inputs, outputs, saved);
  for (size_t i = 0; i < outputs.size(); ++i)
    if (is_inexact(outputs[i]->dtype()))
      outputs[i]->box().set_content(Ref<Object>(node), static_cast<uint32_t>(i));
  return {};
}

}  // namespace weft::autograd
