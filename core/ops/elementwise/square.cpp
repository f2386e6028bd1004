// d x² = 2 x dx.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() * (2.0 * g.in(0))}; }

}  // namespace

WEFT_OP(square) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kSquare);
  op.doc("Product of each element with itself.").gradient(gradient).like("numpy.square");
}

}  // namespace weft::ops
