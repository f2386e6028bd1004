// The position of the largest element. It is constant between jumps, so it has no gradient.

#include "ops/slots/reduce_slot.h"

namespace weft::ops {

WEFT_OP(argmax) {
  op.doc("Index of the first largest element along an axis, or of the flattened array, as int64.")
      .input("x", "any real dtype");
  reduce_attributes(op);
  op.infer(infer_reduction<kernels::Reduction::kArgMax>)
      .no_gradient("piecewise constant")
      .kernel(reduce_slot(kernels::Reduction::kArgMax))
      .like("numpy.argmax")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": 1})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1, "keepdims": true})")
      .sample(R"({"shapes": [[]]})")
      .sample(R"({"shapes": [[0, 3]], "axis": 1})")
      .sample(R"({"shapes": [[5]]})");
}

}  // namespace weft::ops
