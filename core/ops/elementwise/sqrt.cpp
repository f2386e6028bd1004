// d sqrt(x) = dx / (2 sqrt(x)), from the output; infinite at 0.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * 0.5 / g.out()}; }

}  // namespace

WEFT_OP(sqrt) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kSqrt);
  op.doc("Square root, element by element.").gradient(gradient).like("numpy.sqrt").domain(0.2, 4);
}

}  // namespace weft::ops
