// max(x, 0). The gradient reads the output only, which a plan may have written over the input.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

// The derivative at 0 is taken as 0; the output alone tells where x was positive.
Values gradient(const GradContext& g) {
  return {where(greater(g.out(), scalar(g.out(), 0)), g.dout(), scalar(g.dout(), 0))};
}

}  // namespace

WEFT_OP(relu) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kRelu);
  op.doc("Positive part max(x, 0), element by element; NaN stays NaN.")
      .in(Namespace::kNpx)
      .gradient(gradient)
      .computes(Precision::kFollows)
      .like("torch.nn.functional.relu");
}

}  // namespace weft::ops
