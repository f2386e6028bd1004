// d(-x) = -dx. Unsigned integers wrap.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {-g.dout()}; }

}  // namespace

WEFT_OP(negative) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kNegative);
  op.doc("The negative, element by element.")
      .gradient(gradient)
      .computes(Precision::kFollows)
      .like("numpy.negative");
}

}  // namespace weft::ops
