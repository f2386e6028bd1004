// The entry of a planned program on the tape: its backward runs the plan's backward half in the
// frame of the call, or, where the gradient is differentiated again, calls the joint program.
#include <memory>

#include "autograd/tape.h"
#include "autograd/tape_recorder.h"
#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/program_call.h"
#include "executor/program/program.h"
#include "ops/row_sum.h"
#include "runtime/device.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using eager::EagerBuilder;
using executor::Compiled;
using executor::Program;

Result<Ref<Tensor>> zeros(const ops::TensorType& type) {
  EagerBuilder builder;
  const ops::Value result = ops::zeros(ops::Value(&builder, ops::Argument::of_int(0)), type);
  if (!builder.status().ok()) return builder.status();
  return result.tensor();
}

// What the engine runs. It holds the frame, which the forward pass filled.
struct Backward {
  Ref<Compiled> compiled;
  executor::FramePtr frame;
  RandomKey key;
  bool consuming;
  PoolVector<void*> inputs{}, outputs{}, cotangents{}, gradients{};

  Status operator()() const {
    return compiled->backward(*frame, inputs, outputs, cotangents, gradients, consuming, key.seed,
                              key.first_ordinal);
  }
};

// Holds the frame of its call: residuals of the forward half, which the backward half reads. The
// frame goes back to its plan when the node gives up what it saved.
class ProgramNode final : public TapeNode {
 public:
  ProgramNode(std::string_view name, const eager::ProgramRun& run)
      : name_(name), compiled_(run.compiled), frame_(run.frame), key_(run.key) {}

  std::string_view name() const override { return name_; }
  size_t output_count() const override { return compiled_->output_types().size(); }
  const ops::TensorType& output_type(size_t output) const override {
    return compiled_->output_types()[output];
  }
  void save(std::span<const Ref<Tensor>> inputs, std::span<const Edge> edges,
            std::span<const Ref<Tensor>> outputs);
  Result<ops::Values> backward(const ops::Values& cotangents, bool retain) override;
  void release_saved() override {
    frame_ = executor::FramePtr();
    for (SavedTensor& input : inputs_) input.clear();
    for (SavedTensor& output : outputs_) output.clear();
    released_ = true;
  }

 private:
  // Where the backward pass is itself recorded.
  Result<ops::Values> differentiable(const ops::Values& cotangents);
  Result<Ref<Tensor>> cotangent(const ops::Values& cotangents, size_t output) const;
  ops::Value sum_of(size_t input, const ops::Value& indices, const ops::Value& rows) const;
  Result<ops::Values> room_for_gradients(EagerBuilder& builder, Backward& call,
                                         PoolVector<Storage*>& writes) const;
  // Outputs from here on are results of effects: the joint program takes them as inputs.
  size_t first_effect_result() const { return output_count() - compiled_->effect_results(); }

  std::string_view name_;
  Ref<Compiled> compiled_;
  executor::FramePtr frame_;
  RandomKey key_;
  PoolVector<SavedTensor> inputs_;   // all of them: a second order runs the forward again
  PoolVector<SavedTensor> outputs_;  // those that backward reads, and results of effects
  bool released_ = false;
};

// After the run: states have their new contents then.
void ProgramNode::save(std::span<const Ref<Tensor>> inputs, std::span<const Edge> edges,
                       std::span<const Ref<Tensor>> outputs) {
  edges_.reserve(edges.size());
  for (const Edge& edge : edges) edges_.emplace_back(edge);
  order_after_edges();
  for (const Ref<Tensor>& input : inputs) inputs_.emplace_back(*input);
  outputs_.resize(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i)
    if (compiled_->backward_reads_output(i) || i >= first_effect_result())
      outputs_[i] = SavedTensor(*outputs[i]);
}

// A plan reads dense arrays on its device; an absent cotangent is one of zeros.
Result<Ref<Tensor>> ProgramNode::cotangent(const ops::Values& cotangents, size_t output) const {
  if (!cotangents[output]) return zeros(compiled_->output_types()[output]);
  if (Device* const given = cotangents[output].tensor()->device(); given != compiled_->device())
    return errors::invalid_value("backward", "the gradient of output ", output, " of `", name_,
                                 "` must be on ", name_of(compiled_->device()), "; got one on ",
                                 name_of(given));
  return eager::dense(cotangents[output].tensor());
}

// The gradient as a call of the joint program: recorded in its turn.
Result<ops::Values> ProgramNode::differentiable(const ops::Values& cotangents) {
  PoolVector<Ref<Tensor>> arguments;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    WEFT_ASSIGN(Ref<Tensor> input, inputs_[i].restore(edges_[i]));
    WEFT_ASSIGN(input, eager::dense(input));
    arguments.push_back(std::move(input));
  }
  for (size_t i = 0; i < cotangents.size(); ++i) {
    if (!compiled_->takes_cotangent(i)) continue;
    WEFT_ASSIGN(Ref<Tensor> given, cotangent(cotangents, i));
    arguments.push_back(std::move(given));
  }
  for (size_t i = first_effect_result(); i < outputs_.size(); ++i) {
    WEFT_ASSIGN(Ref<Tensor> result, outputs_[i].restore({}));
    arguments.push_back(std::move(result));
  }
  WEFT_ASSIGN(Ref<Program> joint, compiled_->joint());
  size_t count = 0;
  for (size_t i = 0; i < inputs_.size(); ++i)
    if (compiled_->has_gradient(i)) count += compiled_->gradient_rows(i) < 0 ? 1 : 2;
  PoolVector<Ref<Tensor>> results(count);
  WEFT_TRY(eager::call_program(*joint, arguments, results, &key_, name_));
  EagerBuilder builder;
  ops::Values gradients(inputs_.size());
  size_t next = 0;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!compiled_->has_gradient(i)) continue;
    gradients[i] = builder.value(std::move(results[next++]));
    if (compiled_->gradient_rows(i) >= 0)
      gradients[i] = sum_of(i, builder.value(std::move(results[next++])), gradients[i]);
  }
  return gradients;
}

