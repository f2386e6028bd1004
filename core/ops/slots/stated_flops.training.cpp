// Operations that a slot states. A call without elements never reaches its cost.
#include "ops/slots/stated_flops.h"

#include <algorithm>

namespace weft::ops {

double stated_flops(const Slot& slot, const SlotTypes& types) {
  if (slot.cost) return cost_of(slot, types).flops;
  if (!slot.elementwise && !slot.reduction) return 0;
  int64_t elements = 0;
  for (const std::span<const TensorType> side : {types.in, types.out})
    for (const TensorType& type : side)
      if (type.shape.rank() >= 0) elements = std::max(elements, type.shape.elements());
  return static_cast<double>(elements);
}

}  // namespace weft::ops
