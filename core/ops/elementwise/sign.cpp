// The sign, constant between jumps: the gradient is zero.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {

WEFT_OP(sign) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kSign);
  op.doc("-1, 0 or 1 by the sign of each element; NaN stays NaN.")
      .gradient(zero_gradient)
      .like("numpy.sign");
}

}  // namespace weft::ops
