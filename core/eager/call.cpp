// The way that every eager call takes: read arguments, settle integers, try the short ways (the
// fast call, an update in place, a program over the caller's arrays), else run the operator and
// store its results.
#include "eager/call.h"

#include "base/errors.h"
#include "eager/builder.h"
#include "eager/fast_call.h"
#include "ops/registry.h"
#include "ops/weak_integers.h"
#include "runtime/engine/engine.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

using ops::Argument;
using ops::OpDef;
using ops::Tag;

// A list of arrays is the last argument. Behind the call its arrays are inputs like others.
Status read_list(EagerBuilder& builder, const OpDef& op, const Argument& list,
                 ops::Values& inputs) {
  if (list.tag != Tag::kTensors || (list.count > 0 && !list.tensors))
    return errors::invalid_type(op.name, "`", op.inputs.back().name, "` must be a list of arrays");
  WEFT_TRY(ops::check_input_count(op, inputs.size() + list.count));
  inputs.reserve(inputs.size() + list.count);
  for (Tensor* tensor : list.as_tensors()) {
    if (!tensor)
      return errors::invalid_type(op.name, "`", op.input_name(inputs.size()), "` must be given");
    inputs.push_back(builder.value(Ref<Tensor>(tensor)));
  }
  return {};
}

// out[...] = result: a copy, unless it was computed there.
Status store(Tensor*& out, Ref<Tensor> result) {
  if (out == result.get()) return {};
  if (!out) {
    out = result.detach();
    return {};
  }
  return write(*out, Argument::of_tensor(result.get()));
}

// NumPy's rule for `out`: the same shape, and no silent loss of a fraction.
Status check_out(const OpDef& op, const Tensor& out, const Tensor& result) {
  if (out.shape() != result.shape())
    return errors::invalid_value(op.name, "`out` must have shape ", result.shape(), "; got ",
                                 out.shape());
  const bool loses = kind_of(result.dtype()) >= DTypeKind::kFloat &&
                     kind_of(result.dtype()) > kind_of(out.dtype());
  if (loses)
    return errors::invalid_type(op.name, "`out` of dtype ", out.dtype(),
                                " cannot hold results of dtype ", result.dtype());
  return {};
}

// The inputs among a call's arguments; the arrays of a list follow the others.
Status read_inputs(EagerBuilder& builder, const OpDef& op, std::span<const Argument> arguments,
                   ops::Values& inputs) {
  inputs.reserve(op.inputs.size());
  for (size_t i = 0; i < op.inputs.size(); ++i) {
    const Argument a = i < arguments.size() ? arguments[i] : Argument();
    const ops::InputDef& input = op.inputs[i];
    if (a.is_absent() && !input.optional)
      return errors::invalid_type(op.name, "`", input.name, "` must be given");
    if (input.list && !a.is_absent()) return read_list(builder, op, a, inputs);
    if (a.is_absent())
      inputs.push_back({});
    else if (a.tag == Tag::kTensor && a.tensor)
      inputs.emplace_back(&builder, Ref<Tensor>(a.tensor));
    else if (a.tag == Tag::kComplex && !a.parts)
      return errors::invalid_type(op.name, "`", input.name, "` must not have NULL parts");
    else if (ops::is_weak(a))
      inputs.push_back(ops::Value(&builder, a));
    else
      return errors::invalid_type(op.name, "`", input.name, "` must be an array or a number");
  }
  return {};
}

// Operators with as many outputs as an attribute says: has the caller room for them all?
Status check_room(const OpDef& op, std::span<const Argument> arguments, size_t room) {
  const size_t inputs = std::min(arguments.size(), op.inputs.size());
  WEFT_ASSIGN(const size_t count, ops::count_outputs(op, arguments.subspan(inputs)));
  if (room == count) return {};
  return errors::invalid_value(op.name, "has ", count, " outputs; got room for ", room);
}

// x = op(x, …), as x[index] = value is called.
bool replaces_first(const ops::Values& inputs, std::span<Tensor* const> outs) {
  return !outs.empty() && outs[0] && !inputs.empty() && inputs[0].is_tensor() &&
         inputs[0].tensor().get() == outs[0];
}

}  // namespace

Result<Ref<Tensor>> dense(Ref<Tensor> tensor) {
  if (tensor->dense()) return tensor;
  Tensor* copy = nullptr;
  const Argument argument = Argument::of_tensor(tensor.get());
  WEFT_TRY(invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}));
  return Ref<Tensor>::adopt(copy);
}

Status invoke(const OpDef& called, std::span<const Argument> arguments, std::span<Tensor*> outs) {
  if (outs.size() != static_cast<size_t>(called.output_count))
    WEFT_TRY(check_room(called, arguments, outs.size()));
  Status status;
  if (call_fast(called, arguments, outs, &status)) return status;
  // What a checkpoint runs again prints nothing a second time; what gives results has to.
  if (called.has_effect && outs.empty() && thread_state().again) return {};
  EagerBuilder builder;
  ops::Values inputs;
  WEFT_TRY(read_inputs(builder, called, arguments, inputs));
  std::span<const Argument> attributes =
      arguments.subspan(std::min(arguments.size(), called.inputs.size()));
  // Integers that the arrays' dtype cannot hold change the operator (a comparison) or are an error.
  const OpDef* chosen = &called;
  WEFT_TRY(ops::settle_integers(chosen, inputs, attributes));
  const OpDef& op = *chosen;
  if (op.slot.updates && replaces_first(inputs, outs)) {
    WEFT_ASSIGN(const bool done, update_in_place(op, attributes, inputs, *outs[0]));
    if (done) return {};
  }
  if (op.composition && outs[0]) {
    WEFT_ASSIGN(const bool done, update_by_program(op, attributes, inputs, outs));
    if (done) return {};
  }
  // One array of the caller's may be computed in place; of several each is copied.
  Tensor* const target = outs.size() == 1 ? outs[0] : nullptr;
  ops::Values results;
  if (std::optional<ops::Value> compared = ops::compared_exactly(op, inputs))
    results.push_back(std::move(*compared));
  else
    results = builder.emit_into(target, op, std::move(inputs), attributes);
  WEFT_TRY(builder.status());
  // All are checked before the first is written: a failure changes none.
  for (size_t i = 0; i < outs.size(); ++i)
    if (outs[i]) WEFT_TRY(check_out(op, *outs[i], *results[i].tensor()));
  for (size_t i = 0; i < outs.size(); ++i) WEFT_TRY(store(outs[i], results[i].take_tensor()));
  return {};
}

}  // namespace weft::eager
