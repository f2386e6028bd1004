#include "autograd/eager_builder.h"

#include <algorithm>

#include "autograd/fast_call.h"
#include "autograd/run.h"
#include "autograd/tape.h"
#include "autograd/trace.h"
#include "base/errors.h"
#include "ops/registry.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using ops::Argument;
using ops::OpDef;
using ops::TensorType;

// The inputs of one call on their way to the kernel: fixed room, no allocation.
struct Prepared {
  static constexpr size_t kMost = 16;
  size_t count = 0;
  TensorType types[kMost];
  bool weak[kMost] = {};
  DType dtypes[kMost];
};

Status prepare(EagerBuilder& builder, const OpDef& op, std::span<const ops::Value> inputs,
               Prepared& p) {
  if (inputs.size() > op.inputs.size())
    return errors::invalid_type(op.name, "takes ", op.inputs.size(), " arrays; got ",
                                inputs.size());
  p.count = inputs.size();
  for (size_t i = 0; i < p.count; ++i) {
    p.weak[i] = inputs[i].is_scalar();
    if (inputs[i])
      p.types[i] = builder.type(inputs[i]);
    else
      p.types[i].shape = Shape::absent();
  }
  WEFT_TRY(ops::promote_inputs(op, {p.types, p.count}, {p.weak, p.count}, {p.dtypes, p.count}));
  for (size_t i = 0; i < p.count; ++i) {
    if (p.weak[i]) WEFT_TRY(check_weak_scalar(op, i, inputs[i].scalar(), p.dtypes[i]));
    p.types[i].dtype = p.dtypes[i];
  }
  return {};
}

// Casts the arrays whose dtype the promotion changes; the casts are on the tape.
ops::Values promoted(std::span<const ops::Value> inputs, const Prepared& p) {
  ops::Values values(inputs.begin(), inputs.end());
  for (size_t i = 0; i < values.size(); ++i)
    if (values[i].is_tensor()) values[i] = ops::cast(values[i], p.dtypes[i]);
  return values;
}

Status record_values(const OpDef& op, std::span<const Argument> attributes,
                     const ops::Values& values, std::span<const Ref<Tensor>> outs) {
  TapeInput inputs[Prepared::kMost];
  Tensor* outputs[Prepared::kMost];
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].is_scalar())
      inputs[i].scalar = &values[i].scalar();
    else if (values[i])
      inputs[i].tensor = values[i].tensor().get();
  }
  for (size_t i = 0; i < outs.size(); ++i) outputs[i] = outs[i].get();
  return record(op, attributes, {inputs, values.size()}, {outputs, outs.size()});
}

Result<ops::Values> apply(EagerBuilder& builder, const OpDef& op,
                          std::span<const ops::Value> inputs,
                          std::span<const Argument> attributes) {
  Prepared p;
  WEFT_TRY(prepare(builder, op, inputs, p));
  PoolVector<Argument> complete(op.attributes.size());
  WEFT_TRY(ops::complete_attributes(op, attributes, complete));
  ops::Values values = promoted(inputs, p);
  WEFT_TRY(builder.status());
  if (op.composition) return op.composition(ops::ComposeContext(op, complete, builder, values));
  WEFT_ASSIGN(const ops::Types types, ops::infer(op, {p.types, p.count}, complete));
  if (op.view_rule && values[0].is_tensor()) {
    WEFT_ASSIGN(Ref<Tensor> view,
                make_view(op, complete, *values[0].tensor(), p.types[0], types[0]));
    if (view) return ops::Values{builder.value(std::move(view))};
  }
  PoolVector<Ref<Tensor>> outs;
  for (const TensorType& type : types) {
    WEFT_ASSIGN(Ref<Tensor> out, Tensor::create(type.dtype, type.shape));
    outs.push_back(std::move(out));
  }
  WEFT_TRY(run_kernel(op, complete, values, {p.types, p.count}, types, outs));
  if (thread_state().modes & kRecording) WEFT_TRY(record_values(op, complete, values, outs));
  ops::Values results;
  for (Ref<Tensor>& out : outs) results.push_back(builder.value(std::move(out)));
  return results;
}

}  // namespace

TensorType EagerBuilder::type(const ops::Value& value) {
  if (value.is_tensor()) return {value.tensor()->dtype(), value.tensor()->shape(), {}};
  if (value.is_scalar()) return {ops::kind_dtype(value.scalar()), Shape(), {}};
  return placeholders_[static_cast<size_t>(value.id())];
}

Result<ops::Values> EagerBuilder::run(const OpDef& op, std::span<const ops::Value> inputs,
                                      std::span<const Argument> attributes) {
  for (const ops::Value& input : inputs)
    if (input && !input.is_tensor() && !input.is_scalar())
      return errors::internal(op.name, "a gradient rule reads a value that its probe did not");
  if (!(thread_state().modes & kTracing)) return apply(*this, op, inputs, attributes);
  PoolVector<Ref<Tensor>> outs(static_cast<size_t>(op.output_count));
  WEFT_TRY(current_trace()->emit(op, inputs, attributes, outs));
  ops::Values results;
  for (Ref<Tensor>& out : outs) results.push_back(value(std::move(out)));
  return results;
}

ops::Values EagerBuilder::emit(const OpDef& op, std::span<const ops::Value> inputs,
                               std::span<const Argument> attributes) {
  if (status().ok()) {
    Result<ops::Values> results = run(op, inputs, attributes);
    if (results.ok()) return results.take();
    fail(results.status());
  }
  ops::Values harmless;
  for (int i = 0; i < op.output_count; ++i) harmless.push_back(placeholder({}));
  return harmless;
}

}  // namespace weft::autograd