// A row-sparse gradient, of the two arrays that a plan gives for it.
ops::Value ProgramNode::sum_of(size_t input, const ops::Value& indices,
                               const ops::Value& rows) const {
  return ops::row_sum(compiled_->input_types()[input], indices, rows);
}

// New arrays for the gradients that a call makes: where one is a sum of rows, one for its indices.
Result<ops::Values> ProgramNode::room_for_gradients(EagerBuilder& builder, Backward& call,
                                                    PoolVector<Storage*>& writes) const {
  const auto make = [&](size_t place, const ops::TensorType& type) -> Result<ops::Value> {
    WEFT_ASSIGN(Ref<Tensor> made, Tensor::create(type.dtype, type.shape, compiled_->device()));
    call.gradients[place] = made->data();
    writes.push_back(made->box().storage());
    return builder.value(std::move(made));
  };
  const size_t count = inputs_.size();
  call.gradients.resize(2 * count);
  ops::Values gradients(count);
  for (size_t i = 0; i < count; ++i) {
    if (!compiled_->has_gradient(i)) continue;
    ops::TensorType type = compiled_->input_types()[i];
    const int64_t rows = compiled_->gradient_rows(i);
    if (rows >= 0) type.shape[0] = rows;
    WEFT_ASSIGN(gradients[i], make(i, type));
    if (rows < 0) continue;
    WEFT_ASSIGN(const ops::Value indices, make(count + i, {DType::kInt64, Shape{rows}}));
    gradients[i] = sum_of(i, indices, gradients[i]);
  }
  return gradients;
}

// Binds all that the backward half reads and writes, and runs it or queues it.
Result<ops::Values> ProgramNode::backward(const ops::Values& cotangents, bool retain) {
  if (released_) return already_released(name_);
  // The plan itself is not differentiable; the joint program, which is a graph, is.
  if (thread_state().modes & kRecording) return differentiable(cotangents);
  // The backward half is planned when it is first asked for. A consuming one may write over the
  // residuals.
  WEFT_TRY(compiled_->plan_backward(!retain));
  Backward call{compiled_, frame_, key_, !retain};
  call.inputs.resize(inputs_.size());
  call.outputs.resize(cotangents.size());
  call.cotangents.resize(cotangents.size());
  // What it reads may be given up, and then written by others, while it is queued.
  PoolVector<Storage*> reads{frame_->residual()}, writes;
  if (!retain) writes.push_back(frame_->residual());
  PoolVector<Ref<Tensor>> alive;
  bool pinned = false;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (!compiled_->backward_reads_input(i)) continue;
    call.inputs[i] = inputs_[i].view().data;
    reads.push_back(inputs_[i].storage());
  }
  for (size_t i = 0; i < cotangents.size(); ++i) {
    if (outputs_[i]) {
      call.outputs[i] = outputs_[i].view().data;
      reads.push_back(outputs_[i].storage());
    }
    if (!compiled_->takes_cotangent(i)) continue;
    WEFT_ASSIGN(Ref<Tensor> array, cotangent(cotangents, i));
    call.cotangents[i] = array->data();
    reads.push_back(array->box().storage());
    pinned = pinned || array->box().pinned();
    alive.push_back(std::move(array));
  }
  EagerBuilder builder;
  WEFT_ASSIGN(ops::Values gradients, room_for_gradients(builder, call, writes));
  WEFT_TRY(eager::run_or_push(reads, writes, pinned, std::move(call)));
  return gradients;
}

}  // namespace

// Where the arguments come from is asked before the run: it may give states new contents.
Status TapeRecorder::call_program(Program& program, std::span<const Ref<Tensor>> arguments,
                                  std::span<Ref<Tensor>> results, const RandomKey* repeated,
                                  std::string_view name) {
  PoolVector<Edge> edges(arguments.size());
  executor::Wanted wanted(arguments.size(), false);
  bool any_wanted = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!is_inexact(arguments[i]->dtype())) continue;
    edges[i] = producer(*arguments[i]);
    wanted[i] = static_cast<bool>(edges[i]);
    any_wanted = any_wanted || wanted[i];
  }
  if (!any_wanted) wanted.clear();
  WEFT_ASSIGN(const eager::ProgramRun run,
              eager::run_program(program, arguments, wanted, repeated));
  for (size_t i = 0; i < results.size(); ++i) results[i] = run.outputs[i];
  if (!any_wanted) return {};
  auto* const node = new ProgramNode(name, run);
  const Ref<TapeNode> owned = Ref<TapeNode>::adopt(node);
  node->save(arguments, edges, run.outputs);
  for (size_t i = 0; i < results.size(); ++i)
    if (is_inexact(results[i]->dtype()))
      results[i]->box().set_content(Ref<Object>(node), static_cast<uint32_t>(i));
  return {};
}

}  // namespace weft::autograd
