// One call of a kernel, at once or as a task of the engine: the same `KernelWork` lies on the stack
// or in the task.
#include "eager/run.h"

#include <algorithm>
#include <memory>

#include "base/errors.h"
#include "eager/call.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/slots/device_call.h"
#include "ops/slots/elementwise_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/stated_flops.h"
#include "runtime/collective/started.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/small_vector.h"
#include "runtime/profile.h"
#include "runtime/random_state.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

constexpr size_t kUsual = 4;  // inputs or outputs: more take their room from the pool

// Scratch of a call, given back to the pool.
struct Scratch {
  void* block = nullptr;
  int64_t bytes;
  explicit Scratch(int64_t size) : bytes(size) {
    if (bytes > 0) block = pool_allocate(static_cast<size_t>(bytes));
  }
  ~Scratch() { pool_free(block, static_cast<size_t>(bytes)); }
  bool ok() const { return bytes <= 0 || block; }
};

// One call of a kernel with all that it needs.
struct KernelWork {
  KernelWork(const ops::OpDef& definition, std::span<const ops::Argument> complete)
      : op(definition), attributes(complete) {}

  // Looks at inputs and outputs and takes scratch and the random ordinal; to be called once, on the
  // calling thread.
  Status prepare(const ops::Values& inputs, const ops::SlotTypes& types,
                 std::span<const Ref<Tensor>> outs);
  Status run() { return is_profiling() ? run_in_profile() : run_now(); }

  const ops::OpDef& op;
  std::span<const ops::Argument> attributes;
  Device* device = nullptr;
  bool outlives = false;  // the call, and so holds its inputs
  SmallVector<TensorView, kUsual> in, out;
  SmallVector<Storage*, kUsual> reads, writes;

 private:
  Status prepare_input(const ops::Value& input, DType dtype);
  Status run_now();
  Status run_in_profile();

  // Elements that `in` points at: they never move, because all their room is reserved first.
  SmallVector<int64_t, kUsual> scalars_;
  // Dense copies, and what has to outlive the call.
  SmallVector<Ref<Tensor>, kUsual> arrays_;
  // A bit for each input that lies in memory of the program, which a device has to copy.
  uint32_t host_inputs_ = 0;
  int64_t scratch_bytes_ = 0;
  Ref<Storage> device_scratch_;
  RandomKey key_{0, 0};
};

Status KernelWork::prepare_input(const ops::Value& input, DType dtype) {
  if (!input) {
    in.emplace_back(TensorView{}).rank = -1;
    return {};
  }
  if (input.is_scalar()) {
    int64_t& element = scalars_.emplace_back(0);
    store_scalar(input.scalar(), dtype, &element);
    host_inputs_ |= ops::set_bit(in.size());
    in.emplace_back(TensorView{&element, {}, {}, 0, dtype});
    return {};
  }
  const Tensor* array = input.tensor().get();
  if (array->box().traced()) return traced_value_error(op.name);
  if (op.slot.strides == ops::Strides::kDense && !array->dense()) {
    ModeScope plain(0, kRecording);
    WEFT_ASSIGN(Ref<Tensor> copy, dense(input.tensor()));
    array = arrays_.emplace_back(std::move(copy)).get();
  } else if (outlives) {
    arrays_.emplace_back(input.tensor());
  }
  in.emplace_made([&] { return array->as_view(); });
  reads.emplace_back(array->box().storage());
  return {};
}

Status KernelWork::prepare(const ops::Values& inputs, const ops::SlotTypes& types,
                           std::span<const Ref<Tensor>> outs) {
  in.reserve(inputs.size());
  reads.reserve(inputs.size());
  scalars_.reserve(inputs.size());
  arrays_.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) WEFT_TRY(prepare_input(inputs[i], types.in[i].dtype));
  out.reserve(outs.size());
  writes.reserve(outs.size());
  for (const Ref<Tensor>& array : outs) {
    out.emplace_made([&] { return array->as_view(); });
    writes.emplace_back(array->box().storage());
  }
  scratch_bytes_ = ops::scratch_of(op.slot, types, num_threads());
  if (op.is_random) key_ = take_ordinals(1);
  if (device && scratch_bytes_ > 0) {
    WEFT_ASSIGN(device_scratch_, Storage::allocate(scratch_bytes_, device));
  }
  return {};
}

