// d log(x) = dx / x.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Values gradient(const GradContext& g) { return {g.dout() / g.in(0)}; }

}  // namespace

WEFT_OP(log) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kLog);
  op.doc("Natural logarithm, element by element.")
      .gradient(gradient)
      .like("numpy.log")
      .domain(0.2, 4);
}

}  // namespace weft::ops
