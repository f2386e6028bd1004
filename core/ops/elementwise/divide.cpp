#include "kernels/formula_ids.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) {
  const Value of_dividend = g.dout() / g.in(1);
  return {of_dividend, g.needs(1) ? -(of_dividend * g.out()) : Value()};
}

}  // namespace

WEFT_OP(divide) {
  op.doc("Quotient of two arrays, element by element; integers give the default float.")
      .input("x1", "dividend")
      .input("x2", "divisor, broadcast against `x1`")
      .promote(Promotion::kFloat)
      .infer(rules::broadcast)
      .gradient(gradient)
      .kernel(kernels::FormulaId::kDivide)
      .like("numpy.divide")
      .domain(0.5, 3)
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [4, 1]]})")
      .sample(R"({"shapes": [[5], []]})");
}

}  // namespace weft::ops
