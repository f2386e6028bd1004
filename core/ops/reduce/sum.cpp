// The sum over axes, added pairwise. Its adjoint repeats the cotangent along the reduced axes.

#include "ops/slots/reduce_slot.h"

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
  accumulator_attribute(op);
  op.infer(infer_reduction<kernels::Reduction::kSum>)
      .gradient(gradient)
      .kernel(reduce_slot(kernels::Reduction::kSum))
      .like("numpy.sum")
      .sample(R"({"shapes": [[2, 0]], "axis": 1, "dtype": "float64"})")
      .sample(R"({"shapes": [[4, 3]], "axis": 1, "dtype": "float64", "dtypes": ["int32"]})");
  sample_reduction(op);
}

}  // namespace weft::ops
