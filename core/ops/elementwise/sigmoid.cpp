// With y = sigmoid(x): dy = y (1 - y) dx, from the output only.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * g.out() * (1.0 - g.out())}; }

}  // namespace

WEFT_OP(sigmoid) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kSigmoid);
  op.doc("Logistic function 1 / (1 + exp(-x)), element by element.")
      .in(Namespace::kNpx)
      .gradient(gradient)
      .like("scipy.special.expit");
}

}  // namespace weft::ops
