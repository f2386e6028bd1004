#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout(), g.dout()}; }

}  // namespace

WEFT_OP(add) {
  op.doc("Sum of two arrays, element by element.")
      .input("x1", "first operand")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kAdd)
      .like("numpy.add")
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1]]})")
      .sample(R"({"shapes": [[5], []]})");
}

}  // namespace weft::ops
