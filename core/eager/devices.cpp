// The choice of a call's device by where its arrays are, and copies between devices. A copy is an
// operation of the engine and has an entry on the tape, whose gradient is the copy back.
#include "eager/devices.h"

#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/recorder.h"
#include "runtime/engine/transfer.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

Status mixed_devices(const ops::OpDef& op, size_t a, const Device* of_a, size_t b,
                     const Device* of_b) {
  return errors::invalid_value(op.name, "`", op.input_name(a), "` is on ", name_of(of_a), " and `",
                               op.input_name(b), "` on ", name_of(of_b),
                               "; move one with to_device()");
}

// PyTorch's rule: what indexes, and single elements, may come from the CPU.
bool follows(const ops::OpDef& op, size_t input, const Tensor& tensor) {
  return !tensor.device() && (op.input_at(input).keeps_dtype || tensor.rank() == 0);
}

}  // namespace

Result<Device*> settle_device(EagerBuilder& builder, const ops::OpDef& op, ops::Values& inputs) {
  // The usual case, all arrays on one device, is one loop.
  size_t first = inputs.size();
  bool mixed = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].is_tensor()) continue;
    const Tensor& tensor = *inputs[i].tensor();
    if (tensor.box().traced()) return traced_value_error(op.name);
    if (first == inputs.size()) first = i;
    mixed |= tensor.device() != inputs[first].tensor()->device();
  }
  if (first == inputs.size()) return thread_state().device;
  Device* device = inputs[first].tensor()->device();
  if (!mixed) return device;
  // An array that follows decides nothing: the first one on a device does.
  for (size_t i = first; i < inputs.size() && follows(op, first, *inputs[first].tensor()); ++i)
    if (inputs[i].is_tensor() && inputs[i].tensor()->device()) {
      first = i;
      device = inputs[i].tensor()->device();
    }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].is_tensor() || inputs[i].tensor()->device() == device) continue;
    Tensor& tensor = *inputs[i].tensor();
    if (!follows(op, i, tensor)) return mixed_devices(op, first, device, i, tensor.device());
    WEFT_ASSIGN(Ref<Tensor> moved, to_device(tensor, device));
    inputs[i] = builder.value(std::move(moved));
  }
  return device;
}

Result<Ref<Tensor>> to_device(Tensor& tensor, Device* device) {
  if (tensor.box().traced())
    return errors::invalid_state("to_device",
                                 "a hybridized function runs on one device: move arrays before the "
                                 "call or after it");
  Device* const from = tensor.device();
  if (from == device) return Ref<Tensor>(&tensor);
  Ref<Tensor> moved;
  {
    // The dense copy is part of the move, which has one entry on the tape.
    ModeScope plain(0, kRecording);
    WEFT_ASSIGN(const Ref<Tensor> compact, dense(Ref<Tensor>(&tensor)));
    WEFT_ASSIGN(moved, transfer(*compact, device));
  }
  if (!is_inexact(tensor.dtype())) return moved;
  const ThreadState& state = thread_state();
  if (state.modes & kTracing) return cannot_be_traced("to_device");
  if (state.modes & kRecording) WEFT_TRY(state.recorder->record_transfer(tensor, *moved));
  return moved;
}

}  // namespace weft::eager
