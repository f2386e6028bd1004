// Logical or of the truth of two numbers, as bool; NaN is true, since it is not zero.

#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(logical_or) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kLogicalOr);
  op.doc("Truth of x1 or x2, element by element; anything but zero is true.")
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .like("numpy.logical_or");
}

}  // namespace weft::ops
