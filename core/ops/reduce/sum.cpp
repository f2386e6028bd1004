#include "ops/reduce_slot.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) {
  return {broadcast_to(reshape(g.dout(), kept_shape(g)), g.in(0).shape())};
}

}  // namespace

WEFT_OP(sum) {
  op.doc("Sum over axes; bool and integers add in 64 bits. An empty sum is 0.")
      .input("x", "any real dtype");
  reduce_attributes(op);
  op.infer(infer_reduction<kernels::Reduction::kSum>)
      .gradient(gradient)
      .kernel(reduce_slot(kernels::Reduction::kSum))
      .like("numpy.sum")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": [0, 2]})")
      .sample(R"({"shapes": [[5]]})")
      .sample(R"({"shapes": [[2, 0]], "axis": 1})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1, "keepdims": true})");
}

}  // namespace weft::ops
