#include "ops/slot.h"

#include <algorithm>
#include <vector>

#include "ops/kernel_call.h"
#include "ops/op.h"
#include "ops/split_work.h"

namespace weft::ops {

Status run_kernel(const KernelCall& call) {
  const Slot& slot = call.op.slot;
  if (!slot.problem || call.problem) return slot.run(call);
  const auto types_of = [](std::span<const TensorView> views) {
    std::vector<TensorType> types;
    for (const TensorView& view : views)
      types.push_back(view.rank < 0 ? TensorType{view.dtype, Shape::absent(), {}} : type_of(view));
    return types;
  };
  const std::vector<TensorType> in = types_of(call.in), out = types_of(call.out);
  const std::shared_ptr<const void> problem = slot.problem({call.op, in, out, call.attributes});
  KernelCall with = call;
  with.problem = problem.get();
  return slot.run(with);
}

Cost cost_of(const Slot& slot, const SlotTypes& types) {
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
  return slot.scratch_bytes ? slot.scratch_bytes(types, threads) : 0;
}

uint32_t every_input(const SlotTypes&) { return kEveryInput; }

uint32_t overwritten_by(const Slot& slot, const SlotTypes& types) {
  return slot.overwrites ? slot.overwrites(types) : kNoInput;
}

int64_t pieces_of(const Slot& slot, const SlotTypes& types) {
  if (slot.pieces) return slot.pieces(types);
  int64_t elements = 0;
  for (const std::span<const TensorType> side : {types.in, types.out})
    for (const TensorType& type : side)
      if (type.shape.rank() >= 0) elements = std::max(elements, type.shape.elements());
  return pieces_of_work(elements, elements);
}

}  // namespace weft::ops
