// How an operator is run: promotion, device, then one of four ways (a program for a composite, its
// expansion, views, a kernel) and its entry on the tape.
#include "eager/builder.h"

#include <algorithm>

#include "base/errors.h"
#include "eager/call.h"
#include "eager/devices.h"
#include "eager/fast_call.h"
#include "eager/program_call.h"
#include "eager/recorder.h"
#include "eager/recurring_calls.h"
#include "eager/run.h"
#include "ops/forms.h"
#include "ops/precision.h"
#include "ops/registry.h"
#include "runtime/memory/small_vector.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

using ops::Argument;
using ops::OpDef;
using ops::TensorType;

constexpr size_t kUsual = 4;

// The inputs of one call on their way to the kernel: no allocation for the usual number.
struct Prepared {
  size_t count = 0;
  SmallVector<TensorType, kUsual> types;
  SmallVector<bool, kUsual> weak;
  SmallVector<DType, kUsual> dtypes;
};

// Types of the inputs, and the dtypes that promotion gives them. An absent input has rank -1.
Status prepare(EagerBuilder& builder, const OpDef& op, std::span<const ops::Value> inputs,
               Prepared& p) {
  WEFT_TRY(ops::check_input_count(op, inputs.size()));
  p.count = inputs.size();
  p.types.reserve(p.count);
  p.weak.reserve(p.count);
  p.dtypes.reserve(p.count);
  for (const ops::Value& input : inputs) {
    p.weak.emplace_back(input.is_scalar());
    p.dtypes.emplace_back();
    if (input)
      p.types.emplace_made([&] { return builder.type(input); });
    else
      p.types.emplace_back().shape = Shape::absent();
  }
  WEFT_TRY(ops::promote_inputs(op, p.types, p.weak, {p.dtypes.begin(), p.count}));
  for (size_t i = 0; i < p.count; ++i) {
    p.types[i].dtype = p.dtypes[i];
  }
  return {};
}

// Casts the arrays whose dtype the promotion changes; the casts are on the tape.
void promote(ops::Values& values, const Prepared& p) {
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i].is_tensor() && values[i].tensor()->dtype() != p.dtypes[i])
      values[i] = ops::cast(values[i], p.dtypes[i]);
}

ops::Values values_of(EagerBuilder& builder, PoolVector<Ref<Tensor>>& tensors) {
  ops::Values values;
  values.reserve(tensors.size());
  for (Ref<Tensor>& tensor : tensors) values.emplace_back(&builder, std::move(tensor));
  return values;
}

Result<ops::Values> apply(EagerBuilder& builder, const OpDef& op, ops::Values values,
                          std::span<const Argument> attributes, Tensor* target = nullptr);

// Mixed precision outside of graphs: the same operators compute in the half dtype, each between
// casts of its own, so that results keep their dtype.
Result<ops::Values> apply_narrow(EagerBuilder& builder, const OpDef& op, ops::Values values,
                                 std::span<const Argument> attributes, DType narrow) {
  const auto cast_all = [](ops::Values& arrays, DType from, DType to) {
    for (ops::Value& array : arrays)
      if (array.is_tensor() && array.dtype() == from) array = ops::cast(array, to);
  };
  cast_all(values, DType::kFloat32, narrow);
  WEFT_TRY(builder.status());
  WEFT_ASSIGN(ops::Values results, apply(builder, op, std::move(values), attributes));
  cast_all(results, narrow, DType::kFloat32);
  return results;
}

// A composite in one pass; the entry on the tape is the program's.
Result<ops::Values> run_program(EagerBuilder& builder, const OpDef& op, executor::Program& program,
                                const ops::Values& values) {
  PoolVector<Ref<Tensor>> arrays, results(program.graph().outputs.size());
  for (const ops::Value& value : values)
    if (value.is_tensor()) arrays.push_back(value.tensor());
  WEFT_TRY(call_program(program, arrays, results, nullptr, op.name));
  return values_of(builder, results);
}

