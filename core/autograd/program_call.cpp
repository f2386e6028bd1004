#include "autograd/program_call.h"

#include <algorithm>
#include <memory>

#include "autograd/call.h"
#include "autograd/eager_builder.h"
#include "autograd/run.h"
#include "autograd/tape.h"
#include "base/errors.h"
#include "ops/row_sum.h"
#include "runtime/device.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using executor::Compiled;
using executor::Program;

Result<Ref<Tensor>> zeros(const ops::TensorType& type) {
  EagerBuilder builder;
  const ops::Value result = ops::zeros(ops::Value(&builder, ops::Argument::of_int(0)), type);
  if (!builder.status().ok()) return builder.status();
  return result.tensor();
}

// ---- what is run, at once or by the engine's threads ------------------------------------------

struct Forward {
  Ref<Compiled> compiled;
  executor::FramePtr frame;
  RandomKey key;
  PoolVector<void*> in, out;

  Status operator()() const {
    return compiled->forward(*frame, in, out, key.seed, key.first_ordinal);
  }
};

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

template <class Call>
struct CallTask final : Task {
  explicit CallTask(Call&& made) : call(std::move(made)) { origin = current_origin(); }
  Status run() override { return call(); }
  const Call call;
};

// Others touch pinned arrays when they like: a call that reads one is done when it returns. So is
// one that has to run on this thread.
template <class Call>
Status run_or_push(std::span<Storage* const> reads, std::span<Storage* const> writes, bool pinned,
                   Call call) {
  const bool is_long = autograd::is_long(call.compiled->cost());
  Device* const device = call.compiled->device();
  if (call.compiled->runs_on_caller()) {
    return run_reentrant(reads, writes, is_long, [&]() -> Status {
      WEFT_TRY(call());
      return device ? device->synchronize() : Status();
    });
  }
  if (device)
    return engine_submit(reads, writes, *device, std::make_unique<CallTask<Call>>(std::move(call)));
  if (engine_defers() && !pinned)
    return engine_push(reads, writes, std::make_unique<CallTask<Call>>(std::move(call)));
  return run_ordered(reads, writes, is_long, call);
}

// ---- the entry on the tape --------------------------------------------------------------------

class ProgramNode final : public TapeNode {
 public:
  ProgramNode(std::string_view name, Ref<Compiled> compiled, executor::FramePtr frame,
              RandomKey key)
      : name_(name), compiled_(std::move(compiled)), frame_(std::move(frame)), key_(key) {}

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
  Result<ops::Values> differentiable(const ops::Values& cotangents);
  Result<Ref<Tensor>> cotangent(const ops::Values& cotangents, size_t output) const;
  ops::Value sum_of(size_t input, const ops::Value& indices, const ops::Value& rows) const;
  Result<ops::Values> room_for_gradients(EagerBuilder& builder, Backward& call,
                                         PoolVector<Storage*>& writes) const;
  size_t first_effect_result() const { return output_count() - compiled_->effect_results(); }

  std::string_view name_;
  Ref<Compiled> compiled_;
  executor::FramePtr frame_;
  RandomKey key_;
  PoolVector<SavedTensor> inputs_;   // all of them: a second order runs the forward again
  PoolVector<SavedTensor> outputs_;  // those that backward reads, and results of effects
  bool released_ = false;
};

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

Result<Ref<Tensor>> ProgramNode::cotangent(const ops::Values& cotangents, size_t output) const {
  if (!cotangents[output]) return zeros(compiled_->output_types()[output]);
  if (Device* const given = cotangents[output].tensor()->device(); given != compiled_->device())
    return errors::invalid_value("backward", "the gradient of output ", output, " of `", name_,
                                 "` must be on ", name_of(compiled_->device()), "; got one on ",
                                 name_of(given));
  return dense(cotangents[output].tensor());
}

