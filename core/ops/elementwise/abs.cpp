// d|x| = sign(x) dx; at the kink x = 0 the derivative is taken as 0, the mean of both sides.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * g.builder().call("sign", {g.in(0)})}; }

}  // namespace

WEFT_OP(abs) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kAbsolute);
  op.doc("Absolute value, element by element.").gradient(gradient).like("numpy.abs");
}

}  // namespace weft::ops
