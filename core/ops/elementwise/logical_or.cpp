#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(logical_or) {
  op.doc("Truth of x1 or x2, element by element; anything but zero is true.")
      .input("x1", "first operand")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .kernel(kernels::FormulaId::kLogicalOr)
      .like("numpy.logical_or")
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1]]})")
      .sample(R"({"shapes": [[5], []]})");
}

}  // namespace weft::ops