// With an event in the profile.
Status KernelWork::run_in_profile() {
  PoolVector<ops::TensorType> types;
  ProfileWork work;
  for (const TensorView& view : in) {
    types.push_back(view.rank < 0 ? ops::TensorType{view.dtype, Shape::absent()}
                                  : ops::type_of(view));
    if (view.rank >= 0) work.read += static_cast<double>(types.back().bytes());
  }
  for (const TensorView& view : out) {
    types.push_back(ops::type_of(view));
    work.written += static_cast<double>(types.back().bytes());
  }
  const std::span<const ops::TensorType> all(types);
  work.flops =
      ops::stated_flops(op.slot, {op, all.first(in.size()), all.subspan(in.size()), attributes});
  ProfileScope scope(ProfileKind::kOperator, op.name);
  scope.set_work(work);
  return run_now();
}

// May run on a thread of the engine, when all that it reads has been written.
Status KernelWork::run_now() {
  if (device)
    return ops::run_on_device(
        *device, {op, in, out, attributes, device_scratch_ ? device_scratch_->data() : nullptr,
                  key_.seed, key_.first_ordinal, host_inputs_});
  const Scratch scratch(scratch_bytes_);
  if (!scratch.ok()) return errors::out_of_memory(op.name, scratch.bytes);
  return ops::run_kernel({op, in, out, attributes, scratch.block, key_.seed, key_.first_ordinal});
}

struct KernelTask final : Task {
  KernelTask(const ops::OpDef& op, std::span<const ops::Argument> complete, Device* device)
      : attributes(complete), work(op, attributes.view()) {
    origin = current_origin();
    work.device = device;
    work.outlives = true;
  }
  Status run() override { return work.run(); }

  const ops::Attributes attributes;
  KernelWork work;
};

// Others touch a pinned array when they like, so what reads or writes one has to be done when its
// call returns.
bool touches_pinned(const ops::Values& inputs, std::span<const Ref<Tensor>> outs) {
  return std::ranges::any_of(inputs,
                             [](const ops::Value& input) {
                               return input.is_tensor() && input.tensor()->box().pinned();
                             }) ||
         std::ranges::any_of(outs, [](const Ref<Tensor>& out) { return out->box().pinned(); });
}

Device* device_of(const ops::Values& inputs, std::span<const Ref<Tensor>> outs) {
  if (!outs.empty()) return outs[0]->device();
  for (const ops::Value& input : inputs)
    if (input.is_tensor()) return input.tensor()->device();
  return nullptr;
}

// Operators that call the host, and effects: never queued.
Status run_on_caller(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                     const ops::Values& inputs, const ops::SlotTypes& types,
                     std::span<const Ref<Tensor>> outs) {
  KernelWork work(op, attributes);
  work.device = device_of(inputs, outs);
  WEFT_TRY(work.prepare(inputs, types, outs));
  return run_reentrant(work.reads, work.writes, is_long(ops::cost_of(op.slot, types)), [&] {
    const WrittenScope written(work.writes);
    return work.run();
  });
}

}  // namespace

void store_scalar(const ops::Argument& scalar, DType dtype, void* element) {
  const DType from = scalar.tag == ops::Tag::kFloat ? DType::kFloat64 : DType::kInt64;
  TensorView source{const_cast<int64_t*>(&scalar.integer), {}, {}, 0, from};
  TensorView target{element, {}, {}, 0, dtype};
  const Status status = ops::run_one_step(kernels::cast_step(from, dtype), {&source, 1}, target);
  WEFT_ASSERT(status.ok());
}

bool is_long(const ops::Cost& cost) {
  return cost.flops > 30e9 * 50e-6 || cost.bytes > 20e9 * 50e-6;
}

Status run_kernel(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                  const ops::Values& inputs, std::span<const ops::TensorType> input_types,
                  std::span<const ops::TensorType> output_types,
                  std::span<const Ref<Tensor>> outs) {
  const ops::SlotTypes types{op, input_types, output_types, attributes};
  if (op.runs_on_caller) return run_on_caller(op, attributes, inputs, types, outs);
  Device* const device = outs[0]->device();
  if (device || (engine_defers() && !touches_pinned(inputs, outs))) {
    auto task = std::make_unique<KernelTask>(op, attributes, device);
    KernelWork& work = task->work;
    WEFT_TRY(work.prepare(inputs, types, outs));
    if (device) return engine_submit(work.reads, work.writes, *device, std::move(task));
    return engine_push(work.reads, work.writes, std::move(task));
  }
  KernelWork work(op, attributes);
  WEFT_TRY(work.prepare(inputs, types, outs));
  return run_ordered(work.reads, work.writes, is_long(ops::cost_of(op.slot, types)),
                     [&] { return work.run(); });
}

}  // namespace weft::eager