// The gradient as a call of the joint program: recorded in its turn.
Result<ops::Values> ProgramNode::differentiable(const ops::Values& cotangents) {
  PoolVector<Ref<Tensor>> arguments;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    WEFT_ASSIGN(Ref<Tensor> input, inputs_[i].restore(edges_[i]));
    WEFT_ASSIGN(input, dense(input));
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
  WEFT_TRY(call_program(*joint, arguments, results, &key_, name_));
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

Result<ops::Values> ProgramNode::backward(const ops::Values& cotangents, bool retain) {
  if (released_) return already_released(name_);
  if (thread_state().modes & kRecording) return differentiable(cotangents);
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
  WEFT_TRY(run_or_push(reads, writes, pinned, std::move(call)));
  return gradients;
}

// ---- the call -----------------------------------------------------------------------------------

// What one call is made of.
struct Call {
  Device* device = nullptr;
  PoolVector<ops::TensorType> types;
  PoolVector<Edge> edges;
  executor::Wanted wanted;
  bool any_wanted = false;
  PoolVector<void*> in;
  PoolVector<void*> out;
  PoolVector<Storage*> reads;
  PoolVector<Storage*> writes;
  PoolVector<Ref<Tensor>> outputs;
};

// A plan that ran has put them out of the caches. Fetched one by one, a network's hundred
// parameters take some 30 µs.
void fetch(std::span<const Ref<Tensor>> arguments) {
  for (const Ref<Tensor>& argument : arguments) {
    __builtin_prefetch(argument.get());
    __builtin_prefetch(&argument->shape());
  }
  for (const Ref<Tensor>& argument : arguments) __builtin_prefetch(&argument->box());
  for (const Ref<Tensor>& argument : arguments) __builtin_prefetch(argument->box().storage());
}

Status look_at(std::span<const Ref<Tensor>> arguments, Call& call) {
  fetch(arguments);
  const bool recording = thread_state().modes & kRecording;
  const bool has_place = !arguments.empty() && !arguments[0]->box().traced();
  call.device = has_place ? arguments[0]->device() : thread_state().device;
  call.edges.resize(arguments.size());
  call.types.reserve(arguments.size());
  if (recording) call.wanted.assign(arguments.size(), false);
  for (size_t i = 0; i < arguments.size(); ++i) {
    Tensor& argument = *arguments[i];
    if (argument.box().traced()) return traced_value_error("function");
    if (argument.device() != arguments[0]->device())
      return errors::invalid_value("function",
                                   "runs on one device, but argument or capture 0 is on ",
                                   name_of(arguments[0]->device()), " and ", i, ", of shape ",
                                   argument.shape(), ", on ", name_of(argument.device()));
    call.types.push_back({argument.dtype(), argument.shape()});
    if (!recording || !is_floating(argument.dtype())) continue;
    call.edges[i] = producer(argument);
    if (!call.edges[i]) continue;
    call.wanted[i] = true;
    call.any_wanted = true;
  }
  if (!call.any_wanted) call.wanted.clear();
  return {};
}

// The array that output `i` of the plan goes to: a new one, or for a state its box's own memory
// where nobody holds the old content and the plan cannot fail half-way. Pinned memory is always
// written in place.
Result<Ref<Tensor>> output_array(const Compiled& compiled, std::span<const Ref<Tensor>> arguments,
                                 size_t i) {
  if (const int32_t input = compiled.state_of_output(i); input >= 0) {
    const Ref<Tensor>& argument = arguments[static_cast<size_t>(input)];
    WEFT_TRY(check_writable(*argument, thread_state().modes & kRecording));
    const Box& box = argument->box();
    const bool keeps = keeps_state(*argument);
    if (!keeps &&
        (box.pinned() || !(compiled.runs_on_caller() || box.storage()->held_as_value()))) {
      box.storage()->note_write();
      return argument;
    }
  }
  const ops::TensorType& type = compiled.output_types()[i];
  return Tensor::create(type.dtype, type.shape, compiled.device());
}

Status bind_call(const Compiled& compiled, std::span<const Ref<Tensor>> arguments, Call& call) {
  for (const graph::StatePair& state : compiled.states()) {
    // Its new content would have no history, and a gradient through it would be lost silently.
    const Tensor& target = *arguments[static_cast<size_t>(state.input)];
    if (call.any_wanted && !target.box().state && !target.box().leaf && is_floating(target.dtype()))
      return errors::invalid_state("function", "a hybridized function writes to array ",
                                   state.input,
                                   " of its arguments and captures while it is recorded, so the "
                                   "write would have no gradient; return the new value instead, or "
                                   "mark the array as state");
  }
  for (size_t i = 0; i < compiled.output_types().size(); ++i) {
    WEFT_ASSIGN(Ref<Tensor> output, output_array(compiled, arguments, i));
    call.out.push_back(output->data());
    call.writes.push_back(output->box().storage());
    call.outputs.push_back(std::move(output));
  }
  for (const Ref<Tensor>& argument : arguments) {
    call.in.push_back(argument->data());
    call.reads.push_back(argument->box().storage());
  }
  return {};
}

// New contents of state pairs that could not share memory move into their boxes; a part of a box
// is written.
Status store_states(const Compiled& compiled, std::span<const Ref<Tensor>> arguments,
                    const Call& call) {
  ModeScope plain(0, kRecording);
  for (const graph::StatePair& state : compiled.states()) {
    Tensor& target = *arguments[static_cast<size_t>(state.input)];
    if (keeps_state(target)) continue;
    const Ref<Tensor>& content = call.outputs[static_cast<size_t>(state.output)];
    Box& box = target.box();
    if (&box != &content->box()) {
      if (target.covers_box())
        box.set_storage(Ref<Storage>(content->box().storage()));
      else
        WEFT_TRY(write(target, ops::Argument::of_tensor(content.get())));
    }
    if (!box.leaf) box.set_content(Ref<Object>(), 0);
  }
  return {};
}

// Kept from an earlier call, or made now, on this thread: a failure is known before it is kept.
// Pinned memory is written without a note, so nothing is kept of it.
Result<Ref<executor::Prepared>> prepared_values(executor::Preparation& preparation,
                                                std::span<const Ref<Tensor>> arguments) {
  PoolVector<Storage*> sources, writes;
  PoolVector<void*> in;
  bool pinned = false;
  for (const int32_t i : preparation.inputs()) {
    const Tensor& argument = *arguments[static_cast<size_t>(i)];
    pinned = pinned || argument.box().pinned();
    sources.push_back(argument.box().storage());
    in.push_back(argument.data());
  }
  if (!pinned)
    if (Ref<executor::Prepared> kept = preparation.kept(sources)) return kept;
  WEFT_ASSIGN(Ref<executor::Prepared> made,
              executor::Prepared::allocate(preparation.types(), sources));
  for (const Ref<Storage>& content : made->contents()) writes.push_back(content.get());
  Compiled& plan = preparation.plan();
  WEFT_ASSIGN(const executor::FramePtr frame, plan.checkout());
  WEFT_TRY(run_ordered(sources, writes, is_long(plan.cost()),
                       [&] { return preparation.make(*frame, *made, in); }));
  if (!pinned) preparation.keep(made);
  return made;
}

RandomKey key_of(int32_t ordinals, const RandomKey* repeated) {
  if (repeated) return *repeated;
  return ordinals ? take_ordinals(static_cast<uint64_t>(ordinals)) : RandomKey{0, 0};
}

}  // namespace

