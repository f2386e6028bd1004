#include "autograd/function.h"

#include "autograd/call.h"
#include "autograd/eager_builder.h"
#include "autograd/program_call.h"
#include "base/errors.h"
#include "runtime/thread_state.h"

namespace weft::autograd {

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

Status Function::call(std::span<Tensor* const> inputs, std::span<Tensor*> outs) {
  if (inputs.size() != inputs_)
    return errors::invalid_type("function", "takes ", inputs_, " arrays; got ", inputs.size());
  if (outs.size() != outputs_)
    return errors::invalid_value("function", "has ", outputs_, " outputs; room was given for ",
                                 outs.size());
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
