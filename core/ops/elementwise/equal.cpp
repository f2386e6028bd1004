// Equality, as bool; constant between jumps. NaN equals nothing.

#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(equal) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kEqual);
  op.doc("Truth of x1 == x2, element by element, as bool.")
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .like("numpy.equal");
}

}  // namespace weft::ops
