#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// Where both are equal each gets half: the mean of the one-sided derivatives.
Values gradient(const GradContext& g) {
  const Value wins = g.builder().call("less", {g.in(0), g.in(1)});
  const Value tie = where(equal(g.in(0), g.in(1)), g.dout() * 0.5, scalar(g.dout(), 0));
  const Value loses = g.builder().call("less", {g.in(1), g.in(0)});
  return {where(wins, g.dout(), tie), where(loses, g.dout(), tie)};
}

}  // namespace

WEFT_OP(minimum) {
  op.doc("The smaller of two arrays, element by element; NaN where either is NaN.")
      .input("x1", "first operand")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kMinimum)
      .like("numpy.minimum")
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1]]})")
      .sample(R"({"shapes": [[5], []]})");
}

}  // namespace weft::ops
