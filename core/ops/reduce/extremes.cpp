#include "ops/reduce_slot.h"

namespace weft::ops {
namespace {

// Equal extremes share the cotangent evenly.
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
      .like("numpy.max")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": [0, 2]})")
      .sample(R"({"shapes": [[5]]})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1, "keepdims": true})");
}

WEFT_OP(min) {
  op.doc("Smallest element over axes; NaN if there is one.").input("x", "any real dtype");
  reduce_attributes(op);
  op.infer(infer_reduction<kernels::Reduction::kMin>)
      .gradient(gradient)
      .kernel(reduce_slot(kernels::Reduction::kMin))
      .like("numpy.min")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": [0, 2]})")
      .sample(R"({"shapes": [[5]]})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1, "keepdims": true})");
}

}  // namespace weft::ops
