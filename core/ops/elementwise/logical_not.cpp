#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {

WEFT_OP(logical_not) {
  op.doc("Truth of not x, element by element; anything but zero is true.")
      .input("x", "any real dtype")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast_to_bool)
      .no_gradient("piecewise constant")
      .kernel(kernels::FormulaId::kLogicalNot)
      .like("numpy.logical_not")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops
