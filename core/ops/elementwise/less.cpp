#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(less) {
  op.doc("Truth of x1 < x2, element by element, as bool.")
      .input("x1", "first operand")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .kernel(kernels::FormulaId::kLess)
      .like("numpy.less")
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1]]})")
      .sample(R"({"shapes": [[5], []]})");
}

}  // namespace weft::ops
