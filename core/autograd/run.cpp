#include "autograd/run.h"

#include "autograd/call.h"
#include "autograd/trace.h"
#include "base/errors.h"
#include "kernels/elementwise.h"
#include "ops/elementwise_slot.h"
#include "runtime/random_state.h"
#include "runtime/small_vector.h"
#include "runtime/thread_state.h"
#include "runtime/threads.h"

namespace weft::autograd {
namespace {

constexpr size_t kUsual = 4;  // inputs or outputs: more take their room from the pool

bool in_range(int64_t value, DType dtype) {
  switch (dtype) {
    case DType::kBool: return true;
    case DType::kUInt8: return value >= 0 && value <= UINT8_MAX;
    case DType::kUInt16: return value >= 0 && value <= UINT16_MAX;
    case DType::kUInt32: return value >= 0 && value <= UINT32_MAX;
    case DType::kUInt64: return value >= 0;
    case DType::kInt8: return value >= INT8_MIN && value <= INT8_MAX;
    case DType::kInt16: return value >= INT16_MIN && value <= INT16_MAX;
    case DType::kInt32: return value >= INT32_MIN && value <= INT32_MAX;
    default: return true;
  }
}

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

}  // namespace

bool scalar_fits(const ops::Argument& scalar, DType dtype) {
  return scalar.tag != ops::Tag::kInt || in_range(scalar.integer, dtype);
}

Status check_weak_scalar(const ops::OpDef& op, size_t input, const ops::Argument& scalar,
                         DType dtype) {
  if (scalar_fits(scalar, dtype)) return {};
  return errors::overflow(op.name, "`", op.input_name(input), "` ", scalar.integer,
                          " is out of range for ", dtype);
}

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
  SmallVector<TensorView, kUsual> in, out;
  SmallVector<Storage*, kUsual> reads, writes;
  SmallVector<int64_t, kUsual> scalars;
  SmallVector<Ref<Tensor>, kUsual> copies;
  in.reserve(inputs.size());
  reads.reserve(inputs.size());
  scalars.reserve(inputs.size());
  copies.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]) {
      in.emplace_back(TensorView{});
    } else if (inputs[i].is_scalar()) {
      int64_t& element = scalars.emplace_back(0);
      store_scalar(inputs[i].scalar(), input_types[i].dtype, &element);
      in.emplace_back(TensorView{&element, {}, {}, 0, input_types[i].dtype});
    } else {
      Ref<Tensor>& array = copies.emplace_back(inputs[i].tensor());
      if (array->box().traced()) return traced_value_error(op.name);
      if (op.slot.strides == ops::Strides::kDense) {
        ModeScope plain(0, kRecording);
        WEFT_ASSIGN(array, dense(array));
      }
      in.emplace_back(array->as_view());
      reads.emplace_back(array->box().storage());
    }
  }
  out.reserve(outs.size());
  writes.reserve(outs.size());
  for (const Ref<Tensor>& array : outs) {
    out.emplace_back(array->as_view());
    writes.emplace_back(array->box().storage());
  }
  const ops::SlotTypes types{input_types, output_types, attributes};
  const Scratch scratch(ops::scratch_of(op.slot, types, num_threads()));
  if (!scratch.ok()) return errors::out_of_memory(op.name, scratch.bytes);
  ops::KernelCall call{op, in, out, attributes, scratch.block, 0, 0};
  if (op.is_random) {
    const RandomKey key = take_ordinals(1);
    call.seed = key.seed;
    call.ordinal = key.first_ordinal;
  }
  return run_ordered(reads, writes, is_long(ops::cost_of(op.slot, types)),
                     [&] { return op.slot.run(call); });
}

}  // namespace weft::autograd
