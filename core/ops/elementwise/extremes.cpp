// The larger or smaller of two elements. The cotangent goes to the operand that was chosen.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

// `wins` is the comparison that the chosen operand satisfies. Equal operands get half each: the
// mean of the one-sided derivatives.
Values choice_gradient(const GradContext& g, const char* wins) {
  const Value first = g.builder().call(wins, {g.in(0), g.in(1)});
  const Value second = g.builder().call(wins, {g.in(1), g.in(0)});
  const Value tie = where(equal(g.in(0), g.in(1)), g.dout() * 0.5, scalar(g.dout(), 0));
  return {where(first, g.dout(), tie), where(second, g.dout(), tie)};
}

Values maximum_gradient(const GradContext& g) { return choice_gradient(g, "greater"); }

Values minimum_gradient(const GradContext& g) { return choice_gradient(g, "less"); }

}  // namespace

WEFT_OP(maximum) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kMaximum);
  op.doc("The larger of two arrays, element by element; NaN where either is NaN.")
      .gradient(maximum_gradient)
      .computes(Precision::kFollows)
      .like("numpy.maximum");
}

WEFT_OP(minimum) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kMinimum);
  op.doc("The smaller of two arrays, element by element; NaN where either is NaN.")
      .gradient(minimum_gradient)
      .computes(Precision::kFollows)
      .like("numpy.minimum");
}

}  // namespace weft::ops
