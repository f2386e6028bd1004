// x1 <= x2, as bool; constant between jumps. False where an operand is NaN.

#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(less_equal) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kLessEqual);
  op.doc("Truth of x1 <= x2, element by element, as bool.")
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .like("numpy.less_equal");
}

}  // namespace weft::ops
