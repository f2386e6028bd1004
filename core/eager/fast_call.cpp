// The short way through an eager call. It promotes nothing, allocates one result and asks the
// engine nothing: all arrays are dense, idle and of one dtype, so the loop of the operator runs at
// once.
#include "eager/fast_call.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "eager/call.h"
#include "eager/direct_views.h"
#include "eager/recorder.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/registry.h"
#include "ops/slots/split_work.h"
#include "ops/slots/stated_flops.h"
#include "runtime/engine/engine.h"
#include "runtime/profile.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

using ops::Argument;
using ops::OpDef;
using ops::Tag;
using ops::TensorType;

constexpr size_t kMaxAttributes = 8;

// Dense, in memory, and nobody has work pending on it.
bool is_plain(const Tensor& tensor) {
  const Storage* storage = tensor.box().storage();
  return tensor.dense() && storage && storage->busy.load(std::memory_order_acquire) == 0;
}

// A weak scalar that leaves the array's dtype as it is, stored as one element; false for dtypes
// and numbers that need more thought.
bool store_weak(const Argument& scalar, DType dtype, void* element) {
  const bool whole = scalar.tag != Tag::kFloat;
  switch (dtype) {
    case DType::kFloat32:
      *static_cast<float*>(element) = static_cast<float>(scalar.as_double());
      return true;
    case DType::kFloat64: *static_cast<double*>(element) = scalar.as_double(); return true;
    case DType::kInt64: *static_cast<int64_t*>(element) = scalar.integer; return whole;
    case DType::kInt32:
      *static_cast<int32_t*>(element) = static_cast<int32_t>(scalar.integer);
      return whole && scalar.integer == static_cast<int32_t>(scalar.integer);
    default: return false;
  }
}

// The operands of an elementwise call: one array decides shape and dtype.
struct Operands {
  const Tensor* array = nullptr;
  kernels::Tile tile;
  int64_t scalar;
};

// These fill `operands` and say whether the short way can be taken.
bool gather_one(const Argument& a, Operands& operands) {
  if (a.tag != Tag::kTensor || !a.tensor || !is_plain(*a.tensor)) return false;
  operands.array = a.tensor;
  operands.tile.in[0] = a.tensor->data();
  operands.tile.scalar = 0;
  return true;
}

// The number is at `place`, 0 or 1, and the array at the other.
bool gather_scalar(const Argument& array, const Argument& scalar, int place, Operands& operands) {
  if (!array.tensor || !is_plain(*array.tensor) || !scalar.is_scalar()) return false;
  if (!store_weak(scalar, array.tensor->dtype(), &operands.scalar)) return false;
  operands.array = array.tensor;
  operands.tile.in[1 - place] = array.tensor->data();
  operands.tile.in[place] = &operands.scalar;
  operands.tile.scalar = uint32_t{1} << place;
  return true;
}

// Two arrays of one dtype and shape, or an array and a number on either side.
bool gather_two(const Argument& a, const Argument& b, Operands& operands) {
  if (a.tag != Tag::kTensor) return b.tag == Tag::kTensor && gather_scalar(b, a, 0, operands);
  if (b.tag != Tag::kTensor) return gather_scalar(a, b, 1, operands);
  if (!a.tensor || !b.tensor || !is_plain(*a.tensor) || !is_plain(*b.tensor)) return false;
  if (a.tensor->dtype() != b.tensor->dtype() || !(a.tensor->shape() == b.tensor->shape()))
    return false;
  operands.array = a.tensor;
  operands.tile.in[0] = a.tensor->data();
  operands.tile.in[1] = b.tensor->data();
  operands.tile.scalar = 0;
  return true;
}

// May the caller's array get the result while operands are read, unless they are that array?
bool is_replaceable(const Tensor& out, DType dtype, const Shape& shape,
                    std::span<const Argument> operands) {
  const Box& box = out.box();
  if (thread_state().modes & kRecording || !is_plain(out)) return false;
  if (out.dtype() != dtype || !(out.shape() == shape)) return false;
  if (box.read_only || box.state || box.pinned()) return false;
  if (box.storage()->foreign() || box.storage()->held_as_value()) return false;
  return std::ranges::none_of(operands, [&](const Argument& a) {
    return a.tag == Tag::kTensor && a.tensor != &out && a.tensor->box().storage() == box.storage();
  });
}

bool elementwise(const OpDef& op, std::span<const Argument> arguments, Tensor*& out,
                 Status* status) {
  Operands operands;
  if (arguments.size() != op.fast_arity) return false;
  if (op.fast_arity == 2 ? !gather_two(arguments[0], arguments[1], operands)
                         : !gather_one(arguments[0], operands))
    return false;
  const Tensor& array = *operands.array;
  const auto dtype = static_cast<size_t>(array.dtype());
  if (dtype >= size_t{kNumDTypes}) return false;
  const kernels::StepKernel step = op.steps[dtype];
  // Larger arrays gain more by threads than the general way costs.
  if (!step || array.elements() > ops::kElementwiseGrain) return false;
  // Integers would be cast first.
  if (op.promotion == ops::Promotion::kFloat && !is_floating(array.dtype())) return false;
  if (out && !is_replaceable(*out, op.step_results[dtype], array.shape(), arguments)) return false;
  Ref<Tensor> result(out);
  if (!out)
    result = Ref<Tensor>::adopt(
        Tensor::try_create(op.step_results[dtype], array.shape(), array.elements()));
  if (!result) {
    *status = errors::out_of_memory(op.name, array.bytes());
    return true;
  }
  if (out) out->box().storage()->note_write();
  operands.tile.out = result->data();
  operands.tile.rows = 1;
  operands.tile.cols = array.elements();
  operands.tile.out_row = operands.tile.in_row[0] = operands.tile.in_row[1] = 0;
  step(operands.tile);
  if (out) {
    renew(*out);
    return true;
  }
  if (const ThreadState& state = thread_state(); state.modes & kRecording)
    *status = state.recorder->record_elementwise(op, arguments, *result);
  if (status->ok()) out = result.detach();
  return true;
}

// The same with an event in the profile, if the short way can be taken.
bool profiled_elementwise(const OpDef& op, std::span<const Argument> arguments, Tensor*& out,
                          Status* status) {
  ProfileScope scope(ProfileKind::kOperator, op.name);
  if (!elementwise(op, arguments, out, status)) {
    scope.forget();
    return false;
  }
  if (!status->ok()) return true;
  TensorType types[3];
  ProfileWork work;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (const Tensor* const array =
            arguments[i].tag == Tag::kTensor ? arguments[i].tensor : nullptr)
      types[i] = {array->dtype(), array->shape()};
    work.read += static_cast<double>(types[i].bytes());
  }
  types[2] = {out->dtype(), out->shape()};
  work.written = static_cast<double>(types[2].bytes());
  work.flops = ops::stated_flops(op.slot, {op, {types, arguments.size()}, {types + 2, 1}, {}});
  scope.set_work(work);
  return true;
}

// Is the view one that nobody has to be told of, since the array has no history?
bool is_unrecorded(const Tensor& base) {
  return !(thread_state().modes & kRecording) || !base.is_recorded();
}

