// Inequality, as bool; constant between jumps. NaN differs from everything, also from itself.

#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(not_equal) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kNotEqual);
  op.doc("Truth of x1 != x2, element by element, as bool.")
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .like("numpy.not_equal");
}

}  // namespace weft::ops
