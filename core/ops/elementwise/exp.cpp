// d exp(x) = exp(x) dx: the gradient reads the output only.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * g.out()}; }

}  // namespace

WEFT_OP(exp) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kExp);
  op.doc("Exponential function, element by element.").gradient(gradient).like("numpy.exp");
}

}  // namespace weft::ops
