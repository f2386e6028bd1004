// With y = tanh(x): dy = (1 - y²) dx, from the output only.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * (1.0 - g.out() * g.out())}; }

}  // namespace

WEFT_OP(tanh) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kTanh);
  op.doc("Hyperbolic tangent, element by element.").gradient(gradient).like("numpy.tanh");
}

}  // namespace weft::ops
