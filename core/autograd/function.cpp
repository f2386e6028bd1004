#include "autograd/function.h"

#include "autograd/call.h"
#include "autograd/eager_builder.h"
#include "autograd/program_call.h"
#include "base/errors.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

// The bytes that an array may touch: addresses, or places in a traced box.
struct Reach {
  intptr_t begin;
  intptr_t end;
};
Reach reach_of(const Tensor& tensor) {
  if (tensor.elements() == 0) return {0, 0};
  int64_t first = tensor.offset();
  int64_t last = tensor.offset();
  for (int axis = 0; axis < tensor.rank(); ++axis) {
    const int64_t span = (tensor.shape()[axis] - 1) * tensor.strides()[axis];
    (span < 0 ? first : last) += span;
  }
  const Storage* storage = tensor.box().storage();
  const auto base = storage ? reinterpret_cast<intptr_t>(storage->data()) : 0;
  const int64_t size = size_of(tensor.dtype());
  return {base + first * size, base + (last + 1) * size};
}

// Two boxes may be on the same memory only if others gave it to one of them.
bool may_share(const Box& a, const Box& b) {
  if (&a == &b) return true;
  return !a.traced() && !b.traced() && (a.storage()->foreign() || b.storage()->foreign());
}

bool may_overlap(const Tensor& a, const Tensor& b) {
  if (!may_share(a.box(), b.box())) return false;
  const Reach in_a = reach_of(a);
  const Reach in_b = reach_of(b);
  return in_a.begin < in_b.end && in_b.begin < in_a.end;
}

}  // namespace

Result<Ref<Function>> Function::create(TracedProgram traced) {
  const size_t inputs = traced.inputs;
  const size_t outputs = traced.outputs;
  WEFT_ASSIGN(Ref<executor::Program> program, executor::Program::create(std::move(traced.graph)));
  return Ref<Function>::adopt(
      new Function(std::move(program), inputs, outputs, std::move(traced.captures)));
}

Status Function::inline_call(std::span<Tensor* const> inputs, std::span<Tensor*> outs) {
  Trace& trace = *current_trace();
  std::vector<ops::Value> values;
  for (Tensor* input : inputs) {
    WEFT_ASSIGN(ops::Value value, trace.read(*input));
    values.push_back(std::move(value));
  }
  for (const Ref<Tensor>& capture : captures_) {
    WEFT_ASSIGN(ops::Value value, trace.read(*capture));
    values.push_back(std::move(value));
  }
  const graph::Graph& source = program_->graph();
  const auto inlined = graph::inline_graph(trace.builder(), source, values);
  WEFT_TRY(trace.builder().status());
  const auto content = [&](size_t output) {
    return inlined[static_cast<size_t>(source.outputs[output])];
  };
  for (size_t i = 0; i < outs.size(); ++i) {
    WEFT_ASSIGN(Ref<Tensor> out, trace.array(content(i)));
    outs[i] = out.detach();
  }
  for (const graph::StatePair& state : source.states) {
    const auto input = static_cast<size_t>(state.input);
    Tensor& target = input < inputs_ ? *inputs[input] : *captures_[input - inputs_];
    WEFT_ASSIGN(Ref<Tensor> value, trace.array(content(static_cast<size_t>(state.output))));
    WEFT_TRY(trace.write(target, ops::Argument::of_tensor(value.get())));
  }
  return {};
}

// An input that the function writes and that was not dense took part as a copy.
Status Function::write_back(std::span<Tensor* const> inputs,
                            std::span<const Ref<Tensor>> arguments) const {
  ModeScope plain(0, kRecording);
  for (const graph::StatePair& state : program_->graph().states) {
    const auto i = static_cast<size_t>(state.input);
    if (i < inputs_ && arguments[i].get() != inputs[i])
      WEFT_TRY(write(*inputs[i], ops::Argument::of_tensor(arguments[i].get())));
  }
  return {};
}

// The trace took its arguments for different arrays: a write to one is not seen through another.
Status Function::check_written_once(std::span<Tensor* const> inputs) const {
  for (const graph::StatePair& state : program_->graph().states) {
    const auto written = static_cast<size_t>(state.input);
    const Tensor& target = written < inputs_ ? *inputs[written] : *captures_[written - inputs_];
    // Captures are one to a box, so a capture can overlap with inputs only.
    const size_t others = written < inputs_ ? inputs_ + captures_.size() : inputs_;
    for (size_t i = 0; i < others; ++i) {
      const Tensor& other = i < inputs_ ? *inputs[i] : *captures_[i - inputs_];
      if (i != written && may_overlap(target, other))
        return errors::invalid_state("function", "arguments and captures ", written, " and ", i,
                                     " share memory, and the function writes to it; pass a "
                                     "copy() of one, or do not hybridize");
    }
  }
  return {};
}

Status Function::call(std::span<Tensor* const> inputs, std::span<Tensor*> outs) {
  if (inputs.size() != inputs_)
    return errors::invalid_type("function", "takes ", inputs_, " arrays; got ", inputs.size());
  if (outs.size() != outputs_)
    return errors::invalid_value("function", "has ", outputs_, " outputs; room was given for ",
                                 outs.size());
  WEFT_TRY(check_written_once(inputs));
  if (thread_state().modes & kTracing) return inline_call(inputs, outs);
  PoolVector<Ref<Tensor>> arguments;
  for (Tensor* input : inputs) {
    WEFT_ASSIGN(Ref<Tensor> argument, dense(Ref<Tensor>(input)));
    arguments.push_back(std::move(argument));
  }
  for (const Ref<Tensor>& capture : captures_) arguments.push_back(capture);
  PoolVector<Ref<Tensor>> results(outputs_);
  WEFT_TRY(call_program(*program_, arguments, results));
  WEFT_TRY(write_back(inputs, arguments));
  for (size_t i = 0; i < outs.size(); ++i) {
    if (outs[i])
      WEFT_TRY(write(*outs[i], ops::Argument::of_tensor(results[i].get())));
    else
      outs[i] = results[i].detach();
  }
  return {};
}

}  // namespace weft::autograd
