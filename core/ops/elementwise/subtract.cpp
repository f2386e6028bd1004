// d(a - b) = da - db.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout(), -g.dout()}; }

}  // namespace

WEFT_OP(subtract) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kSubtract);
  op.doc("Difference x1 - x2, element by element.").gradient(gradient).like("numpy.subtract");
}

}  // namespace weft::ops
