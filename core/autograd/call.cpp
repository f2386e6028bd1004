#include "autograd/call.h"

#include "autograd/eager_builder.h"
#include "autograd/fast_call.h"
#include "autograd/tape.h"
#include "autograd/trace.h"
#include "base/errors.h"
#include "ops/registry.h"
#include "runtime/engine.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using ops::Argument;
using ops::OpDef;
using ops::Tag;

// out[...] = result: eagerly the kernel's result is copied there.
Status store(Tensor*& out, Ref<Tensor> result) {
  if (!out) {
    out = result.detach();
    return {};
  }
  return write(*out, Argument::of_tensor(result.get()));
}

Status check_out(const OpDef& op, const Tensor& out, const Tensor& result) {
  if (out.shape() != result.shape())
    return errors::invalid_value(op.name, "`out` must have shape ", result.shape(), "; got ",
                                 out.shape());
  const bool loses = is_floating(result.dtype()) && !is_floating(out.dtype());
  if (loses)
    return errors::invalid_type(op.name, "`out` of dtype ", out.dtype(),
                                " cannot hold results of dtype ", result.dtype());
  return {};
}

}  // namespace

Result<Ref<Tensor>> dense(Ref<Tensor> tensor) {
  if (tensor->dense()) return tensor;
  Tensor* copy = nullptr;
  const Argument argument = Argument::of_tensor(tensor.get());
  WEFT_TRY(invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}));
  return Ref<Tensor>::adopt(copy);
}

Status invoke(const OpDef& op, std::span<const Argument> arguments, std::span<Tensor*> outs) {
  if (outs.size() != static_cast<size_t>(op.output_count))
    return errors::invalid_value(op.name, "has ", op.output_count, " outputs; room was given for ",
                                 outs.size());
  Status status;
  if (call_fast(op, arguments, outs, &status)) return status;
  const size_t given = std::min(arguments.size(), op.inputs.size());
  EagerBuilder builder;
  ops::Values inputs;
  for (size_t i = 0; i < given; ++i) {
    const Argument& a = arguments[i];
    if (a.is_absent())
      inputs.push_back({});
    else if (a.tag == Tag::kTensor && a.tensor)
      inputs.push_back(builder.value(Ref<Tensor>(a.tensor)));
    else if (a.is_scalar())
      inputs.push_back(ops::Value(&builder, a));
    else
      return errors::invalid_type(op.name, "`", op.inputs[i].name,
                                  "` must be an array or a number");
  }
  for (size_t i = given; i < op.inputs.size(); ++i)
    if (!op.inputs[i].optional)
      return errors::invalid_type(op.name, "`", op.inputs[i].name, "` must be given");
  for (size_t i = 0; i < given; ++i)
    if (!inputs[i] && !op.inputs[i].optional)
      return errors::invalid_type(op.name, "`", op.inputs[i].name, "` must be given");
  const ops::Values results = builder.emit(op, inputs, arguments.subspan(given));
  WEFT_TRY(builder.status());
  for (size_t i = 0; i < outs.size(); ++i)
    if (outs[i]) WEFT_TRY(check_out(op, *outs[i], *results[i].tensor()));
  for (size_t i = 0; i < outs.size(); ++i) WEFT_TRY(store(outs[i], results[i].tensor()));
  return {};
}

}  // namespace weft::autograd
