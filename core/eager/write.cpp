// Writes into arrays: box ← update(box, geometry, value), in the current mode. First the storage
// becomes the box's own (`unshare`), then the elements are stored under the engine's order, then
// the content has a new history, or none.
#include <cstring>
#include <memory>

#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/devices.h"
#include "eager/recorder.h"
#include "eager/run.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/registry.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/device_call.h"
#include "ops/slots/elementwise_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/weak_integers.h"
#include "runtime/engine/engine.h"
#include "runtime/memory/copies.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

using ops::Argument;

Status check_shape(const Tensor& target, const Tensor& value) {
  WEFT_ASSIGN(const Shape shape,
              broadcast(value.shape(), target.shape(), "write", "value", "target"));
  if (shape == target.shape()) return {};
  return errors::invalid_value("write", "`value` of shape ", value.shape(),
                               " does not broadcast to the target's shape ", target.shape());
}

// The number as an element of the target.
Result<Argument> check_scalar(const Tensor& target, const Argument& value) {
  if (value.tag == ops::Tag::kComplex)
    return errors::invalid_type("write", "`value` is complex and the target is ", target.dtype(),
                                ": the imaginary part would be lost");
  if (!ops::is_weak(value))
    return errors::invalid_type("write", "`value` must be an array or a number");
  return ops::settle_written(value, target.dtype());
}

// NumPy lets a value have more axes than the target if they are ones.
Result<Ref<Tensor>> without_leading_ones(Tensor& value, int rank) {
  int surplus = 0;
  while (value.rank() - surplus > rank && value.shape()[surplus] == 1) ++surplus;
  if (surplus == 0) return Ref<Tensor>(&value);
  const Argument arguments[] = {
      Argument::of_tensor(&value),
      Argument::of_ints(value.shape().span().subspan(static_cast<size_t>(surplus)))};
  Tensor* shaped = nullptr;
  WEFT_TRY(invoke(ops::op_named("reshape"), arguments, {&shaped, 1}));
  return Ref<Tensor>::adopt(shaped);
}

// Casts or copies; the value is broadcast to the target.
Status store(const TensorView& target, const TensorView& value) {
  if (target.dtype != value.dtype)
    return ops::run_one_step(kernels::cast_step(value.dtype, target.dtype), {&value, 1}, target);
  ops::copy_elements(target, ops::broadcast_view(value, ops::shape_of(target)));
  return {};
}

class WriteTask final : public Task {
 public:
  // `source` is copied if it is one element of the caller's.
  WriteTask(const TensorView& target, const TensorView& source, Tensor* value)
      : target_(target), source_(source), value_(value) {
    origin = current_origin();
    if (value) return;
    std::memcpy(&element_, source.data, size_of(source.dtype));
    source_.data = &element_;
  }
  Status run() override { return store(target_, source_); }

 private:
  TensorView target_;
  TensorView source_;
  Ref<Tensor> value_;
  int64_t element_ = 0;
};

// The same on a device. `element`: the source is one element of the caller's.
class DeviceCopyTask final : public Task {
 public:
  DeviceCopyTask(Device& device, const TensorView& target, const TensorView& source, bool element)
      : device_(device),
        target_(target),
        source_(ops::broadcast_view(source, ops::shape_of(target))),
        host_inputs_(element ? ops::set_bit(0) : 0) {
    origin = current_origin();
    if (!element) return;
    std::memcpy(&element_, source.data, size_of(source.dtype));
    source_.data = &element_;
  }
  Status run() override {
    return ops::run_on_device(
        device_,
        {ops::op_named("copy"), {&source_, 1}, {&target_, 1}, {}, nullptr, 0, 0, host_inputs_});
  }

 private:
  Device& device_;
  TensorView target_;
  TensorView source_;
  uint32_t host_inputs_;
  int64_t element_ = 0;
};

// All of a storage into another of the same size and place.
Status copy_bytes(Storage& source, Storage& target) {
  const int64_t bytes = source.bytes();
  const TensorView to{target.data(), {bytes}, {1}, 1, DType::kUInt8};
  const TensorView from{source.data(), {bytes}, {1}, 1, DType::kUInt8};
  Storage* const reads[] = {&source};
  Storage* const writes[] = {&target};
  if (Device* const device = source.device())
    return engine_submit(reads, writes, *device,
                         std::make_unique<DeviceCopyTask>(*device, to, from, false));
  WEFT_TRY(wait_to_read(source));
  ops::copy_elements(to, from);
  return {};
}

// `value` null: the source is one element on the caller's stack, which a task has to copy.
Status write_content(Tensor& target, Tensor* value, const TensorView& source, bool all) {
  Box& box = target.box();
  WEFT_TRY(unshare(box, all));
  Storage* writes[] = {box.storage()};
  Storage* reads[2];
  size_t read_count = 0;
  if (value) reads[read_count++] = value->box().storage();
  if (!all) reads[read_count++] = box.storage();  // what is not written stays
  // Others see what is written to a pinned box as soon as the call returns.
  const bool pinned = box.pinned() || (value && value->box().pinned());
  if (Device* const device = target.device())
    return engine_submit(
        {reads, read_count}, writes, *device,
        std::make_unique<DeviceCopyTask>(*device, target.as_view(), source, value == nullptr));
  if (engine_defers() && !pinned)
    return engine_push({reads, read_count}, writes,
                       std::make_unique<WriteTask>(target.as_view(), source, value));
  const ops::Cost cost{0, static_cast<double>(2 * target.bytes())};
  return run_ordered({reads, read_count}, writes, is_long(cost),
                     [&] { return store(target.as_view(), source); });
}

