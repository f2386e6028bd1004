// d(a + b) = da + db; where an input was broadcast, the sweep sums the cotangent.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout(), g.dout()}; }

}  // namespace

WEFT_OP(add) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kAdd);
  op.doc("Sum of two arrays, element by element.")
      .gradient(gradient)
      .computes(Precision::kFollows)
      .like("numpy.add");
}

}  // namespace weft::ops
