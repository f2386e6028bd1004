// Runs a call on a device. If the device has no kernel, the operands are copied to the program's
// memory, the CPU computes, and the results are copied back; this waits for the device's queue.

#include "ops/slots/device_call.h"

#include "base/errors.h"
#include "ops/slots/kernel_call.h"
#include "runtime/engine/threads.h"
#include "runtime/engine/transfer.h"
#include "runtime/memory/pool.h"

namespace weft::ops {
namespace {

// Copies of one call's operands in the program's memory.
class HostCopies {
 public:
  HostCopies(Device& device, const KernelCall& call) : device_(device), call_(call) {}

  Status fetch() {
    for (size_t i = 0; i < call_.in.size(); ++i) WEFT_TRY(fetch_input(i));
    for (const TensorView& view : call_.out) WEFT_TRY(fetch_output(view));
    return device_.synchronize();
  }

  Status run() {
    PoolVector<TensorType> in_types, out_types;
    for (const TensorView& view : in_)
      in_types.push_back(view.data ? type_of(view) : TensorType{view.dtype, Shape::absent()});
    for (const TensorView& view : out_) out_types.push_back(type_of(view));
    const int64_t bytes =
        scratch_of(call_.op.slot, {call_.op, in_types, out_types, call_.attributes}, num_threads());
    KernelCall call{call_.op, in_, out_, call_.attributes, nullptr, call_.seed, call_.ordinal};
    if (bytes > 0) {
      WEFT_ASSIGN(call.scratch, take(bytes));
    }
    return run_kernel(call);
  }

  Status send() {
    for (size_t i = 0; i < out_.size(); ++i) {
      const ByteRange to = range_of(call_.out[i]);
      if (to.bytes > 0) WEFT_TRY(device_.copy_in(to.begin, range_of(out_[i]).begin, to.bytes));
    }
    return device_.synchronize();  // wait: the copies are freed with this object
  }

 private:
  Result<void*> take(int64_t bytes) {
    WEFT_ASSIGN(blocks_.emplace_back(), Storage::allocate(bytes));
    return blocks_.back()->data();
  }

  // A view with the same strides on a copy.
  Result<TensorView> copied(const TensorView& view) {
    const ByteRange from = range_of(view);
    TensorView copy = view;
    WEFT_ASSIGN(void* const block, take(from.bytes));
    copy.data = static_cast<char*>(block) + (static_cast<char*>(view.data) - from.begin);
    if (from.bytes > 0) WEFT_TRY(device_.copy_out(block, from.begin, from.bytes));
    return copy;
  }

  Status fetch_input(size_t i) {
    const TensorView& view = call_.in[i];
    const bool here = !view.data || in_set(call_.host_inputs, i);
    if (here) {
      in_.push_back(view);
      return {};
    }
    WEFT_ASSIGN(TensorView copy, copied(view));
    in_.push_back(copy);
    return {};
  }

  // An output's old content is copied, too: a strided output keeps the elements between its own.
  Status fetch_output(const TensorView& view) {
    WEFT_ASSIGN(TensorView copy, copied(view));
    out_.push_back(copy);
    return {};
  }

  Device& device_;
  const KernelCall& call_;
  PoolVector<TensorView> in_, out_;
  PoolVector<Ref<Storage>> blocks_;
};

}  // namespace

Status run_on_device(Device& device, const KernelCall& call) {
  if (!call.op.runs_on_caller && device.has_kernel(call.op)) return device.launch(call);
  if (!call.op.slot.run)
    return errors::unsupported(call.op.name, "neither ", device.name(),
                               " nor the CPU has a kernel for it");
  device.note_fallback(call.op.name);
  HostCopies copies(device, call);
  WEFT_TRY(copies.fetch());
  WEFT_TRY(copies.run());
  return copies.send();
}

}  // namespace weft::ops
