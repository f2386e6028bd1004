// Largest and smallest elements. The cotangent goes to the element that was chosen.

#include "ops/slots/reduce_slot.h"

namespace weft::ops {
namespace {

// Equal extremes share the cotangent evenly: a subgradient that does not depend on their order.
Values gradient(const GradContext& g) {
  const Shape kept = kept_shape(g);
  const TensorType type = g.in(0).type();
  const Value chosen = cast(equal(g.in(0), reshape(g.out(), kept)), type.dtype);
  const Value shares = sum_to(chosen, kept);
  return {chosen * (reshape(g.dout(), kept) / shares)};
}

}  // namespace

WEFT_OP(max) {
  op.doc("Largest element over axes; NaN if there is one.").input("x", "any real dtype");
  reduce_attributes(op);
  op.infer(infer_reduction<kernels::Reduction::kMax>)
      .gradient(gradient)
      .kernel(reduce_slot(kernels::Reduction::kMax))
      .like("numpy.max");
  sample_reduction(op);
}

WEFT_OP(min) {
  op.doc("Smallest element over axes; NaN if there is one.").input("x", "any real dtype");
  reduce_attributes(op);
  op.infer(infer_reduction<kernels::Reduction::kMin>)
      .gradient(gradient)
      .kernel(reduce_slot(kernels::Reduction::kMin))
      .like("numpy.min");
  sample_reduction(op);
}

WEFT_OP(ptp) {
  op.doc("Largest less smallest element over axes.").input("x", "any real dtype");
  reduce_attributes(op);
  op.compose([](const ComposeContext& c) {
      const Value high = c.builder.call("max", {c.in(0)}, {c.get("axis"), c.get("keepdims")});
      const Value low = c.builder.call("min", {c.in(0)}, {c.get("axis"), c.get("keepdims")});
      return Values{high - low};
    }).like("numpy.ptp");
  sample_reduction(op);
}

}  // namespace weft::ops