Status call_program(Program& program, std::span<const Ref<Tensor>> arguments,
                    std::span<Ref<Tensor>> results, const RandomKey* repeated,
                    std::string_view name) {
  if (program.stages())
    return call_stages(program, arguments, results, key_of(program.graph().ordinals, repeated));
  Call call;
  WEFT_TRY(look_at(arguments, call));
  WEFT_ASSIGN(Ref<Compiled> compiled,
              program.compile(call.types, call.wanted, call.device, executor::Prepare::kYes));
  WEFT_TRY(bind_call(*compiled, arguments, call));
  Ref<executor::Prepared> prepared;
  if (executor::Preparation* const preparation = compiled->preparation()) {
    WEFT_ASSIGN(prepared, prepared_values(*preparation, arguments));
    for (const Ref<Storage>& content : prepared->contents()) {
      call.in.push_back(content->data());
      call.reads.push_back(content.get());
    }
  }
  WEFT_ASSIGN(const executor::FramePtr frame, compiled->checkout());
  if (frame->residual()) call.writes.push_back(frame->residual());
  const RandomKey key = key_of(compiled->ordinals(), repeated);
  const bool pinned = std::ranges::any_of(
      arguments, [](const Ref<Tensor>& argument) { return argument->box().pinned(); });
  WEFT_TRY(run_or_push(call.reads, call.writes, pinned,
                       Forward{compiled, frame, key, std::move(call.in), std::move(call.out)}));
  WEFT_TRY(store_states(*compiled, arguments, call));
  for (size_t i = 0; i < results.size(); ++i) results[i] = call.outputs[i];
  if (!call.any_wanted) return {};
  auto* node = new ProgramNode(name, compiled, frame, key);
  const Ref<TapeNode> owned = Ref<TapeNode>::adopt(node);
  node->save(arguments, call.edges, call.outputs);
  for (size_t i = 0; i < results.size(); ++i)
    if (is_floating(results[i]->dtype()))
      results[i]->box().set_content(Ref<Object>(node), static_cast<uint32_t>(i));
  return {};
}

}  // namespace weft::autograd