Result<ops::Values> apply(EagerBuilder& builder, const OpDef& op, ops::Values values,
                          std::span<const Argument> attributes, Tensor* target) {
  Prepared p;
  WEFT_TRY(prepare(builder, op, values, p));
  PoolVector<Argument> complete(op.attributes.size());
  WEFT_TRY(ops::complete_attributes(op, attributes, complete));
  promote(values, p);
  WEFT_TRY(builder.status());
  WEFT_ASSIGN(Device* const device, settle_device(builder, op, values));
  // Mixed precision: the dtype that float32 arithmetic may be made in, or float32 itself.
  const DType narrow = precision_of(thread_state().modes);
  if (op.composition) {
    if (narrow == DType::kFloat32 && !(thread_state().modes & kRecordingAll))
      if (const Ref<executor::Program> program = composite_program(op, complete, values))
        return run_program(builder, op, *program, values);
    // What the composite makes of nothing, such as a constant, goes to the device of its inputs.
    const DeviceScope here(device);
    return ops::expand(op, complete, builder, values);
  }
  WEFT_ASSIGN(const ops::Types types, ops::infer(op, p.types, complete));
  if (narrow != DType::kFloat32 && !device &&
      ops::gains_in({op, {p.types.begin(), p.count}, types, complete}, narrow))
    return apply_narrow(builder, op, std::move(values), attributes, narrow);
  PoolVector<Ref<Tensor>> outs(types.size());
  // A view costs no pass. Where strides do not allow one, the kernel copies.
  if (op.view_rule && values[0].is_tensor()) {
    WEFT_ASSIGN(const bool are_views,
                make_views(op, complete, *values[0].tensor(), p.types[0], types, outs));
    if (are_views) return values_of(builder, outs);
  }
  // Nothing is recorded here: can_compute_into refuses that.
  if (target && can_compute_into(op, values, types, device, *target)) {
    outs[0] = Ref<Tensor>(target);
    WEFT_TRY(unshare(target->box(), false));
    WEFT_TRY(run_kernel(op, complete, values, p.types, types, outs));
    renew(*target);
    return values_of(builder, outs);
  }
  for (size_t i = 0; i < outs.size(); ++i) {
    WEFT_ASSIGN(outs[i], Tensor::create(types[i].dtype, types[i].shape, device));
  }
  WEFT_TRY(run_kernel(op, complete, values, p.types, types, outs));
  if (const ThreadState& state = thread_state(); state.modes & kRecording && !outs.empty())
    WEFT_TRY(state.recorder->record(op, complete, values, outs));
  return values_of(builder, outs);
}

}  // namespace

TensorType EagerBuilder::type(const ops::Value& value) {
  if (value.is_tensor()) return {value.tensor()->dtype(), value.tensor()->shape()};
  if (value.is_scalar()) return {ops::kind_dtype(value.scalar()), Shape()};
  return placeholders_[static_cast<size_t>(value.id())];
}

Result<ops::Values> EagerBuilder::run(Tensor* target, const OpDef& op, ops::Values inputs,
                                      std::span<const Argument> attributes) {
  // A placeholder has a type only. The probe said which values a rule reads, so the tape saved no
  // others.
  for (const ops::Value& input : inputs)
    if (input && !input.is_tensor() && !input.is_scalar())
      return errors::internal(op.name, "a gradient rule reads a value that its probe did not");
  if (std::optional<ops::Values> results = ops::by_form(op, inputs, attributes, *this)) {
    WEFT_TRY(status());
    return std::move(*results);
  }
  const ThreadState& state = thread_state();
  if (!(state.modes & kTracing)) return apply(*this, op, std::move(inputs), attributes, target);
  WEFT_ASSIGN(PoolVector<Ref<Tensor>> outs, state.trace->emit(op, inputs, attributes));
  return values_of(*this, outs);
}

ops::Values EagerBuilder::emit(const OpDef& op, std::span<const ops::Value> inputs,
                               std::span<const Argument> attributes) {
  return emit_into(nullptr, op, ops::Values(inputs.begin(), inputs.end()), attributes);
}

ops::Values EagerBuilder::emit_into(Tensor* target, const OpDef& op, ops::Values inputs,
                                    std::span<const Argument> attributes) {
  if (status().ok()) {
    Result<ops::Values> results = run(target, op, std::move(inputs), attributes);
    if (results.ok()) return results.take();
    fail(results.status());
  }
  // After a failure: values that the rest of a rule may handle, of which nothing is computed.
  const size_t count = ops::harmless_outputs(op, attributes);
  ops::Values harmless;
  while (harmless.size() < count) harmless.push_back(placeholder({}));
  return harmless;
}

}  // namespace weft::eager
