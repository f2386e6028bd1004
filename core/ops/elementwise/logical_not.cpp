// Logical not of the truth of a number, as bool; NaN is true, since it is not zero.

#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(logical_not) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kLogicalNot);
  op.doc("Truth of not x, element by element; anything but zero is true.")
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .like("numpy.logical_not");
}

}  // namespace weft::ops
