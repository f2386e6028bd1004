#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// `wins` is the comparison that the chosen operand meets. Where both are equal each gets half: the
// mean of the one-sided derivatives.
Values choice_gradient(const GradContext& g, const char* wins) {
  const Value first = g.builder().call(wins, {g.in(0), g.in(1)});
  const Value second = g.builder().call(wins, {g.in(1), g.in(0)});
  const Value tie = where(equal(g.in(0), g.in(1)), g.dout() * 0.5, scalar(g.dout(), 0));
  return {where(first, g.dout(), tie), where(second, g.dout(), tie)};
}

Values maximum_gradient(const GradContext& g) { return choice_gradient(g, "greater"); }

Values minimum_gradient(const GradContext& g) { return choice_gradient(g, "less"); }

void choice_of_two(OpDef& op, kernels::FormulaId formula) {
  op.input("x1", "first operand")
      .input("x2", "second operand, broadcast against `x1`")
      .promote(Promotion::kCommon)
      .infer(rules::broadcast)
      .kernel(formula)
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1]]})")
      .sample(R"({"shapes": [[5], []]})");
}

}  // namespace

WEFT_OP(maximum) {
  choice_of_two(op, kernels::FormulaId::kMaximum);
  op.doc("The larger of two arrays, element by element; NaN where either is NaN.")
      .gradient(maximum_gradient)
      .like("numpy.maximum");
}

WEFT_OP(minimum) {
  choice_of_two(op, kernels::FormulaId::kMinimum);
  op.doc("The smaller of two arrays, element by element; NaN where either is NaN.")
      .gradient(minimum_gradient)
      .like("numpy.minimum");
}

}  // namespace weft::ops
