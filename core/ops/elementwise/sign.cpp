#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext&) { return {Value()}; }  // piecewise constant: zero

}  // namespace

WEFT_OP(sign) {
  op.doc("-1, 0 or 1 by the sign of each element; NaN stays NaN.")
      .input("x", "any real dtype")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kSign)
      .like("numpy.sign")
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[]]})");
}

}  // namespace weft::ops