// The value as an array of the target's dtype if one of them is complex or for storage only, or the
// error for a complex value of a real target. Null: there is nothing to cast.
Result<Ref<Tensor>> as_own_dtype(const Tensor& target, const Argument& value) {
  const bool is_array = value.tag == ops::Tag::kTensor;
  const bool given = is_array ? is_complex(value.tensor->dtype()) : value.tag == ops::Tag::kComplex;
  const bool any_storage =
      is_storage(target.dtype()) || (is_array && is_storage(value.tensor->dtype()));
  if (!given && !is_complex(target.dtype()) && !any_storage) return Ref<Tensor>();
  if (is_array && value.tensor->dtype() == target.dtype()) return Ref<Tensor>();
  if (given && !is_complex(target.dtype()))
    return errors::invalid_type("write", "`value` is complex and the target is ", target.dtype(),
                                ": the imaginary part would be lost; take `.real`");
  if (!is_array && !ops::is_weak(value)) return Ref<Tensor>();
  EagerBuilder builder;
  const ops::Value number =
      is_array ? builder.value(Ref<Tensor>(value.tensor)) : ops::Value(&builder, value);
  const Argument dtype = Argument::of_dtype(target.dtype());
  const ops::Value cast = builder.call("cast", {number}, {dtype});
  WEFT_TRY(builder.status());
  return cast.tensor();
}

// `value` null: the source is a number.
Status write_value(Tensor& target, Tensor* value, const TensorView& source, bool recording) {
  Box& box = target.box();
  const bool all = target.covers_box();
  WEFT_TRY(write_content(target, value, source, all));
  if (!all) box.filled_by_parts = true;
  if (recording && !box.leaf) return thread_state().recorder->record_write(target, value);
  box.set_content(Ref<Object>(box.leaf ? box.node() : nullptr), 0);
  return {};
}

// The value may share the target's box, lie on another device, or have another dtype.
Status write_array(Tensor& target, Tensor& given, bool recording) {
  if (given.box().traced()) return traced_value_error("write");
  Ref<Tensor> value(&given);
  // Reading and writing one box at different places: the value is taken out first.
  if (value->box_ref() == target.box_ref()) {
    const bool same = value->offset() == target.offset() && value->shape() == target.shape() &&
                      value->strides() == target.strides();
    // The elements stay; a detached value would still take their history away.
    if (same && (!recording || !value->detached)) return {};
    Tensor* copy = nullptr;
    const Argument argument = Argument::of_tensor(&given);
    WEFT_TRY(invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}));
    value = Ref<Tensor>::adopt(copy);
  }
  // A device's kernel for this copies and no more.
  if (value->device() != target.device() || (target.device() && value->dtype() != target.dtype())) {
    EagerBuilder builder;
    WEFT_ASSIGN(value, to_device(*value, target.device()));
    const ops::Value cast = ops::cast(builder.value(std::move(value)), target.dtype());
    WEFT_TRY(builder.status());
    value = cast.tensor();
  }
  return write_value(target, value.get(), value->as_view(), recording);
}

}  // namespace

bool keeps_state(const Tensor& target) {
  return thread_state().again && target.box().state && !(thread_state().modes & kTracing);
}

Status check_writable(const Tensor& target, bool recording) {
  const Box& box = target.box();
  if (box.read_only)
    return errors::invalid_state("write", "the array is on read-only memory; take a copy() first");
  if (recording && box.leaf && !box.state)
    return errors::invalid_state("write",
                                 "an array with attach_grad() must not be written inside "
                                 "autograd.record(); write it under autograd.pause()");
  return {};
}

Status unshare(Box& box, bool all_overwritten) {
  if (box.pinned() || !box.storage()->held_as_value()) {
    box.storage()->note_write();
    return {};
  }
  const int64_t bytes = box.storage()->bytes();
  Device* const device = box.storage()->device();
  WEFT_ASSIGN(Ref<Storage> own, Storage::allocate(bytes, device));
  if (!all_overwritten) {
    count_copy(bytes);
    WEFT_TRY(copy_bytes(*box.storage(), *own));
  }
  box.set_storage(std::move(own));
  return {};
}

Status write(Tensor& target, const Argument& value) {
  const uint32_t modes = thread_state().modes;
  if (keeps_state(target)) return {};
  if (!(modes & kTracing) && target.box().traced()) return traced_value_error("write");
  if (value.tag != ops::Tag::kTensor || value.tensor) {
    WEFT_ASSIGN(const Ref<Tensor> number, as_own_dtype(target, value));
    if (number) return write(target, Argument::of_tensor(number.get()));
  }
  if (value.tag == ops::Tag::kTensor && value.tensor) {
    WEFT_ASSIGN(Ref<Tensor> given, without_leading_ones(*value.tensor, target.rank()));
    WEFT_TRY(check_shape(target, *given));
    if (modes & kTracing)
      return thread_state().trace->write(target, Argument::of_tensor(given.get()));
    WEFT_TRY(check_writable(target, modes & kRecording));
    return write_array(target, *given, (modes & kRecording) && !target.box().state);
  }
  WEFT_ASSIGN(const Argument number, check_scalar(target, value));
  if (modes & kTracing) return thread_state().trace->write(target, number);
  WEFT_TRY(check_writable(target, modes & kRecording));
  int64_t element = 0;
  store_scalar(number, target.dtype(), &element);
  const TensorView source{&element, {}, {}, 0, target.dtype()};
  return write_value(target, nullptr, source, (modes & kRecording) && !target.box().state);
}

}  // namespace weft::eager
