// Asks slots for cost, scratch and pieces, and runs kernels. Calls without elements never reach a
// slot.

#include "ops/slots/slot.h"

#include <algorithm>
#include <vector>

#include "base/errors.h"
#include "kernels/isa/active.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"
#include "ops/storage/storage.h"

namespace weft::ops {

namespace {

bool is_empty(const TensorView& view) {
  return std::find(view.shape, view.shape + std::max(view.rank, 0), 0) !=
         view.shape + std::max(view.rank, 0);
}
bool is_empty(const TensorType& type) { return std::ranges::count(type.shape.span(), 0) > 0; }
bool is_absent(const TensorView& view) { return view.rank < 0; }
bool is_absent(const TensorType& type) { return type.shape.rank() < 0; }

// An integer or bool input may be indices or a mask: these are checked even if nothing is chosen.
template <class Array>
bool makes_nothing(const OpDef& op, std::span<const Array> in, std::span<const Array> out) {
  if (out.empty() || op.has_effect || op.runs_on_caller || op.outside) return false;
  return std::ranges::all_of(out, [](const Array& one) { return is_empty(one); }) &&
         std::ranges::all_of(in, [](const Array& one) {
           return is_absent(one) || is_floating(one.dtype) || is_empty(one);
         });
}

bool has_storage(std::span<const TensorView> views) {
  return std::ranges::any_of(views, [](const TensorView& one) { return is_storage(one.dtype); });
}

// Elements of a storage dtype are moved by the kernels of uint8.
Status run_on_bytes(const KernelCall& call) {
  const auto bytes_of = [](std::span<const TensorView> views) {
    std::vector<TensorView> bytes(views.begin(), views.end());
    for (TensorView& view : bytes) view.dtype = moved_as(view.dtype);
    return bytes;
  };
  const std::vector<TensorView> in = bytes_of(call.in), out = bytes_of(call.out);
  KernelCall moved = call;
  moved.in = in;
  moved.out = out;
  return run_kernel(moved);
}

}  // namespace

bool makes_nothing(const SlotTypes& types) { return makes_nothing(types.op, types.in, types.out); }

std::shared_ptr<const void> problem_of(const Slot& slot, const SlotTypes& types) {
  return slot.problem && !makes_nothing(types) ? slot.problem(types) : nullptr;
}

namespace {

// A dtype that inference let through and no kernel computes with is our mistake, not the caller's;
// still it is an error and not the end of the process.
Status run_slot(const KernelCall& call) {
  Status status = call.op.slot.run(call);
  if (__builtin_expect(!kernels::take_missing_kernel(), true)) return status;
  const DType dtype = call.in.empty() ? call.out[0].dtype : call.in[0].dtype;
  return errors::invalid_type(call.op.name, "has no kernel for ", dtype,
                              "; cast to another dtype, and please report it");
}

}  // namespace

Status run_kernel(const KernelCall& call) {
  const Slot& slot = call.op.slot;
  if (makes_nothing(call.op, call.in, call.out)) return {};
  if ((has_storage(call.in) || has_storage(call.out)) && moves_bytes(call.op))
    return run_on_bytes(call);
  if (!slot.problem || call.problem) return run_slot(call);
  const auto types_of = [](std::span<const TensorView> views) {
    std::vector<TensorType> types;
    for (const TensorView& view : views)
      types.push_back(view.rank < 0 ? TensorType{view.dtype, Shape::absent()} : type_of(view));
    return types;
  };
  const std::vector<TensorType> in = types_of(call.in), out = types_of(call.out);
  const std::shared_ptr<const void> problem = slot.problem({call.op, in, out, call.attributes});
  KernelCall with = call;
  with.problem = problem.get();
  return run_slot(with);
}

Cost cost_of(const Slot& slot, const SlotTypes& types) {
  if (makes_nothing(types)) return {};
  if (slot.cost) return slot.cost(types);
  Cost cost;
  for (const TensorType& type : types.in)
    if (type.shape.rank() >= 0) cost.bytes += static_cast<double>(type.bytes());
  for (const TensorType& type : types.out) {
    cost.bytes += static_cast<double>(type.bytes());
    cost.flops += static_cast<double>(type.shape.elements());
  }
  return cost;
}

int64_t scratch_of(const Slot& slot, const SlotTypes& types, int threads) {
  if (!slot.scratch_bytes || makes_nothing(types)) return 0;
  // Slots multiply the scratch of one thread by the number of threads. No kernel needs more than an
  // address space for one thread, so that product does not overflow below this limit.
  constexpr int64_t kMaxForOne = int64_t{1} << 48;
  const int64_t of_one = slot.scratch_bytes(types, 1);
  if (of_one < 0 || of_one > kMaxForOne) return kTooMany;
  return Checked(slot.scratch_bytes(types, threads)).value();
}

uint32_t every_input(const SlotTypes&) { return kEveryInput; }

uint32_t overwritten_by(const Slot& slot, const SlotTypes& types) {
  return slot.overwrites ? slot.overwrites(types) : kNoInput;
}

int64_t pieces_of(const Slot& slot, const SlotTypes& types) {
  if (makes_nothing(types)) return 1;
  if (slot.pieces) return slot.pieces(types);
  int64_t elements = 0;
  for (const std::span<const TensorType> side : {types.in, types.out})
    for (const TensorType& type : side)
      if (type.shape.rank() >= 0) elements = std::max(elements, type.shape.elements());
  return pieces_of_work(elements, elements);
}

}  // namespace weft::ops