// The element at an index, as an array of its own. Nothing is computed, so that reading it takes
// less than making a view of it.
bool element(std::span<const Argument> arguments, Tensor*& out, Status* status) {
  if (arguments.size() != 2 || arguments[1].tag != Tag::kInts) return false;
  const Tensor& base = *arguments[0].tensor;
  const Storage* storage = base.box().storage();
  const std::span<const int64_t> index = arguments[1].as_ints();
  if (storage->busy.load(std::memory_order_acquire) != 0 || storage->device() ||
      !is_unrecorded(base) || index.size() != static_cast<size_t>(base.rank()))
    return false;
  int64_t offset = 0;
  for (int axis = 0; axis < base.rank(); ++axis) {
    const int64_t place = index[static_cast<size_t>(axis)];
    if (place < 0 || place >= base.shape()[axis]) return false;
    offset += place * base.strides()[axis];
  }
  Ref<Tensor> result = Ref<Tensor>::adopt(Tensor::try_create(base.dtype(), Shape(), 1));
  if (!result) {
    *status = errors::out_of_memory("element", size_of(base.dtype()));
    return true;
  }
  const auto size = static_cast<size_t>(size_of(base.dtype()));
  std::memcpy(result->data(), base.data() + offset * static_cast<int64_t>(size), size);
  out = result.detach();
  return true;
}

// One view of the first argument; null where its strides do not allow any.
Result<Ref<Tensor>> view(const OpDef& op, std::span<const Argument> arguments) {
  Tensor& base = *arguments[0].tensor;
  ops::Geometry direct;
  if (is_unrecorded(base) && direct_view(op, arguments.subspan(1), base, direct)) {
    Result<Ref<Tensor>> view =
        Tensor::view(base.dtype(), direct.shape, direct.strides, direct.offset, base.box_ref());
    if (view.ok()) view.value()->detached = base.detached;
    return view;
  }
  Argument complete[kMaxAttributes];
  WEFT_TRY(ops::complete_attributes(op, arguments.subspan(1), complete));
  const TensorType in{base.dtype(), base.shape()};
  const std::span<const Argument> attributes(complete, op.attributes.size());
  WEFT_ASSIGN(const ops::Types types, ops::infer(op, {&in, 1}, attributes));
  Ref<Tensor> view;
  const Result<bool> made = make_views(op, attributes, base, in, types, {&view, 1});
  if (!made.ok()) return made.status();
  return view;
}

}  // namespace

Result<bool> make_views(const OpDef& op, std::span<const Argument> attributes, Tensor& base,
                        const TensorType& in, std::span<const TensorType> types,
                        std::span<Ref<Tensor>> views) {
  const ops::InferContext context(op, {&in, 1}, attributes);
  const ops::Geometry from{base.shape(), base.strides(), base.offset()};
  for (size_t i = 0; i < views.size(); ++i) {
    const auto to = op.view_rule(context, from, types[i], i);
    if (!to) return false;
    WEFT_ASSIGN(views[i],
                Tensor::view(base.dtype(), to->shape, to->strides, to->offset, base.box_ref()));
    views[i]->detached = base.detached;
  }
  if (const ThreadState& state = thread_state(); state.modes & kRecording && base.is_recorded())
    WEFT_TRY(state.recorder->record_views(op, attributes, base, in, types, views));
  return true;
}

bool call_fast(const OpDef& op, std::span<const Argument> arguments, std::span<Tensor*> outs,
               Status* status) {
  if ((thread_state().modes & kTracing) || arguments.empty() || outs.size() != 1) return false;
  // Under the policy `async` a kernel is queued, which the general way does; views run at once.
  if (op.fast_arity && is_profiling())
    return !engine_defers() && profiled_elementwise(op, arguments, outs[0], status);
  if (op.fast_arity) return !engine_defers() && elementwise(op, arguments, outs[0], status);
  if (outs[0] || arguments[0].tag != Tag::kTensor || !arguments[0].tensor ||
      arguments[0].tensor->box().traced() || op.attributes.size() > kMaxAttributes)
    return false;
  static const OpDef* const element_op = &ops::op_named("element");
  if (&op == element_op) return element(arguments, outs[0], status);
  if (!op.view_rule) return false;
  Result<Ref<Tensor>> result = view(op, arguments);
  if (!result.ok())
    *status = result.status();
  else if (result.value())
    outs[0] = result.take().detach();
  else
    return false;
  return true;
}

}  // namespace weft::eager
