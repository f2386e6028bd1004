// d(a / b) = da / b - (a / b) db / b: the second term uses the quotient, which is the output.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) {
  const Value of_dividend = g.dout() / g.in(1);
  return {of_dividend, g.needs(1) ? -(of_dividend * g.out()) : Value()};
}

}  // namespace

WEFT_OP(divide) {
  binary(op, Promotion::kFloat, kernels::FormulaId::kDivide);
  op.doc("Quotient x1 / x2, element by element; integers give the default float.")
      .gradient(gradient)
      .like("numpy.divide")
      .domain(0.5, 3);
}

}  // namespace weft::ops
