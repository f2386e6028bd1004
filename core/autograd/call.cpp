#include "autograd/call.h"

#include <atomic>

#include "autograd/eager_builder.h"
#include "autograd/tape.h"
#include "autograd/trace.h"
#include "base/errors.h"
#include "kernels/elementwise.h"
#include "ops/elementwise_slot.h"
#include "ops/registry.h"
#include "runtime/engine.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using ops::Argument;
using ops::OpDef;
using ops::Tag;

// Can the fast path read this array? One comparison each; anything unusual says no.
bool is_plain(const Tensor& tensor) {
  const Storage* storage = tensor.box().storage();
  return tensor.dense() && storage && storage->busy.load(std::memory_order_acquire) == 0;
}

// One or two dense arrays of one dtype and shape, nothing traced, no out: the common case of
// small arrays, where every check counts.
bool try_fast(const OpDef& op, std::span<const Argument> arguments, Tensor** out, Status* status) {
  const size_t count = arguments.size();
  if (!op.slot.elementwise || count != op.inputs.size() || count > 2 || *out) return false;
  if (arguments[0].tag != Tag::kTensor || !arguments[0].tensor) return false;
  const Tensor& a = *arguments[0].tensor;
  const auto dtype = static_cast<size_t>(a.dtype());
  const kernels::StepKernel step = op.steps[dtype];
  if (!step || !is_plain(a) || a.elements() > ops::kElementwiseGrain) return false;
  if (op.promotion == ops::Promotion::kFloat && !is_floating(a.dtype())) return false;
  kernels::Tile tile;
  tile.in[0] = a.data();
  if (count == 2) {
    if (arguments[1].tag != Tag::kTensor || !arguments[1].tensor) return false;
    const Tensor& b = *arguments[1].tensor;
    if (b.dtype() != a.dtype() || !is_plain(b) || !(b.shape() == a.shape())) return false;
    tile.in[1] = b.data();
  }
  Tensor* result = Tensor::try_create(op.step_results[dtype], a.shape(), a.elements());
  if (!result) {
    *status = errors::out_of_memory(op.name, a.bytes());
    return true;
  }
  tile.out = result->data();
  tile.rows = 1;
  tile.cols = a.elements();
  tile.out_row = 0;
  tile.in_row[0] = tile.in_row[1] = 0;
  tile.scalar = 0;
  step(tile);
  if (thread_state().modes & kRecording) {
    const TapeInput inputs[2] = {
        {arguments[0].tensor, nullptr, nullptr, {}},
        {count == 2 ? arguments[1].tensor : nullptr, nullptr, nullptr, {}}};
    *status = record(op, {}, {inputs, count}, {&result, 1});
  }
  if (status->ok())
    *out = result;
  else
    result->release();
  return true;
}

// out[...] = result, without a copy where the kernel could write there at once is future work of
// the planner; eagerly the result is copied.
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

Status make_readable(const Tensor& tensor, std::string_view reader) {
  if (tensor.box().traced()) return traced_value_error(reader);
  return wait_to_read(*tensor.box().storage());
}

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
  if (!(thread_state().modes & kTracing) && try_fast(op, arguments, outs.data(), &status))
    return status;
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
